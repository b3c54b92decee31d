package opentact

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/etag"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// message is a pointer to the message M of the contract.
type message[M any] interface {
	*M
	proto.Message
}

// dated is a resource that says when it was created.
type dated[M any] interface {
	message[M]
	GetCreateTime() *timestamppb.Timestamp
}

// identified is a resource that OpenTACT identifies by a UUID.
type identified[M any] interface {
	dated[M]
	GetUuid() string
}

// kind is one kind of resource. All kinds are listed, read, created and updated by the
// same code.
type kind[M any, R dated[M]] struct {
	// field is the resource's field in requests.
	field string
	// key is the field that identifies a resource, and id returns it.
	key protoreflect.Name
	id  func(row R) string
	// routes are the vendor's; if none reads one resource, the list is searched.
	routes opentact.Collection
	// answers is how the resource is read from answers.
	answers opentact.Kind[M]
	// body is what callers write of it.
	body body[M]
	// locate sets what a resource is below, from the UUIDs above it in the path; nil if it
	// is below nothing.
	locate func(row R, parents []string)
	// above reads what a resource is below; nil if it is below nothing.
	above func(ctx context.Context, b Backend, parents []string) error
	// natural is the field by which a resource of the same parents is found that is like
	// another; empty if there is none.
	natural protoreflect.Name
}

// The kinds of resource. What of them is read and written is generated from the tables of
// package mapping.
var (
	sipConnections        = newKind("sip_connection", opentact.Connections, sipConnectionKind, sipConnectionBody)
	sipUserInvites        = newKind("sip_user_invite", opentact.Invites, sipUserInviteKind, sipUserInviteBody).below(ofConnection, readConnection)
	sipDomains            = newDomainKind()
	sipUsers              = newKind("sip_user", opentact.Users, sipUserKind, sipUserBody).below(ofDomain, readDomain).foundBy("login")
	sipApps               = newKind("sip_app", opentact.Apps, sipAppKind, sipAppBody)
	messagingProfiles     = newKind("messaging_profile", opentact.MessagingProfiles, messagingProfileKind, messagingProfileBody)
	outboundVoiceProfiles = newKind("outbound_voice_profile", opentact.OutboundVoiceProfiles, outboundVoiceProfileKind, outboundVoiceProfileBody)
)

func newKind[M any, R identified[M]](field string, routes opentact.Collection, answers opentact.Kind[M], body body[M]) kind[M, R] {
	return kind[M, R]{field: field, key: "uuid", id: R.GetUuid, routes: routes, answers: answers, body: body}
}

// newDomainKind returns the kind of SIP domains, which are identified by their names.
func newDomainKind() kind[pb.SipDomain, *pb.SipDomain] {
	return kind[pb.SipDomain, *pb.SipDomain]{
		field: "sip_domain", key: "domain", id: (*pb.SipDomain).GetDomain,
		routes: opentact.Domains, answers: sipDomainKind, body: sipDomainBody, natural: "domain",
	}
}

// below returns the kind with what locates its resources and what reads their parent.
func (k kind[M, R]) below(
	locate func(row R, parents []string), above func(ctx context.Context, b Backend, parents []string) error,
) kind[M, R] {
	k.locate, k.above = locate, above
	return k
}

// foundBy returns the kind with the field by which one like another is found.
func (k kind[M, R]) foundBy(natural protoreflect.Name) kind[M, R] {
	k.natural = natural
	return k
}

// ofConnection sets the connection of an invite.
func ofConnection(invite *pb.SipUserInvite, parents []string) { invite.SipConnectionUuid = &parents[0] }

// ofDomain sets the SIP domain of a user.
func ofDomain(user *pb.SipUser, parents []string) { user.SipDomain = &parents[0] }

// readConnection reads the connection that something is below.
func readConnection(ctx context.Context, b Backend, parents []string) error {
	_, err := sipConnections.read(ctx, b, parents[:1])
	return err
}

// readDomain reads the SIP domain that something is below.
func readDomain(ctx context.Context, b Backend, parents []string) error {
	_, err := sipDomains.read(ctx, b, parents[:1])
	return err
}

// nowhere is for rows that are below nothing.
func nowhere[M any](*M) {}

// located returns a resource that says what it is below.
func (k kind[M, R]) located(row R, parents []string) R {
	if k.locate != nil && row != nil {
		k.locate(row, parents)
	}
	return row
}

// page serves a list: the request is checked before the vendor is called, and the page is
// picked as the rows pass, so that the rows of other pages take no memory. Each row is
// located first, so that filters see what it is below.
func page[M any, R message[M]](
	tokens *list.Tokens, request list.Request, key string, locate func(row R), fetch func(begin func() opentact.Keep[M]) error,
) (rows []R, next string, err error) {
	query, err := list.Prepare[R](tokens, request, key)
	if err != nil {
		return nil, "", err
	}
	collector := query.Collect()
	err = fetch(func() opentact.Keep[M] {
		collector = query.Collect()
		return func(row *M) *M {
			locate(row)
			return collector.Add(row)
		}
	})
	if err != nil {
		return nil, "", err
	}
	rows, next = collector.Page()
	return rows, next, nil
}

// list serves a list of the kind; parents are the UUIDs above it in the path.
func (k kind[M, R]) list(ctx context.Context, b Backend, request list.Request, parents ...string) ([]R, string, error) {
	parents = canonical(parents)
	locate := func(row R) { k.located(row, parents) }
	rows, next, err := page(b.Tokens, request, string(k.key), locate, func(begin func() opentact.Keep[M]) error {
		return opentact.List(ctx, b.Vendor, k.routes.List, k.answers, begin, parents...)
	})
	etag.StampAll(b.Etags, rows)
	return rows, next, err
}

// get returns one resource with its etag; uuids are those of its path.
func (k kind[M, R]) get(ctx context.Context, b Backend, uuids ...string) (R, error) {
	return stamped[M, R](b)(k.read(ctx, b, canonical(uuids)))
}

// stamped returns what sets the etag of a resource that was read.
func stamped[M any, R message[M]](b Backend) func(stored R, err error) (R, error) {
	return func(stored R, err error) (R, error) {
		if err == nil {
			b.Etags.Stamp(stored)
		}
		return stored, err
	}
}

// read reads one resource; uuids are those of its path, in lower case.
func (k kind[M, R]) read(ctx context.Context, b Backend, uuids []string) (R, error) {
	last := len(uuids) - 1
	if k.routes.Get != nil {
		found, err := opentact.Get(ctx, b.Vendor, k.routes.Get, k.answers, uuids...)
		return k.located(found, uuids[:last]), err
	}
	wanted := func(m *M) bool { return k.id(R(m)) == uuids[last] }
	found, err := opentact.Find(ctx, b.Vendor, k.routes.List, k.answers, wanted, uuids[:last]...)
	return k.located(found, uuids[:last]), err
}

// create sends what is set and returns the resource as stored. If the vendor confirms
// without showing it, it is looked for, in what is left of the time. If it cannot be told
// from others, what was sent is returned: the create still succeeded.
func (k kind[M, R]) create(ctx context.Context, b Backend, request write, wanted R, parents ...string) (R, error) {
	began, sent := time.Now(), k.body.creation(wanted)
	parents = canonical(parents)
	if request.GetValidateOnly() {
		return k.located(echo(wanted, k.body.columns, k.key, k.chosen(wanted)), parents), k.checkCreate(ctx, b, sent, wanted, parents)
	}
	stored, err := opentact.Write(ctx, b.Vendor, k.routes.Create, k.answers, sent, parents...)
	if err != nil {
		return nil, err
	}
	if stored == nil {
		stored = k.findCreated(ctx, b, sent, began, parents)
	}
	return k.known(b, stored, wanted, k.body.columns, append(parents, k.chosen(wanted))), nil
}

// chosen returns the id that the caller of a create chose, or "" if the vendor gives it.
func (k kind[M, R]) chosen(wanted R) string {
	if k.body.columns.find(k.key).names == nil {
		return ""
	}
	return k.id(wanted)
}

// update sends what the mask names and returns the resource as stored. If the vendor
// confirms without showing it, it is read back, in what is left of the time. If that
// fails, the write still succeeded.
func (k kind[M, R]) update(ctx context.Context, b Backend, request masked, wanted R, parents ...string) (R, error) {
	changes, err := list.Update{
		Field: k.field, Resource: wanted, Mask: request.GetUpdateMask(), Derived: list.IsMaskDerived(ctx), Lacks: b.Lacks,
	}.Changes()
	if err != nil {
		return nil, err
	}
	uuids := canonical(append(parents, k.id(wanted)))
	before, err := k.before(ctx, b, request, k.routes.Update, etag.Stated(wanted), uuids)
	if err != nil {
		return nil, err
	}
	if request.GetValidateOnly() {
		list.Apply(before, wanted, changes)
		return before, b.Vendor.PlanWrite(ctx, k.routes.Update, k.body.update(wanted, changes), uuids...)
	}
	stored, err := opentact.Write(ctx, b.Vendor, k.routes.Update, k.answers, k.body.update(wanted, changes), uuids...)
	if err != nil {
		return nil, err
	}
	if stored == nil {
		stored = k.readBack(ctx, b, uuids)
	}
	return k.known(b, stored, wanted, k.body.columns.only(changes), uuids), nil
}

// readBack returns the resource of a write that succeeded, or nil if it cannot be read.
func (k kind[M, R]) readBack(ctx context.Context, b Backend, uuids []string) *M {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	found, err := k.read(ctx, b, uuids)
	if err != nil {
		return nil
	}
	return found
}

// remove deletes a resource; uuids are those of its path.
func (k kind[M, R]) remove(ctx context.Context, b Backend, request deletion, uuids ...string) error {
	uuids = canonical(uuids)
	_, err := k.before(ctx, b, request, k.routes.Delete, request.GetEtag(), uuids)
	switch {
	case err != nil:
		return err
	case request.GetValidateOnly():
		return b.Vendor.PlanRemove(ctx, k.routes.Delete, uuids...)
	default:
		return b.Vendor.Remove(ctx, k.routes.Delete, uuids...)
	}
}

// known returns a resource that was written: with its etag as stored, or else as far as it
// is known from the request; uuids are those of its path.
func (k kind[M, R]) known(b Backend, stored *M, wanted R, sent columns, uuids []string) R {
	last := len(uuids) - 1
	if stored == nil {
		return k.located(echo(wanted, sent, k.key, uuids[last]), uuids[:last])
	}
	located := k.located(stored, uuids[:last])
	b.Etags.Stamp(located)
	return located
}

// echo returns what is known of a resource from the request that wrote it: the fields
// that were sent and may be shown, and the id.
func echo[R proto.Message](wanted R, sent columns, key protoreflect.Name, id string) R {
	copied, _ := proto.Clone(wanted).(R)
	reflected := copied.ProtoReflect()
	reflected.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if sent.find(field.Name()).names == nil || contract.Secret(field) {
			reflected.Clear(field)
		}
		return true
	})
	reflected.Set(reflected.Descriptor().Fields().ByName(key), protoreflect.ValueOfString(id))
	return copied
}

// canonical returns ids as the vendor takes them: UUIDs in lower case, names of SIP domains
// as they are.
func canonical(ids []string) []string {
	taken := make([]string, len(ids))
	for i, id := range ids {
		taken[i] = id
		if uuid, ok := tolerant.CanonicalUUID(id); ok {
			taken[i] = uuid
		}
	}
	return taken
}
