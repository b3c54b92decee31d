package server

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// TestFiles: the contract is resolved with its comments, what is only linked without.
func TestFiles(t *testing.T) {
	t.Parallel()
	resolver := newFiles()
	for name, path := range map[protoreflect.FullName]string{
		"sipfacade.v1.SipUserInvite": "sipfacade/v1/sip_trunking.proto",
		"grpc.health.v1.Health":      "grpc/health/v1/health.proto",
	} {
		found, err := resolver.FindDescriptorByName(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		file, err := resolver.FindFileByPath(path)
		if err != nil || file != found.ParentFile() {
			t.Errorf("%s: %v, %v", path, file, err)
			continue
		}
		comment := file.SourceLocations().ByDescriptor(found).LeadingComments
		if ours := strings.HasPrefix(string(name), "sipfacade."); (comment != "") != ours {
			t.Errorf("the comment of %s is %q", name, comment)
		}
	}
	if _, err := resolver.FindDescriptorByName("sipfacade.v1.None"); !errors.Is(err, protoregistry.NotFound) {
		t.Errorf("got %v for what is not there", err)
	}
	if _, err := resolver.FindFileByPath("none.proto"); !errors.Is(err, protoregistry.NotFound) {
		t.Errorf("got %v for a file that is not there", err)
	}
}
