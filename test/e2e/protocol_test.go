package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// call is one call of the contract, for either protocol.
type call struct {
	method  protoreflect.MethodDescriptor
	request proto.Message
	headers map[string]string
	// patchBody, if given, is the HTTP body of an update, from which the server derives
	// the mask.
	patchBody []byte
}

// outcome is what a caller gets.
type outcome struct {
	// raw is everything that was received, which is searched for secrets.
	raw string
	// response is the proto3 JSON of the response message; nil if the call failed.
	response any
	// status is nil if the call succeeded.
	status *spb.Status
	// metadata and trailer are the gRPC protocol's.
	metadata, trailer metadata.MD
	// http and header are the JSON protocol's.
	http   int
	header map[string]string
}

// protocol makes calls over gRPC or as JSON.
type protocol interface {
	name() string
	call(ctx context.Context, c call) (outcome, error)
}

func (f *facade) protocols() []protocol { return []protocol{grpcProtocol{f}, jsonProtocol{f}} }

// methodOf finds `SipConnectionService.GetSipConnection`.
func methodOf(name string) (protoreflect.MethodDescriptor, error) {
	service, method, _ := strings.Cut(name, ".")
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(contract.Package + "." + service))
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", name, err)
	}
	described, ok := found.(protoreflect.ServiceDescriptor)
	if !ok || described.Methods().ByName(protoreflect.Name(method)) == nil {
		return nil, fmt.Errorf("call %s: the contract has no such method", name)
	}
	return described.Methods().ByName(protoreflect.Name(method)), nil
}

// newMessage makes an empty message of a type of the contract.
func newMessage(descriptor protoreflect.MessageDescriptor) (proto.Message, error) {
	found, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		return nil, fmt.Errorf("make a %s: %w", descriptor.FullName(), err)
	}
	return found.New().Interface(), nil
}

// newCall reads a request in proto3 JSON. The mask is taken apart here, because
// proto3 JSON has no spelling for `*`.
func newCall(name string, request any) (call, error) {
	method, err := methodOf(name)
	if err != nil {
		return call{}, err
	}
	message, err := newMessage(method.Input())
	if err != nil {
		return call{}, err
	}
	members, _ := request.(map[string]any)
	members = maps.Clone(members)
	mask, masked := members["updateMask"].(string)
	delete(members, "updateMask")
	encoded, err := json.Marshal(members)
	if err != nil {
		return call{}, fmt.Errorf("request of %s: %w", name, err)
	}
	if members != nil {
		err = protojson.Unmarshal(encoded, message)
	}
	if err != nil {
		return call{}, fmt.Errorf("request of %s: %w", name, err)
	}
	if masked {
		setMask(message.ProtoReflect(), mask)
	}
	return call{method: method, request: message}, nil
}

// mustCall is newCall for requests that a test writes itself.
func mustCall(t testing.TB, name string, request map[string]any) call {
	t.Helper()
	made, err := newCall(name, request)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func setMask(request protoreflect.Message, mask string) {
	field := request.Descriptor().Fields().ByName("update_mask")
	paths := request.Mutable(field).Message()
	list := paths.Mutable(paths.Descriptor().Fields().ByName("paths")).List()
	if mask == "" {
		return
	}
	for path := range strings.SplitSeq(mask, ",") {
		list.Append(protoreflect.ValueOfString(path))
	}
}

// grpcProtocol calls over a gRPC connection.
type grpcProtocol struct{ *facade }

func (grpcProtocol) name() string { return "grpc" }

func (d grpcProtocol) call(ctx context.Context, c call) (outcome, error) {
	response, err := newMessage(c.method.Output())
	if err != nil {
		return outcome{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(c.headers)) {
		ctx = metadata.AppendToOutgoingContext(ctx, strings.ToLower(name), c.headers[name])
	}
	var header, trailer metadata.MD
	err = d.conn.Invoke(ctx, contract.FullMethod(c.method), c.request, response, grpc.Header(&header), grpc.Trailer(&trailer))
	if err != nil {
		failed := grpcstatus.Convert(err).Proto()
		return outcome{status: failed, metadata: header, trailer: trailer, raw: fmt.Sprint(protojson.Format(failed), header, trailer)}, nil
	}
	encoded, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(response)
	if err != nil {
		return outcome{}, fmt.Errorf("write the response of %s: %w", c.method.Name(), err)
	}
	made := outcome{metadata: header, trailer: trailer, raw: fmt.Sprint(string(encoded), header, trailer)}
	return made, json.Unmarshal(encoded, &made.response)
}
