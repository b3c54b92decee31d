// Package probe checks vendor accounts without changing anything: it tries every route that
// only reads, compares the answers with what the contract models, and says which generation
// of OpenTACT's API answers. What it reports has names, never a value of a resource.
package probe

import "github.com/sipfacade/sipfacade/internal/upstream"

// Result is the result of a check.
type Result string

// The results.
const (
	// Same: all is as configured, and nothing differs.
	Same Result = "same"
	// Differs: something is not as configured, or not as the service knows it.
	Differs Result = "differs"
	// Failed: a vendor was not reached, or refused the credential.
	Failed Result = "failed"
)

// State is the state of a vendor.
type State string

// The states.
const (
	// Answers: it answers in its own form.
	Answers State = "answers"
	// NotConfigured: the service has no credential of its own for the vendor, so it did not call it.
	NotConfigured State = "not_configured"
	// Unreachable: nothing answers in the vendor's form.
	Unreachable State = "unreachable"
	// CredentialRefused: the vendor refuses the credential.
	CredentialRefused State = "credential_refused"
)

// Outcome is the result of trying a route.
type Outcome string

// The outcomes.
const (
	// Answered: the answer was read.
	Answered Outcome = "answered"
	// Absent: 404 or 405, as for a route that does not exist.
	Absent Outcome = "absent"
	// Refused: the vendor refuses the request.
	Refused Outcome = "refused"
	// Unreadable: the answer is not in a form that the service reads.
	Unreadable Outcome = "unreadable"
	// NoAnswer: there was none.
	NoAnswer Outcome = "no_answer"
	// NotTried: the account has no resource to ask for.
	NotTried Outcome = "not_tried"
)

// format is the version of the form of Report.
const format = 1

// Report is the report of a check. Members may be added to its JSON; none is renamed or removed
// without another format.
type Report struct {
	Format  int       `json:"format"`
	Result  Result    `json:"result"`
	Vendors []*Vendor `json:"vendors"`
}

// Vendor is the part of a report about one vendor.
type Vendor struct {
	Vendor string `json:"vendor"`
	State  State  `json:"state"`
	// Reason says why the state is not Answers.
	Reason string `json:"reason,omitempty"`
	// Generation is nil for a vendor that has one only.
	Generation *Generation `json:"generation,omitempty"`
	Routes     []*Route    `json:"routes"`
}

// Generation is which generation of the vendor's API answers.
type Generation struct {
	Configured int `json:"configured"`
	// Answering are the generations that the signs allow; several if the signs do not distinguish
	// them.
	Answering []int `json:"answering"`
	// Setting is what to set.
	Setting string `json:"setting"`
	Signs   []Sign `json:"signs"`
}

// Sign is something that only some generations show.
type Sign struct {
	Generations []int  `json:"generations"`
	Text        string `json:"text"`
}

// Route is the part of a report about one route.
type Route struct {
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	// Generations are those that have the route; empty for a vendor that has one only.
	Generations []int `json:"generations,omitempty"`
	// Status is the HTTP status; 0 if there was no answer.
	Status  int     `json:"status"`
	Outcome Outcome `json:"outcome"`
	// Tried is how many calls were made, each with another object of the list above, until
	// an answer had objects. The report is that of the call that told most.
	Tried int `json:"tried"`
	// Objects is how many objects the answer has.
	Objects     int          `json:"objects"`
	Differences []Difference `json:"differences"`
	// NotStated are members that the contract models and no object of the answer has. They
	// are no difference: vendors leave out what is not set.
	NotStated []string `json:"not_stated"`

	message string
}

// Difference is how the answer of a route differs from what the service knows.
type Difference struct {
	// Kind is unknown_member, unknown_word, misread or unexpected_outcome.
	Kind   string `json:"kind"`
	Member string `json:"member,omitempty"`
	Word   string `json:"word,omitempty"`
	// Count is in how many values it was found.
	Count int `json:"count"`
}

// NewRoute returns a route to try, with the contract's message that its answer is read into.
func NewRoute(of *upstream.Route, message string, generations ...int) *Route {
	return &Route{
		Operation: of.Operation, Method: of.Method, Path: of.Path, Generations: generations, Outcome: NotTried,
		Differences: []Difference{}, NotStated: []string{}, message: message,
	}
}
