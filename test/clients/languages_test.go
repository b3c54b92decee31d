package clients

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sipfacade/sipfacade/gen"
)

// contractFolder is where the files of the contract are, in every archive and image.
const contractFolder = "sipfacade/v1/"

// TestLanguageOptions: the code that other languages generate from any file of the contract
// has the same package and form.
func TestLanguageOptions(t *testing.T) {
	t.Parallel()
	type options struct {
		JavaPackage, CsharpNamespace string
		JavaMultipleFiles            bool
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(gen.DescriptorImage, set); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range set.GetFile() {
		if !strings.HasPrefix(file.GetName(), contractFolder) {
			continue
		}
		seen++
		set := file.GetOptions()
		got := options{set.GetJavaPackage(), set.GetCsharpNamespace(), set.GetJavaMultipleFiles()}
		if diff := cmp.Diff(options{"com.sipfacade.v1", "Sipfacade.V1", true}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file.GetName(), diff)
		}
	}
	if seen == 0 {
		t.Fatal("the image has no file of the contract")
	}
}

// TestStubsLeaveOutTheGateway: a Go program that imports the messages and the gRPC stubs
// does not get grpc-gateway, which is for those who serve JSON.
func TestStubsLeaveOutTheGateway(t *testing.T) {
	t.Parallel()
	const gateway = "github.com/grpc-ecosystem/grpc-gateway"
	for path, want := range map[string]bool{"gen/sipfacade/v1": false, "gen/gateway/sipfacade/v1": true} {
		listed, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "github.com/sipfacade/sipfacade/"+path).Output()
		if err != nil {
			t.Fatalf("list what %s depends on: %v", path, err)
		}
		if got := strings.Contains(string(listed), gateway); got != want {
			t.Errorf("%s depends on grpc-gateway: %t, want %t", path, got, want)
		}
	}
}
