package opentact

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// message is a pointer to the message M of the contract.
type message[M any] interface {
	*M
	proto.Message
}

// identified is a resource that OpenTACT identifies by a UUID.
type identified[M any] interface {
	message[M]
	GetUuid() string
}

// kind is one kind of resource. All kinds are listed, read, created and updated by the
// same code.
type kind[M any, R identified[M]] struct {
	// field is the resource's field in requests.
	field string
	// routes are the vendor's; if none reads one resource, the list is searched.
	routes opentact.Collection
	// answers is how the resource is read from answers.
	answers opentact.Kind[M]
	// body is what callers write of it.
	body body[M]
}

// The kinds of resource. What of them is read and written is generated from the tables of
// package mapping.
var (
	sipConnections        = newKind("sip_connection", opentact.Connections, sipConnectionKind, sipConnectionBody)
	sipUserInvites        = newKind("sip_user_invite", opentact.Invites, sipUserInviteKind, sipUserInviteBody)
	sipApps               = newKind("sip_app", opentact.Apps, sipAppKind, sipAppBody)
	messagingProfiles     = newKind("messaging_profile", opentact.MessagingProfiles, messagingProfileKind, messagingProfileBody)
	outboundVoiceProfiles = newKind("outbound_voice_profile", opentact.OutboundVoiceProfiles, outboundVoiceProfileKind, outboundVoiceProfileBody)
)

func newKind[M any, R identified[M]](field string, routes opentact.Collection, answers opentact.Kind[M], body body[M]) kind[M, R] {
	return kind[M, R]{field: field, routes: routes, answers: answers, body: body}
}

// page serves a list: the request is checked before the vendor is called, and the page is
// picked from all that it answers.
func page[M any, R message[M]](tokens *list.Tokens, request list.Request, key string, fetch func() ([]*M, error)) ([]R, string, error) {
	query, err := list.Prepare[R](tokens, request, key)
	if err != nil {
		return nil, "", err
	}
	fetched, err := fetch()
	if err != nil {
		return nil, "", err
	}
	rows := make([]R, len(fetched))
	for i, row := range fetched {
		rows[i] = row
	}
	picked, next := query.Page(rows)
	return picked, next, nil
}

// list serves a list of the kind; parents are the UUIDs above it in the path.
func (k kind[M, R]) list(ctx context.Context, vendor *opentact.Client, tokens *list.Tokens, request list.Request, parents ...string) ([]R, string, error) {
	return page[M, R](tokens, request, "uuid", func() ([]*M, error) {
		return opentact.List(ctx, vendor, k.routes.List, k.answers, canonical(parents)...)
	})
}

// get returns one resource; uuids are those of its path.
func (k kind[M, R]) get(ctx context.Context, vendor *opentact.Client, uuids ...string) (R, error) {
	uuids = canonical(uuids)
	if k.routes.Get != nil {
		return opentact.Get(ctx, vendor, k.routes.Get, k.answers, uuids...)
	}
	last := len(uuids) - 1
	wanted := func(m *M) bool { return R(m).GetUuid() == uuids[last] }
	return opentact.Find(ctx, vendor, k.routes.List, k.answers, wanted, uuids[:last]...)
}

// create sends what is set and returns the resource as stored or, if the vendor confirms
// without showing it, what was sent.
func (k kind[M, R]) create(ctx context.Context, vendor *opentact.Client, wanted R, parents ...string) (R, error) {
	stored, err := opentact.Write(ctx, vendor, k.routes.Create, k.answers, k.body.creation(wanted), canonical(parents)...)
	if err != nil {
		return nil, err
	}
	return known(stored, wanted, k.body.columns, ""), nil
}

// update sends what the mask names and returns the resource as stored. If the vendor
// confirms without showing it, it is read back, in what is left of the time. If that
// fails, the write still succeeded.
func (k kind[M, R]) update(ctx context.Context, vendor *opentact.Client, wanted R, mask *fieldmaskpb.FieldMask, parents ...string) (R, error) {
	changes, err := list.Changes(k.field, wanted, mask)
	if err != nil {
		return nil, err
	}
	uuids := canonical(append(parents, wanted.GetUuid()))
	stored, err := opentact.Write(ctx, vendor, k.routes.Update, k.answers, k.body.update(wanted, changes), uuids...)
	if err != nil {
		return nil, err
	}
	if stored == nil {
		stored = k.readBack(ctx, vendor, uuids)
	}
	return known(stored, wanted, k.body.columns.only(changes), uuids[len(uuids)-1]), nil
}

// readBack returns the resource of a write that succeeded, or nil if it cannot be read.
func (k kind[M, R]) readBack(ctx context.Context, vendor *opentact.Client, uuids []string) *M {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	found, err := k.get(ctx, vendor, uuids...)
	if err != nil {
		return nil
	}
	return found
}

// remove deletes a resource; uuids are those of its path.
func (k kind[M, R]) remove(ctx context.Context, vendor *opentact.Client, uuids ...string) error {
	return vendor.Remove(ctx, k.routes.Delete, canonical(uuids)...)
}

// known returns the resource as stored, or else what is known from the request.
func known[M any, R message[M]](stored *M, wanted R, sent columns, uuid string) R {
	if stored != nil {
		return stored
	}
	return echo(wanted, sent, uuid)
}

// echo returns what is known of a resource from the request that wrote it: the fields
// that were sent and the id.
func echo[R proto.Message](wanted R, sent columns, uuid string) R {
	copied, _ := proto.Clone(wanted).(R)
	reflected := copied.ProtoReflect()
	reflected.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if sent.find(field.Name()).names == nil {
			reflected.Clear(field)
		}
		return true
	})
	reflected.Set(reflected.Descriptor().Fields().ByName("uuid"), protoreflect.ValueOfString(uuid))
	return copied
}

// canonical returns UUIDs as the vendor takes them: in lower case.
func canonical(uuids []string) []string {
	lower := make([]string, len(uuids))
	for i, uuid := range uuids {
		lower[i] = strings.ToLower(uuid)
	}
	return lower
}
