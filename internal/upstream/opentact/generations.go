package opentact

import (
	"slices"

	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Certainty says how sure it is that the vendor has a route in this form.
type Certainty string

// The certainties.
const (
	// Documented: the vendor's documentation states it.
	Documented Certainty = "documented"
	// Described: the vendor's own API description of 2021 states it.
	Described Certainty = "described"
	// Observed: public clients that talk to the vendor call it.
	Observed Certainty = "observed"
	// Inferred: it follows from what others state, and nobody was seen to call it.
	Inferred Certainty = "inferred"
)

// Answer is what a route answers as its payload.
type Answer string

// The answers.
const (
	AnswersObject Answer = "object"
	AnswersList   Answer = "list"
	AnswersPage   Answer = "page of a search"
	AnswersUUIDs  Answer = "list of UUID strings"
)

// Version is a route as some generations have it.
type Version struct {
	Generations []opentactapi.Generation
	// Path is the template below the base URL.
	Path string
	// Body names the message whose fields the body has, by the mapping tables; or it lists
	// the body's keys, separated by spaces. Empty: there is no body.
	Body string
	// Answer is the payload.
	Answer    Answer
	Certainty Certainty
	// Source names the document.
	Source string
}

// Row is one operation of the vendor in all its versions.
type Row struct {
	// Route is what the service calls. Its path is that of the first version.
	Route    *upstream.Route
	Versions []Version
}

// The generations that share a version.
var (
	all    = opentactapi.Generations()
	first  = []opentactapi.Generation{opentactapi.Generation1}
	second = []opentactapi.Generation{opentactapi.Generation2}
	third  = []opentactapi.Generation{opentactapi.Generation3}
	later  = []opentactapi.Generation{opentactapi.Generation2, opentactapi.Generation3}
)

// Rows returns the table of every operation that the service uses, with its versions.
func Rows() []Row {
	return slices.Concat(accountRows(), connectionRows(), inviteRows(), domainRows(), appRows(), profileRows())
}

// Version returns the version of a generation; ok is false if it has none.
func (r Row) Version(generation opentactapi.Generation) (version Version, ok bool) {
	for _, candidate := range r.Versions {
		if slices.Contains(candidate.Generations, generation) {
			return candidate, true
		}
	}
	return Version{}, false
}

// ReadRoute is a route that changes nothing, as a generation has it.
type ReadRoute struct {
	*upstream.Route
	Version
}

// ReadRoutes returns the routes of a generation that change nothing, in the order of the
// table: what a check of an account may call. Those with parameters need ids that others
// answer.
func ReadRoutes(generation opentactapi.Generation) (routes []ReadRoute) {
	for _, row := range Rows() {
		version, ok := row.Version(generation)
		if ok && row.Route.Action == upstream.Read {
			routes = append(routes, ReadRoute{row.at(version), version})
		}
	}
	return routes
}

// Of returns the route as a generation has it; ok is false if it has none.
func (r Row) Of(generation opentactapi.Generation) (route *upstream.Route, ok bool) {
	version, ok := r.Version(generation)
	return r.at(version), ok
}

// at returns the route with the path of a version.
func (r Row) at(version Version) *upstream.Route {
	route := *r.Route
	route.Path, route.Source = version.Path, version.Source
	return &route
}

// same returns a row whose route is the same in all generations.
func same(route *upstream.Route, body string, answer Answer, certainty Certainty) Row {
	return Row{route, []Version{{all, route.Path, body, answer, certainty, route.Source}}}
}

// since returns a row whose route only later generations have, as the description of 2021 says.
func since(route *upstream.Route, body string, answer Answer) Row {
	return Row{route, []Version{{later, route.Path, body, answer, Described, route.Source}}}
}

// collection returns the rows of routes that are the same in all generations. All of them
// answer the object, or the objects.
func collection(c Collection, body string, certainty Certainty) []Row {
	return []Row{
		same(c.List, "", AnswersList, certainty), same(c.Get, "", AnswersObject, certainty),
		same(c.Create, body, AnswersObject, certainty), same(c.Update, body, AnswersObject, certainty),
		same(c.Delete, "", AnswersObject, certainty),
	}
}

// The keys of bodies that are not those of a message of the contract.
const (
	searchKeys     = "take skip order"
	assignmentKeys = "add remove"
	callFlowPart   = "file"
)
