package service

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// resource is a resource of the contract.
type resource interface {
	comparable
	proto.Message
}

// identified is a resource that OpenTACT identifies by a UUID.
type identified interface {
	resource
	GetUuid() string
}

// kind is one kind of resource: how it is named in requests, what of it can be
// written, and how the vendor's object W becomes the resource R.
type kind[W any, R identified] struct {
	field   string
	written columns
	show    func(*W) R
}

// create sends what is set and answers the resource as stored or, if the vendor
// confirms without showing it, what was sent.
func (k kind[W, R]) create(wanted R, send func(opentact.Object) (*W, error)) (R, error) {
	stored, err := send(k.written.creation(wanted))
	if err != nil {
		var none R
		return none, err
	}
	return k.known(stored, wanted, k.written, ""), nil
}

// update sends what the mask names and answers the resource as stored. If the vendor
// confirms without showing it, it is read back, in what is left of the time. If that
// fails, the write still succeeded.
func (k kind[W, R]) update(
	ctx context.Context, wanted R, mask *fieldmaskpb.FieldMask,
	send func(ctx context.Context, uuid string, body opentact.Object) (*W, error),
	read func(ctx context.Context, uuid string) (*W, error),
) (R, error) {
	var none R
	changes, err := list.Changes(k.field, wanted, mask)
	if err != nil {
		return none, err
	}
	uuid := canonical(wanted.GetUuid())
	stored, err := send(ctx, uuid, k.written.update(wanted, changes))
	if err != nil {
		return none, err
	}
	if stored == nil {
		ctx, cancel := upstream.ForReadBack(ctx)
		defer cancel()
		if found, err := read(ctx, uuid); err == nil {
			stored = found
		}
	}
	return k.known(stored, wanted, k.written.only(changes), uuid), nil
}

// known is the resource as stored, or else what is known from the request.
func (k kind[W, R]) known(stored *W, wanted R, sent columns, uuid string) R {
	if stored != nil {
		return k.show(stored)
	}
	return echo(wanted, sent, uuid)
}

// echo is what is known of a resource from the request that wrote it: the fields
// that were sent and the id.
func echo[R proto.Message](wanted R, sent columns, uuid string) R {
	copied, _ := proto.Clone(wanted).(R)
	reflected := copied.ProtoReflect()
	reflected.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if _, ok := sent[field.Name()]; !ok {
			reflected.Clear(field)
		}
		return true
	})
	reflected.Set(reflected.Descriptor().Fields().ByName("uuid"), protoreflect.ValueOfString(uuid))
	return copied
}
