package probe

import (
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// OpenTACTRoutes returns the routes of all generations that change nothing, each once, in the order
// in which their ids become known. The configured generation has the paths that override its own.
// The function message returns what a route's answer is read into; a route without any is left out.
// A route that a generation has only by inference is not a sign of it.
func OpenTACTRoutes(configured int, overridden map[string]string, message func(operation string) (string, bool)) (routes []*Route, reads map[*Route]opentact.ReadRoute) {
	reads = map[*Route]opentact.ReadRoute{}
	for _, generation := range everyGeneration {
		for _, read := range opentact.ReadRoutes(opentactapi.Generation(generation)) {
			into, ok := message(read.Operation)
			if !ok || read.Certainty == opentact.Inferred {
				continue // nobody would miss it
			}
			if path, ok := overridden[read.Operation]; ok && generation == configured {
				read.Route.Path = path
			}
			same := slices.IndexFunc(routes, func(known *Route) bool { return known.Method == read.Method && known.Path == read.Route.Path })
			if same >= 0 {
				routes[same].Generations = append(routes[same].Generations, generation)
				continue
			}
			route := NewRoute(read.Route, into, generation)
			routes, reads[route] = append(routes, route), read
		}
	}
	SortByParameters(routes)
	return routes, reads
}

// SortByParameters brings routes into the order in which the ids for their paths become known:
// those with few parameters first.
func SortByParameters(routes []*Route) {
	slices.SortStableFunc(routes, func(a, b *Route) int {
		return strings.Count(a.Path, "{") - strings.Count(b.Path, "{")
	})
}
