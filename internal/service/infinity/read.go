package infinity

import (
	"context"
	"fmt"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// answerReader reads what the routes of a collection answer, and keeps nothing of it.
type answerReader struct {
	infinity.Collection
	message string
	list    func(ctx context.Context, c *infinity.Client, route *upstream.Route, parameters []string) error
	get     func(ctx context.Context, c *infinity.Client, route *upstream.Route, parameters []string) error
}

// reading returns what reads the rows of a kind into a message of the contract.
func reading[M any](message string, routes infinity.Collection, kind infinity.Kind[M]) answerReader {
	return answerReader{
		Collection: routes, message: message,
		list: func(ctx context.Context, c *infinity.Client, route *upstream.Route, parameters []string) error {
			return infinity.List(ctx, c, route, kind, nil, func() {}, func(row *M) *M { return row }, parameters...)
		},
		get: func(ctx context.Context, c *infinity.Client, route *upstream.Route, parameters []string) error {
			_, err := infinity.Get(ctx, c, route, kind, parameters...)
			return err
		},
	}
}

// answerReaders returns the readers of all collections, parents first.
func answerReaders() []answerReader {
	return []answerReader{
		reading("PbxDomain", infinity.Domains, pbxDomains.Kind),
		reading("PbxUser", infinity.Users, pbxUsers.Kind),
		reading("PbxUserGroup", infinity.UserGroups, pbxUserGroups.Kind),
		reading("PbxUserDevice", infinity.UserDevices, pbxUserDevices.Kind),
		reading("PbxGroup", infinity.Groups, pbxGroups.Kind),
		reading("PbxGroupUser", infinity.GroupUsers, pbxGroupUsers.Kind),
		reading("PbxQueue", infinity.Queues, pbxQueues.Kind),
		reading("PbxQueueMember", infinity.QueueMembers, pbxQueueMembers.Kind),
		reading("PbxTrustedNetwork", infinity.TrustedNetworks, pbxTrustedNetworks.Kind),
		reading("PbxDevice", infinity.Devices, pbxDevices.Kind),
	}
}

// ReadRoute is a route that changes nothing, with the contract's message that its rows are
// read into.
type ReadRoute struct {
	*upstream.Route
	// Message is the message's name.
	Message string
}

// ReadRoutes returns the routes that change nothing, lists before single rows.
func ReadRoutes() (routes []ReadRoute) {
	for _, reader := range answerReaders() {
		for _, route := range []*upstream.Route{reader.List, reader.Read} {
			if route != nil {
				routes = append(routes, ReadRoute{Route: route, Message: reader.message})
			}
		}
	}
	return routes
}

// ReadAnswer calls a route that changes nothing and reads its rows as the calls of the
// contract do, so that the client reports how they differ from what is known.
func ReadAnswer(ctx context.Context, c *infinity.Client, route *upstream.Route, parameters []string) error {
	for _, reader := range answerReaders() {
		switch {
		case reader.List != nil && reader.List.Operation == route.Operation:
			return reader.list(ctx, c, route, parameters)
		case reader.Read != nil && reader.Read.Operation == route.Operation:
			return reader.get(ctx, c, route, parameters)
		}
	}
	return fmt.Errorf("no call of the contract reads %s", route.Operation)
}
