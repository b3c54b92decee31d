package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// TestGenerated: the file in the repository is what the contract gives now.
func TestGenerated(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encode_generated.go")
	if err := run(path); err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile("../encode_generated.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), string(made)); diff != "" {
		t.Errorf("run make generate: %s", diff)
	}
}

// TestRefusals: what the encoder has no method for is an error that names the field.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for want, message := range map[string]protoreflect.ProtoMessage{
		"google.api.expr.v1alpha1.Constant.null_value":     &expr.Constant{},
		"google.api.expr.v1alpha1.SourceInfo.line_offsets": &expr.SourceInfo{},
		"google.api.expr.v1alpha1.SourcePosition.offset":   &expr.SourcePosition{},
	} {
		_, err := modelOf([]protoreflect.MessageType{message.ProtoReflect().Type()})
		if !errors.Is(err, errNoEncoder) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
