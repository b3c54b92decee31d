package e2e

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sipfacade/sipfacade/gen"
	_ "github.com/sipfacade/sipfacade/gen/sipfacade/v1" // the contract
	"github.com/sipfacade/sipfacade/internal/contract"
)

// services are those of the contract that is linked.
func services() []protoreflect.ServiceDescriptor { return contract.Services(protoregistry.GlobalFiles) }

// methods are the RPCs of every service.
func methods() []protoreflect.MethodDescriptor { return contract.Methods(services()) }

// shortName is the RPC as case files call it.
func shortName(method protoreflect.MethodDescriptor) string {
	return string(method.Parent().Name()) + "." + string(method.Name())
}

// commented returns the contract of the descriptor image, which has comments.
func commented(t *testing.T) *protoregistry.Files {
	t.Helper()
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(gen.DescriptorImage, set); err != nil {
		t.Fatalf("read the descriptor image: %v", err)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		t.Fatalf("link the descriptor image: %v", err)
	}
	return files
}

// TestComments: everything in the contract has a comment, also in the image that
// reflection answers from.
func TestComments(t *testing.T) {
	t.Parallel()
	seen := 0
	commented(t).RangeFilesByPackage(contract.Package, func(file protoreflect.FileDescriptor) bool {
		eachDescriptor(file, func(d protoreflect.Descriptor) {
			seen++
			if strings.TrimSpace(file.SourceLocations().ByDescriptor(d).LeadingComments) == "" {
				t.Errorf("%s has no comment", d.FullName())
			}
		})
		return true
	})
	if seen == 0 {
		t.Error("the descriptor image has nothing of the contract")
	}
}

// TestImageIsCurrent: the image describes the code that is linked.
func TestImageIsCurrent(t *testing.T) {
	t.Parallel()
	image := commented(t)
	protoregistry.GlobalFiles.RangeFilesByPackage(contract.Package, func(file protoreflect.FileDescriptor) bool {
		other, err := image.FindFileByPath(file.Path())
		if err != nil {
			t.Errorf("the image lacks %s: %v", file.Path(), err)
			return true
		}
		linked, fromImage := protodesc.ToFileDescriptorProto(file), protodesc.ToFileDescriptorProto(other)
		fromImage.SourceCodeInfo = nil
		if string(deterministic(t, linked)) != string(deterministic(t, fromImage)) {
			t.Errorf("the image of %s is not what was generated: run make generate", file.Path())
		}
		return true
	})
}

func deterministic(t *testing.T, message proto.Message) []byte {
	t.Helper()
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// eachDescriptor visits services, methods, messages, fields, enums and values.
func eachDescriptor(file protoreflect.FileDescriptor, visit func(protoreflect.Descriptor)) {
	for i := range file.Services().Len() {
		service := file.Services().Get(i)
		visit(service)
		for j := range service.Methods().Len() {
			visit(service.Methods().Get(j))
		}
	}
	eachMessage(file.Messages(), visit)
	eachEnum(file.Enums(), visit)
}

func eachMessage(messages protoreflect.MessageDescriptors, visit func(protoreflect.Descriptor)) {
	for i := range messages.Len() {
		message := messages.Get(i)
		if message.IsMapEntry() {
			continue
		}
		visit(message)
		for j := range message.Fields().Len() {
			visit(message.Fields().Get(j))
		}
		eachMessage(message.Messages(), visit)
		eachEnum(message.Enums(), visit)
	}
}

func eachEnum(enums protoreflect.EnumDescriptors, visit func(protoreflect.Descriptor)) {
	for i := range enums.Len() {
		visit(enums.Get(i))
		for j := range enums.Get(i).Values().Len() {
			visit(enums.Get(i).Values().Get(j))
		}
	}
}
