package service

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/list"
)

// canonical is a UUID as the vendor takes it: in lower case.
func canonical(uuid string) string { return strings.ToLower(uuid) }

// pageOf serves a list: the request is checked before the vendor is called, and
// the page is picked from all that it answers.
func pageOf[From any, To proto.Message](
	tokens *list.Tokens, request list.Request, key string,
	convert func(From) To, fetch func() ([]From, error),
) (page []To, next string, err error) {
	query, err := list.Prepare[To](tokens, request, key)
	if err != nil {
		return nil, "", err
	}
	rows, err := fetch()
	if err != nil {
		return nil, "", err
	}
	page, next = query.Page(each(rows, convert))
	return page, next, nil
}

// readBack is what the vendor answered to a write, or else what it has stored. A
// write that succeeded stays a success where reading back fails: then it is nil.
func readBack[W any](answered *W, read func() (*W, error)) *W {
	if answered != nil {
		return answered
	}
	if stored, err := read(); err == nil {
		return stored
	}
	return nil
}

// known is the resource to answer after a write: as stored, or, where the vendor
// confirmed the write without showing it, what was sent.
func known[R interface {
	comparable
	proto.Message
}](stored, wanted R, written columns, uuid string) R {
	var none R
	if stored != none {
		return stored
	}
	return echo(wanted, written, uuid)
}

// echo is what is known of a resource from the request that wrote it: the written
// fields and the id.
func echo[R proto.Message](wanted R, written columns, uuid string) R {
	copied, _ := proto.Clone(wanted).(R)
	message := copied.ProtoReflect()
	message.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if _, ok := written[field.Name()]; !ok {
			message.Clear(field)
		}
		return true
	})
	message.Set(message.Descriptor().Fields().ByName("uuid"), protoreflect.ValueOfString(uuid))
	return copied
}
