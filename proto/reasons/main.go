// Command reasons writes the part of docs/errors.md that explains each error
// reason, from the comments of the enum. What grpcurl describes and what the
// document says cannot differ.
package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/document"
)

// The beginning and end of the generated part.
const (
	begin = "<!-- reasons: from proto/sipfacade/v1/error_reason.proto by make generate -->\n"
	end   = "<!-- end of reasons -->\n"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: reasons DOCUMENT")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "reasons:", err)
		os.Exit(1)
	}
}

// run replaces the part between the marks.
func run(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	reasons, err := reasonEnum()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	for i := range reasons.Values().Len() {
		writeReason(&out, reasons.Values().Get(i))
	}
	if text, err = document.Replace(text, begin, end, out.Bytes()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, text, 0o644)
}

// reasonEnum returns the enum with its comments.
func reasonEnum() (protoreflect.EnumDescriptor, error) {
	files, err := contract.LinkImage(gen.DescriptorImage)
	if err != nil {
		return nil, err
	}
	found, err := files.FindDescriptorByName(contract.FullName("ErrorReason"))
	if err != nil {
		return nil, err
	}
	reasons, ok := found.(protoreflect.EnumDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is not an enum", found.FullName())
	}
	return reasons, nil
}

// writeReason writes one section; the zero value is never sent.
func writeReason(out *bytes.Buffer, reason protoreflect.EnumValueDescriptor) {
	if reason.Number() == 0 {
		return
	}
	enum, _ := reason.Parent().(protoreflect.EnumDescriptor)
	comment := reason.ParentFile().SourceLocations().ByDescriptor(reason).LeadingComments
	fmt.Fprintf(out, "\n### %s\n", strings.TrimPrefix(string(reason.Name()), contract.EnumPrefix(enum)))
	for line := range strings.Lines(comment) {
		out.WriteString(strings.TrimPrefix(strings.TrimRight(line, " \n"), " ") + "\n")
	}
	if reason.Index() == enum.Values().Len()-1 {
		out.WriteString("\n")
	}
}
