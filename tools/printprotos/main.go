// Command printprotos reads a FileDescriptorSet from standard input and prints
// its files as proto source below the folder that -out names. The protos that buf
// knows by itself (google/protobuf) are left out.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jhump/protoreflect/v2/protoprint"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

func main() {
	out := flag.String("out", "", "folder to print into")
	flag.Parse()
	if err := run(os.Stdin, *out); err != nil {
		fmt.Fprintln(os.Stderr, "printprotos:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out string) error {
	files, err := read(in)
	if err != nil {
		return err
	}
	printer := &protoprint.Printer{}
	return printer.PrintProtosToFileSystem(files, out)
}

// read parses the set twice: the second time with the extensions that the set
// itself declares, so that options such as (google.api.http) are not lost.
func read(in io.Reader) ([]protoreflect.FileDescriptor, error) {
	encoded, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	plain := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(encoded, plain); err != nil {
		return nil, err
	}
	declared, err := protodesc.NewFiles(plain)
	if err != nil {
		return nil, err
	}
	full := &descriptorpb.FileDescriptorSet{}
	options := proto.UnmarshalOptions{Resolver: dynamicpb.NewTypes(declared)}
	if err := options.Unmarshal(encoded, full); err != nil {
		return nil, err
	}
	spellOutLists(full.ProtoReflect())
	registry, err := protodesc.NewFiles(full)
	if err != nil {
		return nil, err
	}
	var files []protoreflect.FileDescriptor
	registry.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(file.Path(), "google/protobuf/") {
			files = append(files, file)
		}
		return true
	})
	return files, nil
}
