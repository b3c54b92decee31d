// Command imports writes, to standard output, a FileDescriptorSet of the protos
// that the contract imports, as they are linked into the generated code, and of
// those that its errors are made of. Printed back to source they are what buf
// compiles the contract against, so the two cannot drift apart, and what callers
// in other languages are given.
package main

import (
	"fmt"
	"os"

	_ "buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate" // links buf/validate
	_ "google.golang.org/genproto/googleapis/api/annotations"                   // links google/api
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"                    // links google/rpc/error_details.proto
	_ "google.golang.org/genproto/googleapis/rpc/status"                        // links google/rpc/status.proto
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// roots are the imported files, and those of the errors in grpc-status-details-bin; what
// they import themselves follows.
var roots = []string{
	"buf/validate/validate.proto",
	"google/api/annotations.proto",
	"google/api/field_behavior.proto",
	"google/rpc/error_details.proto",
	"google/rpc/status.proto",
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
	set.File = append(set.File, withLicence(protodesc.ToFileDescriptorProto(file)))
	return nil
}

// licence is that of every imported file, whose comments are not linked.
const licence = " Printed from the compiled descriptor, without the comments of the source.\n" +
	" Licensed under the Apache License, Version 2.0: http://www.apache.org/licenses/LICENSE-2.0\n"

// withLicence puts the licence in front of the file.
func withLicence(file *descriptorpb.FileDescriptorProto) *descriptorpb.FileDescriptorProto {
	const syntax = 12 // the number of the field
	file.SourceCodeInfo = &descriptorpb.SourceCodeInfo{Location: []*descriptorpb.SourceCodeInfo_Location{
		{Path: []int32{syntax}, Span: []int32{0, 0, 0}, LeadingDetachedComments: []string{licence}},
	}}
	return file
}
