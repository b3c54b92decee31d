package reconcile

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// Create is the method of the contract that creates a resource, CreateX for the message X.
type Create struct {
	method protoreflect.MethodDescriptor
	// wanted is the resource in the request, and stored the one in the response.
	wanted, stored protoreflect.FieldDescriptor
	response       protoreflect.MessageType
	parents        []protoreflect.FieldDescriptor
}

// CreateOf returns the create of a resource, which the contract must have.
func CreateOf(resource protoreflect.MessageDescriptor) Create {
	for _, method := range contract.Methods(contract.Services(protoregistry.GlobalFiles)) {
		if method.Name() == "Create"+resource.Name() {
			return newCreate(method, resource)
		}
	}
	panic(fmt.Sprintf("the contract cannot create %s", resource.FullName()))
}

func newCreate(method protoreflect.MethodDescriptor, resource protoreflect.MessageDescriptor) Create {
	response, err := protoregistry.GlobalTypes.FindMessageByName(method.Output().FullName())
	if err != nil {
		panic(err) // what is described is linked
	}
	c := Create{
		method: method, response: response,
		wanted: fieldOf(method.Input(), resource), stored: fieldOf(method.Output(), resource),
	}
	_, path := contract.HTTPPattern(contract.HTTPRule(method))
	for _, name := range contract.PathFields(path) {
		c.parents = append(c.parents, method.Input().Fields().ByName(protoreflect.Name(name)))
	}
	return c
}

// fieldOf returns the field of a message that holds a resource.
func fieldOf(message, resource protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	if field := contract.Holding(message, resource); field != nil {
		return field
	}
	panic(fmt.Sprintf("%s has no %s", message.FullName(), resource.FullName()))
}

// FullMethod returns the name by which gRPC calls the method.
func (c Create) FullMethod() string { return contract.FullMethod(c.method) }

// Wanted returns the resource of a request.
func (c Create) Wanted(request proto.Message) proto.Message {
	return request.ProtoReflect().Get(c.wanted).Message().Interface()
}

// Parent is the id of what a resource is below, and the field of the request that has it.
type Parent struct {
	Field protoreflect.Name
	ID    protoreflect.Value
}

// Parents returns the ids of the request's path.
func (c Create) Parents(request proto.Message) []Parent {
	parents := make([]Parent, len(c.parents))
	for i, field := range c.parents {
		parents[i] = Parent{Field: field.Name(), ID: request.ProtoReflect().Get(field)}
	}
	return parents
}

// Made returns the candidate for a resource that the create may have made.
func (c Create) Made(resource proto.Message) Candidate {
	response := c.response.New()
	response.Set(c.stored, protoreflect.ValueOfMessage(resource.ProtoReflect()))
	return Made(resource, response.Interface())
}
