package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/goldentest"
)

// TestGenerated: the file in the repository is what the contract gives now.
func TestGenerated(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "encode_generated.go")
	if err := run(path); err != nil {
		t.Fatal(err)
	}
	goldentest.CompareGenerated(t, "../encode_generated.go", path)
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
