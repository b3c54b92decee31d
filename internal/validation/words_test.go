package validation_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/validation"
)

// TestWords: what callers read if a rule of one of these kinds is broken.
func TestWords(t *testing.T) {
	t.Parallel()
	v := wholeValidator(t)
	connection := func(c *pb.SipConnection) proto.Message { return &pb.CreateSipConnectionRequest{SipConnection: c} }
	for name, c := range map[string]struct {
		request proto.Message
		want    string
	}{
		"empty":     {connection(&pb.SipConnection{Name: new("")}), "sip_connection.name: must not be empty"},
		"short":     {connection(&pb.SipConnection{Name: new("x"), Subdomain: new("a")}), "sip_connection.subdomain: must be at least 3 characters"},
		"no choice": {connection(&pb.SipConnection{Name: new("x"), ShakenMinimumAttestation: new("D")}), "sip_connection.shaken_minimum_attestation: want one of A, B, C"},
		"no elements": {
			&pb.AddPbxGroupUsersRequest{DomainId: 1, GroupId: 1}, "user_ids: must have at least one element",
		},
		"twice": {
			&pb.AddPbxGroupUsersRequest{DomainId: 1, GroupId: 1, UserIds: []uint32{2, 2}}, "user_ids: must not contain an element twice",
		},
		"request id": {
			&pb.AddPbxGroupUsersRequest{DomainId: 1, GroupId: 1, UserIds: []uint32{2}, RequestId: "a b"},
			"request_id: want 8 to 128 visible ASCII characters without spaces",
		},
		"address": {
			&pb.CreatePbxDeviceRequest{DomainId: 1, PbxDevice: &pb.PbxDevice{PbxDeviceName: new("x"), MacAddress: new("1")}},
			"pbx_device.mac_address: want six pairs of hexadecimal digits, with colons, with hyphens or with nothing between them",
		},
		"network": {
			&pb.CreatePbxTrustedNetworkRequest{DomainId: 1, PbxTrustedNetwork: &pb.PbxTrustedNetwork{Network: new("198.51.100.0")}},
			"pbx_trusted_network.network: want an IP address with the length of its prefix, for example 198.51.100.0/24 or 2001:db8::/32",
		},
	} {
		if diff := cmp.Diff([]string{c.want}, told(t, v.Check(c.request, nil))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestEveryPatternHasWords: no caller has to read a regular expression. A line break fits
// none of the contract's patterns.
func TestEveryPatternHasWords(t *testing.T) {
	t.Parallel()
	services := contract.Services(protoregistry.GlobalFiles)
	v, err := validation.New(services...)
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, method := range contract.Methods(services) {
		kind, err := protoregistry.GlobalTypes.FindMessageByName(method.Input().FullName())
		if err != nil {
			t.Fatal(err)
		}
		request := kind.New()
		breakPatterns(request)
		for _, violation := range status.Violations(v.Check(request.Interface(), nil)) {
			if violation.GetReason() != "STRING_PATTERN" {
				continue
			}
			broken++
			if !strings.HasPrefix(violation.GetDescription(), "want ") {
				t.Errorf("%s.%s: %s", method.Input().Name(), violation.GetField(), violation.GetDescription())
			}
		}
	}
	if broken < 20 {
		t.Errorf("only %d patterns were broken", broken)
	}
}

// breakPatterns sets every field that has a pattern, and those of the resource, to a line break.
func breakPatterns(message protoreflect.Message) {
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch text := contract.Rules(field).GetString(); {
		case text.GetPattern() != "" && !field.IsList():
			message.Set(field, protoreflect.ValueOfString("\n"))
		case field.Message() != nil && !field.IsList() && !field.IsMap() &&
			strings.HasSuffix(string(message.Descriptor().Name()), "Request"):
			breakPatterns(message.Mutable(field).Message())
		}
	}
}
