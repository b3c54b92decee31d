package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// place is where resources are.
type place struct {
	// above are the ids of what they are below, as callers name them.
	above []string
	// path are the parameters of the vendor's routes for all of them.
	path []string
	// domain is the SIP domain of invites, or nil if the vendor has them below none. All
	// invites of a list share it.
	domain *string
	// id is that of one resource, or "".
	id string
}

// within returns the place of all resources below some ids.
func within(ids []string) place {
	taken := canonical(ids)
	return place{above: taken, path: taken}
}

// of returns the place of one resource: its own id is the last.
func of(ids []string) place {
	last := len(ids) - 1
	at := within(ids[:last])
	at.id = canonical(ids[last:])[0]
	return at
}

// one returns the parameters of the vendor's routes for one resource.
func (p place) one() []string { return append(p.path[:len(p.path):len(p.path)], p.id) }

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

// place completes a place for a call of a route.
func (k kind[M, R]) place(ctx context.Context, b Backend, request any, at place, route *upstream.Route) (place, error) {
	if k.find == nil {
		return at, nil
	}
	found, err := k.find(ctx, b, request, at)
	if err != nil {
		return place{}, upstream.BeforeWrite(err, b.Vendor.Route(route))
	}
	return found, nil
}

// ofInvite sets the connection of an invite, and its SIP domain if it has one.
func ofInvite(invite *pb.SipUserInvite, at place) {
	invite.SipConnectionUuid = &at.above[0]
	if at.domain != nil {
		invite.SipDomain = at.domain
	}
}

// ofDomain sets the SIP domain of a user.
func ofDomain(user *pb.SipUser, at place) { user.SipDomain = &at.above[0] }

// readConnection reads the connection that something is below.
func readConnection(ctx context.Context, b Backend, at place) error {
	_, err := sipConnections.read(ctx, b, of(at.above[:1]))
	return err
}

// readDomain reads the SIP domain that something is below.
func readDomain(ctx context.Context, b Backend, at place) error {
	_, err := sipDomains.read(ctx, b, of(at.above[:1]))
	return err
}
