package main

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// load reads the files that define answers, and all that they import, as they are linked
// into this program. protogen names what they define as protoc-gen-go does.
func load() (*protogen.Plugin, error) {
	plugin, err := protogen.Options{}.New(linked(
		sipfacadev1.File_sipfacade_v1_pbx_config_service_proto,
		sipfacadev1.File_sipfacade_v1_profile_service_proto,
		sipfacadev1.File_sipfacade_v1_sip_app_service_proto,
		sipfacadev1.File_sipfacade_v1_sip_connection_service_proto,
		status.File_google_rpc_status_proto,
		errdetails.File_google_rpc_error_details_proto,
	))
	if err != nil {
		return nil, fmt.Errorf("read the linked descriptors: %w", err)
	}
	return plugin, nil
}

// answers returns the messages that the JSON API answers with: what the methods of the
// contract return, the error, and the details that an error can have.
func answers(plugin *protogen.Plugin) []*protogen.Message {
	var found []*protogen.Message
	for _, file := range plugin.Files {
		if file.Desc.Package() == "google.rpc" {
			found = append(found, file.Messages...)
		}
		for _, service := range file.Services {
			for _, method := range service.Methods {
				found = append(found, method.Output)
			}
		}
	}
	return found
}

// linked returns the request that protoc sends to its plugins for the files.
func linked(files ...protoreflect.FileDescriptor) *pluginpb.CodeGeneratorRequest {
	request := &pluginpb.CodeGeneratorRequest{}
	seen := map[string]bool{}
	for _, file := range files {
		add(request, seen, file)
	}
	return request
}

// add appends the file after everything that it imports.
func add(request *pluginpb.CodeGeneratorRequest, seen map[string]bool, file protoreflect.FileDescriptor) {
	if seen[file.Path()] {
		return
	}
	seen[file.Path()] = true
	for i := range file.Imports().Len() {
		add(request, seen, file.Imports().Get(i).FileDescriptor)
	}
	request.ProtoFile = append(request.ProtoFile, protodesc.ToFileDescriptorProto(file))
}

// reachable returns the messages and all that their fields hold, in the order of their
// names. The well-known types are left out, since their JSON is written by hand.
func reachable(roots []*protogen.Message) []*protogen.Message {
	seen := map[protoreflect.FullName]*protogen.Message{}
	for waiting := roots; len(waiting) > 0; {
		message := waiting[0]
		waiting = waiting[1:]
		name := message.Desc.FullName()
		if seen[name] != nil || message.Desc.IsMapEntry() || wellKnown(message) {
			continue
		}
		seen[name] = message
		for _, field := range message.Fields {
			if field.Message != nil {
				waiting = append(waiting, field.Message)
			}
		}
	}
	found := make([]*protogen.Message, 0, len(seen))
	for _, message := range seen {
		found = append(found, message)
	}
	slices.SortFunc(found, func(a, b *protogen.Message) int {
		return strings.Compare(string(a.Desc.FullName()), string(b.Desc.FullName()))
	})
	return found
}

// wellKnown reports whether the type may have a JSON form of its own.
func wellKnown(message *protogen.Message) bool {
	return message.Desc.ParentFile().Package() == "google.protobuf"
}
