package gateway

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
)

// headerParameter is a header that sets a field of the request.
type headerParameter struct {
	header string
	*parameter
	// plain returns the value that the header states.
	plain func(text string) string
}

// fieldHeaders are the headers that set fields of requests: Idempotency-Key the request id,
// If-Match the etag of the request or of its resource.
var fieldHeaders = []struct {
	header string
	field  protoreflect.Name
	plain  func(text string) string
	// onReads says that a read may have the header, which means nothing there.
	onReads bool
}{
	{headername.HTTP(headername.IdempotencyKey), contract.RequestID, func(text string) string { return text }, true},
	{ifMatch, contract.Etag, plainEtag, false},
}

// ifMatch is the header that states an etag.
var ifMatch = headername.HTTP(headername.IfMatch)

// bindHeaders finds the headers that a route takes.
func (r *route) bindHeaders(c *codec.Codec) {
	for _, one := range fieldHeaders {
		path, err := contract.FieldPath(r.Message, string(one.field))
		if err != nil && r.Body != "" && r.Body != "*" && r.Method == http.MethodPatch {
			path, err = contract.FieldPath(r.Message, r.Body+"."+string(one.field))
		}
		if err != nil {
			continue
		}
		if parse, ok := c.Text(path[len(path)-1]); ok {
			r.headers = append(r.headers, headerParameter{one.header, newParameter(path, parse), one.plain})
		}
	}
}

// readHeaders reads the headers that set fields. A header that the call does not take is refused,
// because the caller relies on its protection.
func (r *route) readHeaders(in *received.Request, headers http.Header) {
	for _, one := range fieldHeaders {
		if ignored := one.onReads && r.Method == http.MethodGet; len(headers[one.header]) > 0 && !ignored {
			r.readHeader(in, one.header, headers[one.header])
		}
	}
}

func (r *route) readHeader(in *received.Request, header string, texts []string) {
	name := strings.ToLower(header)
	for _, wanted := range r.headers {
		if wanted.header != header {
			continue
		}
		switch text := wanted.plain(texts[0]); {
		case slices.ContainsFunc(texts, func(other string) bool { return other != texts[0] }):
			in.Refuse(name, status.RuleDuplicateField, "given twice, and not the same")
		case text == "":
			in.Refuse(name, status.RuleInvalidValue, "is empty")
		case header == ifMatch && strings.TrimSpace(texts[0]) == anyEtag:
		default:
			value, _ := wanted.parse(text)
			in.Query = append(in.Query, received.Parameter{Name: name, Field: wanted.name, Path: wanted.path, Value: value})
		}
		return
	}
	in.Refuse(name, status.RuleUnknownField, "this call does not take the header")
}

// anyEtag is the If-Match header that every resource matches. In quotes it is an etag like any
// other.
const anyEtag = "*"

// plainEtag returns the etag of an If-Match header, which states it in quotes.
func plainEtag(text string) string {
	text = strings.TrimPrefix(strings.TrimSpace(text), "W/")
	return strings.TrimSuffix(strings.TrimPrefix(text, `"`), `"`)
}

// answerEtag sets the ETag header of an answer that is a resource with an etag.
func answerEtag(_ context.Context, w http.ResponseWriter, response proto.Message) error {
	body, ok := response.(interface{ XXX_ResponseBody() any })
	if !ok {
		return nil
	}
	resource, ok := body.XXX_ResponseBody().(interface{ GetEtag() string })
	if ok && resource.GetEtag() != "" {
		w.Header()["Etag"] = []string{`"` + resource.GetEtag() + `"`}
	}
	return nil
}
