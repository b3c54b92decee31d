package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	_ "google.golang.org/genproto/googleapis/rpc/errdetails" // the details that errors hold
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// jsonProtocol calls over HTTP, by the method's rule in the contract.
type jsonProtocol struct{ *facade }

func (jsonProtocol) name() string { return "json" }

// httpRule returns the HTTP rule of a method; nil if it has none.
func httpRule(method protoreflect.MethodDescriptor) *annotations.HttpRule {
	rule, _ := proto.GetExtension(method.Options(), annotations.E_Http).(*annotations.HttpRule)
	return rule
}

// verbAndPath are those of a rule.
func verbAndPath(rule *annotations.HttpRule) (verb, path string) {
	for verb, path := range map[string]string{
		http.MethodGet: rule.GetGet(), http.MethodPost: rule.GetPost(), http.MethodPut: rule.GetPut(),
		http.MethodPatch: rule.GetPatch(), http.MethodDelete: rule.GetDelete(),
	} {
		if path != "" {
			return verb, path
		}
	}
	return "", ""
}

func (d jsonProtocol) call(ctx context.Context, c call) (outcome, error) {
	request, err := d.request(ctx, c)
	if err != nil {
		return outcome{}, err
	}
	made, err := d.send(request)
	if err != nil {
		return made, err
	}
	if made.status != nil {
		made.status, err = withProtoNames(c.method, made.status)
		return made, err
	}
	if bare := httpRule(c.method).GetResponseBody(); bare != "" {
		name := c.method.Output().Fields().ByTextName(bare).JSONName()
		made.response = map[string]any{name: made.response}
	}
	return made, nil
}

// request maps a request message onto HTTP: variables of the path, the body
// field, and everything else as query parameters.
func (d jsonProtocol) request(ctx context.Context, c call) (*http.Request, error) {
	rest := proto.Clone(c.request)
	rule := httpRule(c.method)
	verb, template := verbAndPath(rule)
	path, err := expand(template, rest.ProtoReflect())
	if err != nil {
		return nil, err
	}
	body, err := takeBody(rule.GetBody(), rest.ProtoReflect())
	if err != nil {
		return nil, err
	}
	if c.patchBody != nil {
		body = c.patchBody
		rest.ProtoReflect().Clear(rest.ProtoReflect().Descriptor().Fields().ByName("update_mask"))
	}
	query, err := takeQuery(rest.ProtoReflect())
	if err != nil {
		return nil, err
	}
	target := d.base() + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, verb, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.headers {
		request.Header.Set(name, value)
	}
	return request, nil
}

// expand fills the variables of a path and removes them from the request.
func expand(template string, request protoreflect.Message) (string, error) {
	var path strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		path.WriteString(before)
		if !found {
			return path.String(), nil
		}
		variable, after, _ := strings.Cut(rest, "}")
		holder := request
		names := strings.Split(variable, ".")
		for _, name := range names[:len(names)-1] {
			holder = holder.Mutable(holder.Descriptor().Fields().ByTextName(name)).Message()
		}
		field := holder.Descriptor().Fields().ByTextName(names[len(names)-1])
		value := holder.Get(field).String()
		if value == "" {
			return "", fmt.Errorf("the path needs %s: such a case is only for gRPC", variable)
		}
		holder.Clear(field)
		path.WriteString(url.PathEscape(value))
		template = after
	}
}

// takeBody encodes the body and removes it from the request.
func takeBody(name string, request protoreflect.Message) ([]byte, error) {
	switch name {
	case "":
		return nil, nil
	case "*":
		body, err := protojson.Marshal(request.Interface())
		proto.Reset(request.Interface())
		return body, err
	}
	field := request.Descriptor().Fields().ByTextName(name)
	if !request.Has(field) {
		return nil, nil
	}
	body, err := protojson.Marshal(request.Get(field).Message().Interface())
	request.Clear(field)
	return body, err
}

// takeQuery returns the fields that are left as query parameters.
func takeQuery(request protoreflect.Message) (url.Values, error) {
	query, err := url.Values{}, error(nil)
	request.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Message() == nil:
			query.Set(field.TextName(), value.String())
		case field.TextName() == "update_mask":
			mask, _ := value.Message().Interface().(*fieldmaskpb.FieldMask)
			query.Set("update_mask", strings.Join(mask.GetPaths(), ","))
		default:
			err = fmt.Errorf("%s cannot be a query parameter", field.FullName())
		}
		return err == nil
	})
	return query, err
}

// send makes the exchange and reads what came back.
func (d jsonProtocol) send(request *http.Request) (outcome, error) {
	response, err := d.client.Do(request)
	if err != nil {
		return outcome{}, err
	}
	defer func() { _ = response.Body.Close() }() // read to its end below
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return outcome{}, fmt.Errorf("read the answer: %w", err)
	}
	made := outcome{http: response.StatusCode, header: map[string]string{}, raw: fmt.Sprint(string(body), response.Header)}
	for name, values := range response.Header {
		made.header[name] = strings.Join(values, ", ")
	}
	if response.StatusCode != http.StatusOK {
		made.status = &spb.Status{}
		if err := protojson.Unmarshal(body, made.status); err != nil {
			return outcome{}, fmt.Errorf("%s %s answers %d with %q, which is no google.rpc.Status: %w",
				request.Method, request.URL, response.StatusCode, body, err)
		}
		return made, nil
	}
	if err := json.Unmarshal(body, &made.response); err != nil {
		return outcome{}, fmt.Errorf("%s %s answers %q, which is not JSON: %w", request.Method, request.URL, body, err)
	}
	return made, nil
}
