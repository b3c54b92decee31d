package vendors

import (
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/routesfile"
	services "github.com/sipfacade/sipfacade/internal/service/opentact"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// Overrides are what the routes files of both vendors override.
type Overrides struct{ OpenTACT, Infinity routesfile.Overrides }

// ReadRoutes reads the routes files. Its error has all mistakes of both.
func ReadRoutes(c config.Config) (o Overrides, err error) {
	var wrong []error
	if o.OpenTACT, err = routesfile.Read(c.OpentactRoutesFile, opentactRoutes(c)); err != nil {
		wrong = append(wrong, config.Mistake("opentact_routes_file", err.Error()))
	}
	if o.Infinity, err = routesfile.Read(c.InfinityRoutesFile, infinityRoutes()); err != nil {
		wrong = append(wrong, config.Mistake("infinity_routes_file", err.Error()))
	}
	return o, config.Join(wrong...)
}

// opentactRoutes returns what a routes file of OpenTACT may override.
func opentactRoutes(c config.Config) routesfile.Vendor {
	var routes []*upstream.Route
	for _, row := range opentact.Rows() {
		if route, ok := row.Of(opentactapi.Generation(c.OpentactGeneration)); ok {
			routes = append(routes, route)
		}
	}
	return routesfile.Vendor{Routes: routes, Headers: opentact.Headers(), Keys: services.BodyKeys()}
}

// infinityRoutes returns what a routes file of Infinity may override.
func infinityRoutes() routesfile.Vendor {
	return routesfile.Vendor{Routes: infinity.Routes(), Segment: infinity.NetworkSegments()}
}

// Dialect returns the form of the requests to OpenTACT.
func (o Overrides) Dialect(generation int) opentact.Dialect {
	keys := mapping.OpenTACT.Sent(opentactapi.Generation(generation))
	for usual, sent := range o.OpenTACT.Keys {
		keys[usual] = sent
	}
	return opentact.Dialect{Generation: opentactapi.Generation(generation), Keys: keys, Header: o.OpenTACT.Header}
}
