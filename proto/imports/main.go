// Command imports writes, to standard output, a FileDescriptorSet of the protos
// that the contract imports, as they are linked into the generated code. Printed
// back to source they are what buf compiles the contract against, so the two
// cannot drift apart.
package main

import (
	"fmt"
	"os"

	_ "buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate" // links buf/validate
	_ "google.golang.org/genproto/googleapis/api/annotations"                   // links google/api
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// roots are the imported files; what they import themselves follows.
var roots = []string{
	"buf/validate/validate.proto",
	"google/api/annotations.proto",
	"google/api/field_behavior.proto",
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "imports:", err)
		os.Exit(1)
	}
}

func run() error {
	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	for _, root := range roots {
		if err := add(set, seen, root); err != nil {
			return err
		}
	}
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(encoded)
	return err
}

// add appends the file after everything it imports.
func add(set *descriptorpb.FileDescriptorSet, seen map[string]bool, path string) error {
	if seen[path] {
		return nil
	}
	seen[path] = true
	file, err := protoregistry.GlobalFiles.FindFileByPath(path)
	if err != nil {
		return err
	}
	for i := range file.Imports().Len() {
		if err := add(set, seen, file.Imports().Get(i).Path()); err != nil {
			return err
		}
	}
	set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	return nil
}
