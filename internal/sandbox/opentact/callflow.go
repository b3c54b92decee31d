package opentact

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// callFlowVerbs are the elements of a call flow, in lower case; the vendor's own
// samples have callback in both.
func callFlowVerbs() string {
	return " answer say play record gather switch case default error dial number sip callback hangup pause reject redirect call "
}

// readCallFlow reads the part `file` of a multipart body.
func (c *call) readCallFlow() error {
	media, _, err := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" {
		return &failure{status: http.StatusUnsupportedMediaType, message: "Content-Type must be multipart/form-data"}
	}
	parts, err := c.request.MultipartReader()
	if err != nil {
		return unreadable(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return invalid(problem{"file", "is required", nil})
		}
		if err != nil {
			return unreadable(err)
		}
		if part.FormName() != "file" {
			continue
		}
		return c.readDocument(part)
	}
}

func (c *call) readDocument(part io.Reader) error {
	document, err := io.ReadAll(part)
	if err != nil {
		return unreadable(err)
	}
	if wrong := checkCallFlow(string(document)); wrong != "" {
		return invalid(problem{"file", wrong, nil})
	}
	c.callFlow = string(document)
	return nil
}

// checkCallFlow returns the first error in a document, which has to be well-formed,
// have the root Response, and contain only known verbs.
func checkCallFlow(document string) string {
	decoder := xml.NewDecoder(strings.NewReader(document))
	depth, roots := 0, 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Sprintf("is not well-formed XML: %v", err)
		}
		switch element := token.(type) {
		case xml.StartElement:
			if wrong := checkElement(element.Name.Local, depth); wrong != "" {
				return wrong
			}
			if depth == 0 {
				roots++
			}
			depth++
		case xml.EndElement:
			depth--
		}
	}
	if roots != 1 {
		return "must have one root element, Response"
	}
	return ""
}

func checkElement(name string, depth int) string {
	if depth == 0 && name != "Response" {
		return fmt.Sprintf("must have the root element Response, not %s", name)
	}
	if depth > 0 && !strings.Contains(callFlowVerbs(), " "+strings.ToLower(name)+" ") {
		return fmt.Sprintf("has the unknown verb %s", name)
	}
	return ""
}

// onlineCalls lists the calls that are online, with their apps.
func onlineCalls(s *Server, _ *call) (answer, error) {
	return ok(s.views(s.store.having(calls, "state", "online"), nested))
}

// executeCallFlow keeps the document with the call. A choice: a call that is
// over is a 404, like one that never was.
func executeCallFlow(s *Server, c *call) (answer, error) {
	r, err := s.find(calls, c.request.PathValue("uuid"))
	if err != nil {
		return answer{}, err
	}
	if r.text("state") != "online" {
		return answer{}, notFound(calls)
	}
	r.values["call_flow"] = c.callFlow
	r.modifiedOn = s.now()
	return ok(s.view(r, nested))
}
