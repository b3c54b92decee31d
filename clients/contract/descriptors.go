package main

import (
	"slices"
	"strings"

	_ "buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate" // knows the options to remove
	_ "google.golang.org/genproto/googleapis/rpc/errdetails"                    // links google/rpc/error_details
	_ "google.golang.org/genproto/googleapis/rpc/status"                        // links google/rpc/status
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// rules is the file of the validation rules. Clients do not need them, because the server
// checks every request. With them each package would contain a copy of a file that other
// packages also contain, and two copies that differ cannot be loaded together in Python.
const rules = "buf/validate/validate.proto"

// errorForm are the files with the details of an error. The contract does not import them.
var errorForm = []string{"google/rpc/error_details.proto", "google/rpc/status.proto"}

// clientDescriptors returns the image without the validation rules, and with the details of errors.
func clientDescriptors(image []byte) (*descriptorpb.FileDescriptorSet, error) {
	all := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(image, all); err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	for _, file := range all.GetFile() {
		if file.GetName() == rules {
			continue
		}
		removeRules(file)
		set.File = append(set.File, file)
	}
	return set, addErrorForm(set)
}

// removeRules removes the import of the rules and every option of theirs.
func removeRules(file *descriptorpb.FileDescriptorProto) {
	at := slices.Index(file.GetDependency(), rules)
	if at < 0 {
		return
	}
	file.Dependency = slices.Delete(file.Dependency, at, at+1)
	file.PublicDependency = renumbered(file.GetPublicDependency(), at)
	file.WeakDependency = renumbered(file.GetWeakDependency(), at)
	removeOptions(file.ProtoReflect())
}

// renumbered returns the positions of imports after that at one position is gone.
func renumbered(positions []int32, gone int) []int32 {
	var left []int32
	for _, position := range positions {
		switch {
		case int(position) > gone:
			left = append(left, position-1)
		case int(position) < gone:
			left = append(left, position)
		}
	}
	return left
}

// removeOptions clears the extensions of the rules in a message and all that is below it.
func removeOptions(message protoreflect.Message) {
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.IsExtension() && field.ParentFile().Path() == rules:
			message.Clear(field)
		case field.IsList() && field.Message() != nil:
			for i := range value.List().Len() {
				removeOptions(value.List().Get(i).Message())
			}
		case field.Message() != nil && !field.IsMap():
			removeOptions(value.Message())
		}
		return true
	})
}

// addErrorForm appends the files of error details that the set lacks, as they are linked.
func addErrorForm(set *descriptorpb.FileDescriptorSet) error {
	for _, path := range errorForm {
		if err := appendLinked(set, path); err != nil {
			return err
		}
	}
	return nil
}

func appendLinked(set *descriptorpb.FileDescriptorSet, path string) error {
	if slices.ContainsFunc(set.GetFile(), func(file *descriptorpb.FileDescriptorProto) bool { return file.GetName() == path }) {
		return nil
	}
	file, err := protoregistry.GlobalFiles.FindFileByPath(path)
	if err != nil {
		return err
	}
	for i := range file.Imports().Len() {
		if err := appendLinked(set, file.Imports().Get(i).Path()); err != nil {
			return err
		}
	}
	set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	return nil
}

// ours reports whether a file belongs to the contract.
func ours(file *descriptorpb.FileDescriptorProto) bool {
	return strings.HasPrefix(file.GetName(), "sipfacade/")
}
