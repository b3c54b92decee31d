package openapitest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Transport is an http.RoundTripper that fails if an exchange with the JSON API is not as the
// document says.
type Transport struct {
	Checker *Checker
	Next    http.RoundTripper
}

// maxCompared is the size of the largest answer that is compared. Larger ones are lists of
// many rows like those of shorter ones.
const maxCompared = 1 << 20

// RoundTrip sends the request and checks it with its answer.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.Next.RoundTrip(request)
	isCall := request.Method != http.MethodOptions && strings.HasPrefix(request.URL.Path, "/v1/")
	if err != nil || !isCall || response.ContentLength > maxCompared {
		return response, err
	}
	made := Exchange{Request: request, Status: response.StatusCode, Header: response.Header}
	made.Body, err = io.ReadAll(response.Body)
	_ = response.Body.Close() // read to its end
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	response.Body = io.NopCloser(bytes.NewReader(made.Body))
	if made.RequestBody, err = bodyOf(request); err != nil {
		return nil, err
	}
	if problems := t.problems(made); len(problems) > 0 {
		return nil, fmt.Errorf("%s %s, answered with %d: %s", request.Method, request.URL, made.Status, strings.Join(problems, "; "))
	}
	return response, nil
}

// problems returns how the document and the exchange differ. What succeeds must be described,
// and what is refused for a rule that a schema can state must not be.
func (t *Transport) problems(made Exchange) []string {
	problems, wrong := t.Checker.CheckAnswer(made), t.Checker.CheckRequest(made)
	if made.Status == http.StatusOK {
		return append(problems, wrong...)
	}
	if rules := statedRules(made.Body); len(wrong) == 0 && len(rules) > 0 {
		problems = append(problems, "the document describes a request that breaks "+strings.Join(rules, ", "))
	}
	return problems
}

func bodyOf(request *http.Request) ([]byte, error) {
	if request.GetBody == nil {
		return nil, nil
	}
	body, err := request.GetBody()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}
