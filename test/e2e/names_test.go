package e2e

import (
	"strings"
	"testing"
	"unicode"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
)

// withProtoNames returns an error of the JSON protocol with the names that the gRPC
// protocol has for the same fields, so that the two can be compared.
func withProtoNames(method protoreflect.MethodDescriptor, known *spb.Status) (*spb.Status, error) {
	for i, packed := range known.GetDetails() {
		bad := &errdetails.BadRequest{}
		if !packed.MessageIs(bad) {
			continue
		}
		if err := packed.UnmarshalTo(bad); err != nil {
			return nil, err
		}
		var parts []string
		for _, violation := range bad.GetFieldViolations() {
			violation.Field = protoName(method, violation.GetField())
			if violation.GetReason() == "EMPTY_UPDATE" {
				violation.Field = "update_mask" // over HTTP the body, if the caller gave no mask
			}
			parts = append(parts, violation.GetField()+": "+violation.GetDescription())
		}
		if strings.HasPrefix(known.GetMessage(), "invalid request: ") {
			known.Message = "invalid request: " + strings.Join(parts, "; ")
		}
		renamed, err := anypb.New(bad)
		if err != nil {
			return nil, err
		}
		known.Details[i] = renamed
	}
	return known, nil
}

// protoName returns the proto path of a name in a JSON body, a query or a path. What is
// not a field of the request itself is below the field that the body holds. A name that
// is in neither is a vendor's own.
func protoName(method protoreflect.MethodDescriptor, name string) string {
	body := httpRule(method).GetBody()
	path := snakeCase(name)
	first := path
	if end := strings.IndexAny(path, ".["); end >= 0 {
		first = path[:end]
	}
	switch {
	case body == "" || body == "*" || method.Input().Fields().ByName(protoreflect.Name(first)) != nil:
		return path
	case name == "body":
		return body
	}
	if held := method.Input().Fields().ByName(protoreflect.Name(body)).Message(); held.Fields().ByName(protoreflect.Name(first)) == nil {
		return name
	}
	return body + "." + path
}

func snakeCase(name string) string {
	var out strings.Builder
	for _, letter := range name {
		if unicode.IsUpper(letter) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(letter))
	}
	return out.String()
}

func TestProtoNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"displayName": "pbx_user.display_name", "userId": "pbx_user.user_id", "domainId": "domain_id", "body": "pbx_user",
		"updateMask": "update_mask", "additionalFields[0].x": "pbx_user.additional_fields[0].x",
		"params.tn": "params.tn",
	} {
		method, err := methodOf("PbxConfigService.UpdatePbxUser")
		if err != nil {
			t.Fatal(err)
		}
		if got := protoName(method, name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
