package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sipfacade/sipfacade/gen"
)

func TestVersions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]versions{
		"v0.1.0":               {"0.1.0", "0.1.0", "0.1.0"},
		"v0.1.0-dirty":         {"0.1.0", "0.1.0", "0.1.0"},
		"v1.2.9-5-gabc123":     {"1.2.10-dev.5", "1.2.10.dev5", "1.2.10-SNAPSHOT"},
		"v0.2.0-rc.1":          {"0.2.0-rc.1", "0.2.0rc1", "0.2.0-rc.1"},
		"v0.2.0-rc.1-3-gabc12": {"0.2.0-dev.3", "0.2.0.dev3", "0.2.0-SNAPSHOT"},
		"abc123":               {"0.0.0-dev.0", "0.0.0.dev0", "0.0.0-SNAPSHOT"},
		"unknown":              {"0.0.0-dev.0", "0.0.0.dev0", "0.0.0-SNAPSHOT"},
	} {
		if diff := cmp.Diff(want, parseVersion(text), cmp.AllowUnexported(versions{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestClientDescriptorsAreWholeWithoutTheRules(t *testing.T) {
	t.Parallel()
	set, err := clientDescriptors(gen.DescriptorImage)
	if err != nil {
		t.Fatal(err)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		t.Fatalf("the descriptors do not belong together: %v", err)
	}
	for _, path := range append(errorForm, "sipfacade/v1/sip_app_service.proto") {
		if _, err := files.FindFileByPath(path); err != nil {
			t.Error(err)
		}
	}
	image, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(image), "buf/validate") {
		t.Error("the descriptors still name the file of the rules")
	}
	checkNoUnknownOptions(t, set)
}

// checkNoUnknownOptions finds rules that were not removed, as those who read the image
// without the rules do.
func checkNoUnknownOptions(t *testing.T, set *descriptorpb.FileDescriptorSet) {
	t.Helper()
	for _, file := range set.GetFile() {
		for _, message := range file.GetMessageType() {
			for _, field := range message.GetField() {
				if text := field.GetOptions().String(); strings.Contains(text, "buf.validate") {
					t.Errorf("%s.%s: %s", message.GetName(), field.GetName(), text)
				}
			}
		}
	}
}

func TestServiceConfig(t *testing.T) {
	t.Parallel()
	set, err := clientDescriptors(gen.DescriptorImage)
	if err != nil {
		t.Fatal(err)
	}
	text, err := serviceConfig(set)
	if err != nil {
		t.Fatal(err)
	}
	var got config
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	policies := map[methodName][]string{}
	for _, method := range got.MethodConfig {
		for _, name := range method.Name {
			policies[name] = method.RetryPolicy.RetryableStatusCodes
		}
	}
	const service = "sipfacade.v1.SipAppService"
	for name, want := range map[methodName][]string{
		{Service: service}:                             {"UNAVAILABLE", "RESOURCE_EXHAUSTED"},
		{Service: service, Method: "CreateSipApp"}:     {"RESOURCE_EXHAUSTED"},
		{Service: service, Method: "ExecuteCallFlow"}:  {"RESOURCE_EXHAUSTED"},
		{Service: service, Method: "UpdateSipApp"}:     nil,
		{Service: "sipfacade.v1.SipConnectionService"}: {"UNAVAILABLE", "RESOURCE_EXHAUSTED"},
	} {
		if diff := cmp.Diff(want, policies[name]); diff != "" {
			t.Errorf("%v (-want +got):\n%s", name, diff)
		}
	}
}

func TestRunLeavesWhatIsUpToDate(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "contract")
	if err := run(out, "v0.1.0"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(out, "version.env")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(out, "v0.1.0"); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if !after.ModTime().Equal(before.ModTime()) {
		t.Error("a file that is as it should be was written again")
	}
}
