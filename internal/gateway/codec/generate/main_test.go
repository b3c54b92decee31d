package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sipfacade/sipfacade/internal/goldentest"
)

// TestGenerated: the file in the repository is what the contract gives now.
func TestGenerated(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encode.gen.go")
	if err := run(path); err != nil {
		t.Fatal(err)
	}
	goldentest.CompareGenerated(t, "../encode.gen.go", path)
}

// TestRefusals: what the encoder has no method for is an error that names the field.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for want, message := range map[string]protoreflect.ProtoMessage{
		"google.api.expr.v1alpha1.Constant: null_value: a member of a oneof":     &expr.Constant{},
		"google.api.expr.v1alpha1.SourceInfo: line_offsets: a list of int32":     &expr.SourceInfo{},
		"google.protobuf.ListValue: values: google.protobuf.Value":               &structpb.ListValue{},
		"google.protobuf.BytesValue: value: a value of bytes":                    &wrapperspb.BytesValue{},
		"google.api.expr.v1alpha1.CheckedExpr: reference_map: a map of int64 to": &expr.CheckedExpr{},
	} {
		plugin, err := protogen.Options{}.New(linked(message.ProtoReflect().Descriptor().ParentFile()))
		if err != nil {
			t.Fatal(err)
		}
		_, err = newPlanner(plugin).file(messageOf(plugin, message))
		if !errors.Is(err, errNoEncoder) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// messageOf returns the message's type as the plugin knows it.
func messageOf(plugin *protogen.Plugin, message protoreflect.ProtoMessage) []*protogen.Message {
	desc := message.ProtoReflect().Descriptor()
	return plugin.FilesByPath[desc.ParentFile().Path()].Messages[desc.Index():][:1]
}
