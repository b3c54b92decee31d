package main

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// details returns the details of one type of an error.
func details[T proto.Message](err error) []T {
	var found []T
	for _, detail := range status.Convert(err).Details() {
		if one, ok := detail.(T); ok {
			found = append(found, one)
		}
	}
	return found
}

// info returns what every error of the service says about itself; nil if no answer of the
// service arrived.
func info(err error) *errdetails.ErrorInfo {
	for _, one := range details[*errdetails.ErrorInfo](err) {
		if one.GetDomain() == "sipfacade" {
			return one
		}
	}
	return nil
}

func reason(err error) string { return info(err).GetReason() }

func delivery(err error) string { return info(err).GetMetadata()["delivery"] }

func lookupMethod(err error) string { return info(err).GetMetadata()["lookupMethod"] }

// outcomeUnknown reports whether a write may have happened: the service says so, or its
// answer did not arrive.
func outcomeUnknown(err error) bool {
	return err != nil && (info(err) == nil || reason(err) == "OUTCOME_UNKNOWN")
}

// violations returns the fields of the request that break a rule.
func violations(err error) []string {
	var found []string
	for _, bad := range details[*errdetails.BadRequest](err) {
		for _, violation := range bad.GetFieldViolations() {
			found = append(found, violation.GetField()+" "+violation.GetDescription())
		}
	}
	return found
}

// lookUp makes the call that shows whether a write happened, and returns its answer.
func lookUp(ctx context.Context, conn *grpc.ClientConn, failure error) (proto.Message, error) {
	name := lookupMethod(failure)
	if name == "" {
		return nil, failure
	}
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(strings.ReplaceAll(name, "/", ".")))
	if err != nil {
		return nil, err
	}
	method, ok := found.(protoreflect.MethodDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is no method", name)
	}
	request, err := newMessage(method.Input())
	if err != nil {
		return nil, err
	}
	if err := protojson.Unmarshal([]byte(info(failure).GetMetadata()["lookupRequest"]), request); err != nil {
		return nil, err
	}
	response, err := newMessage(method.Output())
	if err != nil {
		return nil, err
	}
	return response, conn.Invoke(ctx, "/"+name, request, response)
}

func newMessage(of protoreflect.MessageDescriptor) (proto.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(of.FullName())
	if err != nil {
		return nil, err
	}
	return kind.New().Interface(), nil
}
