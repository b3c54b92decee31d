package opentact

import (
	"context"
	"errors"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// findInvites completes the place of invites. In generation 1 they are below the connection;
// since generation 2 they are below its SIP domain: the one that the request names, or the
// only one.
func findInvites(ctx context.Context, b Backend, request any, at place) (place, error) {
	if b.Vendor.Generation() == opentactapi.Generation1 {
		return at, nil
	}
	domain, err := domainOfInvites(ctx, b, namedDomain(request), at.above[0])
	if err != nil {
		return place{}, err
	}
	at.domain, at.path = &domain, []string{domain}
	return at, nil
}

// namedDomain returns the SIP domain that a request about invites names, in a field of its
// own or in the invite, or "".
func namedDomain(request any) string {
	if named, ok := request.(interface{ GetSipDomain() string }); ok && named.GetSipDomain() != "" {
		return named.GetSipDomain()
	}
	if held, ok := request.(interface{ GetSipUserInvite() *pb.SipUserInvite }); ok {
		return held.GetSipUserInvite().GetSipDomain()
	}
	return ""
}

// domainOfInvites returns the domain that the invites of a connection are below.
func domainOfInvites(ctx context.Context, b Backend, named, connection string) (string, error) {
	if named != "" {
		return checkedDomain(ctx, b, named, connection)
	}
	domains, err := domainsOf(ctx, b, connection)
	switch {
	case err != nil:
		return "", err
	case len(domains) == 0:
		return "", undecided(b, upstream.KindNoParent, (*pb.SipConnection)(nil), connection)
	case len(domains) > 1:
		return "", undecided(b, upstream.KindSeveralParents, (*pb.SipDomain)(nil), domains...)
	default:
		return domains[0], nil
	}
}

// checkedDomain returns the domain that a request names. It must exist, and must not state
// another connection.
func checkedDomain(ctx context.Context, b Backend, named, connection string) (string, error) {
	domain, err := sipDomains.read(ctx, b, of([]string{named}))
	var failure *upstream.Error
	switch {
	case errors.As(err, &failure):
		return "", failure.About(resourcesNamed((*pb.SipDomain)(nil), named)...)
	case err != nil:
		return "", err
	case domain.SipConnectionUuid != nil && domain.GetSipConnectionUuid() != connection:
		return "", upstream.NotListed(opentact.Vendor, b.Vendor.Route(opentact.Domains.List)).About(resourcesNamed((*pb.SipDomain)(nil), named)...)
	default:
		return named, nil
	}
}

// domainsOf returns the names of a connection's domains: as the connection states them, or
// else as the domains state their connection.
func domainsOf(ctx context.Context, b Backend, connection string) ([]string, error) {
	stored, err := sipConnections.read(ctx, b, of([]string{connection}))
	if err != nil {
		return nil, err
	}
	if names := namesOf(stored.GetSipDomains().GetItems()); len(names) > 0 {
		return names, nil
	}
	return domainsStating(ctx, b, connection)
}

// undecided returns the error of a call that does not name the domain, about resources of a type.
func undecided(b Backend, kind upstream.Kind, of proto.Message, ids ...string) error {
	return upstream.Undecided(opentact.Vendor, b.Vendor.Route(opentact.Domains.List), kind, resourcesNamed(of, ids...)...)
}

// resourcesNamed returns the resources of a type with their ids, for an error.
func resourcesNamed(kind proto.Message, ids ...string) (named []upstream.Resource) {
	name := kind.ProtoReflect().Descriptor().FullName()
	for _, id := range ids {
		named = append(named, upstream.Resource{Type: string(name), Name: id})
	}
	return named
}

// namesOf returns the names of domains, sorted.
func namesOf(domains []*pb.SipDomain) (names []string) {
	for _, domain := range domains {
		if domain.GetDomain() != "" {
			names = append(names, domain.GetDomain())
		}
	}
	slices.SortFunc(names, strings.Compare)
	return slices.Compact(names)
}

// mostUnstated is how many domains are read one by one, because the vendor's list leaves out
// what their calls are handed to.
const mostUnstated = 20

// domainsStating returns the names of the domains that state a connection. Rows of the
// vendor's list may leave relations out: these domains are read one by one. If there are too
// many of them for that, and fewer than two state the connection in the list, it is not known
// which domains are the connection's: the error asks for the name of one.
func domainsStating(ctx context.Context, b Backend, connection string) ([]string, error) {
	stating, unstated, err := domainsListed(ctx, b, connection)
	switch found := namesOf(stating); {
	case err != nil:
		return nil, err
	case len(found) > 1:
		return found, nil
	case len(unstated) > mostUnstated:
		return nil, undecided(b, upstream.KindUnclearParent, (*pb.SipDomain)(nil), found...)
	}
	for _, row := range unstated {
		stored, err := sipDomains.read(ctx, b, of([]string{row.GetDomain()}))
		if err != nil {
			return nil, err
		}
		if stored.GetSipConnectionUuid() == connection {
			stating = append(stating, stored)
		}
	}
	return namesOf(stating), nil
}

// domainsListed returns the rows of the vendor's list that state a connection, and those that
// state none: of these no more than it takes to know that they are too many.
func domainsListed(ctx context.Context, b Backend, connection string) (stating, unstated []*pb.SipDomain, err error) {
	begin := func() opentact.Keep[pb.SipDomain] {
		stating, unstated = nil, nil
		return func(row *pb.SipDomain) *pb.SipDomain {
			switch {
			case row.GetSipConnectionUuid() == connection:
				stating = append(stating, row)
			case row.SipConnectionUuid == nil && len(unstated) <= mostUnstated:
				unstated = append(unstated, row)
			default:
				return row
			}
			return nil
		}
	}
	err = opentact.List(ctx, b.Vendor, opentact.Domains.List, sipDomainKind, begin)
	return stating, unstated, err
}
