// Package service has what the services of both vendors share. The services themselves are in
// the package of their vendor.
package service

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// Message is a pointer to the message M of the contract.
type Message[M any] interface {
	*M
	proto.Message
}

// Write is a request that changes something, unless it is only to be checked.
type Write interface{ GetValidateOnly() bool }

// Masked is a request that updates a resource.
type Masked interface {
	Write
	GetUpdateMask() *fieldmaskpb.FieldMask
}
