package opentact

import (
	"maps"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// The kinds of object, as answers and other objects refer to them. They refer to
// each other in circles, so they are declared here and filled in init below.
var (
	accounts          = relation[Account](byUUID[Account])
	users             = relation[User](byUUID[User])
	timeZones         = relation(func(name string) *TimeZone { return &TimeZone{Name: name} })
	connections       = relation[Connection](byUUID[Connection])
	products          = relation[Product](productByID)
	sipUsers          = relation[SIPUser](byUUID[SIPUser])
	invites           = relation[Invite](byUUID[Invite]) // with the token: the invite calls alone
	nestedInvites     = relation[Invite](byUUID[Invite])
	leases            = relation[Lease](byUUID[Lease])
	numbers           = relation(func(digits string) *TN { return &TN{Digits: digits} })
	orders            = relation[Order](byUUID[Order])
	apps              = relation[App](byUUID[App])
	calls             = relation[Call](byUUID[Call])
	messagingProfiles = relation[MessagingProfile](byUUID[MessagingProfile])
	voiceProfiles     = relation[VoiceProfile](byUUID[VoiceProfile])
)

// relation declares a kind whose fields are filled later.
func relation[T any](bare func(string) *T) *tolerant.Relation[T] {
	return &tolerant.Relation[T]{Fields: tolerant.Fields[T]{}, Bare: bare}
}

// based is a type that begins with Base.
type based interface{ base() *Base }

func (b *Base) base() *Base { return b }

// owned is a type that has an Ownership.
type owned interface{ ownership() *Ownership }

func (o *Ownership) ownership() *Ownership { return o }

// baseFields are created_on, modified_on and uuid.
func baseFields[T any, P interface {
	*T
	based
}]() tolerant.Fields[T] {
	return tolerant.Fields[T]{
		"uuid":        tolerant.UUID(func(v *T) *string { return &P(v).base().UUID }),
		"created_on":  tolerant.Instant(func(v *T) *time.Time { return &P(v).base().CreatedOn }),
		"modified_on": tolerant.Instant(func(v *T) *time.Time { return &P(v).base().ModifiedOn }),
	}
}

// ownedFields are baseFields with account, created_by and modified_by.
func ownedFields[T any, P interface {
	*T
	based
	owned
}]() tolerant.Fields[T] {
	return baseFields[T, P]().With(tolerant.Fields[T]{
		"account":     tolerant.One(func(v *T) **Account { return &P(v).ownership().Account }, accounts),
		"created_by":  tolerant.One(func(v *T) **User { return &P(v).ownership().CreatedBy }, users),
		"modified_by": tolerant.One(func(v *T) **User { return &P(v).ownership().ModifiedBy }, users),
	})
}

// byUUID makes an object from its UUID alone.
func byUUID[T any, P interface {
	*T
	based
}](text string) *T {
	uuid, ok := canonicalUUID(text)
	if !ok {
		return nil
	}
	v := new(T)
	P(v).base().UUID = uuid
	return v
}

// fill puts the fields of a kind in place.
func fill[T any](kind *tolerant.Relation[T], fields ...tolerant.Fields[T]) {
	for _, f := range fields {
		maps.Copy(kind.Fields, f)
	}
}

func init() {
	fillPeople()
	fillTrunking()
	fillNumbers()
	fillProfiles()
}
