package probe

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"

	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/record"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Target is one vendor account.
type Target struct {
	// Vendor is the vendor's name, Dialect how it writes the contract's resources.
	Vendor  string
	Dialect mapping.Dialect
	// Absent is why the vendor cannot be checked; empty if it can.
	Absent string
	// Routes are tried in order: lists before what needs their ids.
	Routes []*Route
	// Login is the route of the login; nil if there is none.
	Login *Route
	// Generation is the configured one; 0 if the vendor has one only.
	Generation int
	// Capture is the transport of the vendor's client, and Call reads a route with it.
	Capture *Capture
	Call    func(ctx context.Context, route *Route, parameters []string) error

	mu    sync.Mutex
	found []upstream.Finding
	asked asked
}

// Found takes a difference that the vendor's client reports.
func (t *Target) Found(found upstream.Finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.found = append(t.found, found)
}

// Run checks the targets, one call at a time.
func Run(ctx context.Context, targets ...*Target) *Report {
	report := &Report{Format: format, Vendors: []*Vendor{}}
	for _, target := range targets {
		report.Vendors = append(report.Vendors, target.check(ctx))
	}
	report.Result = resultOf(report.Vendors)
	return report
}

// check checks one vendor.
func (t *Target) check(ctx context.Context) *Vendor {
	vendor := &Vendor{Vendor: t.Vendor, State: Answers, Routes: []*Route{}}
	if t.Absent != "" {
		vendor.State, vendor.Reason = NotConfigured, t.Absent
		return vendor
	}
	w := &walk{Target: t, vendor: vendor, ids: map[string][][]string{}, objects: map[string][]object{}}
	vendor.Routes = t.Routes
	for _, route := range t.Routes {
		if !w.try(ctx, route) {
			return vendor
		}
	}
	if !w.reached {
		vendor.State, vendor.Reason = Unreachable, "no answer has the vendor's form; check the base URL"
		return vendor
	}
	if t.Generation != 0 {
		vendor.Generation = judge(t.Generation, w.signs(ctx))
	}
	w.compare()
	return vendor
}

// stopped says why no call can reach the vendor, or Answers if others may.
func stopped(failure *upstream.Error) (State, string) {
	if failure.Status == http.StatusUnauthorized {
		return CredentialRefused, "the vendor refuses the credential"
	}
	switch failure.Kind {
	case upstream.KindCredentialRejected, upstream.KindCredentialMissing, upstream.KindCredentialUnset:
		return CredentialRefused, "the vendor refuses the credential"
	case upstream.KindUnreachable, upstream.KindReset, upstream.KindTimeout, upstream.KindCallerDeadline, upstream.KindCallerCancelled:
		return Unreachable, "there is no answer: " + failure.Kind.String()
	case upstream.KindThrottled, upstream.KindRedirect:
		return Unreachable, "the vendor does not serve the call: " + failure.Kind.String()
	default:
		return Answers, ""
	}
}

// outcomeOf says what an error means for a route.
func outcomeOf(err error) Outcome {
	var failure *upstream.Error
	switch {
	case err == nil:
		return Answered
	case !errors.As(err, &failure):
		return Unreadable
	case failure.Kind == upstream.KindBadResponse, failure.Kind == upstream.KindTruncated:
		return Unreadable
	case failure.Status == http.StatusNotFound, failure.Status == http.StatusMethodNotAllowed:
		return Absent
	case failure.Status >= http.StatusBadRequest && failure.Status < http.StatusInternalServerError,
		failure.Kind == upstream.KindRejected, failure.Kind == upstream.KindCredentialRejected:
		return Refused
	default:
		return NoAnswer
	}
}

// nobody is a UUID that no resource has.
const nobody = "00000000-0000-4000-8000-000000000000"

// signs returns all that tell the generations apart. The last one is the body of an error, that
// of reading a connection that does not exist.
func (w *walk) signs(ctx context.Context) []Sign {
	signs := routeSigns(w.Routes)
	compared := false
	for _, shape := range shapes() {
		var objects []object
		for _, operation := range shape.operations {
			objects = append(objects, w.objects[operation]...)
		}
		if sign, ok := shape.sign(objects); ok {
			signs, compared = append(signs, sign), true
		}
	}
	for _, route := range w.Routes {
		if route.Operation != "GetSIPConnectionByUUID" {
			continue
		}
		_, body, _ := w.ask(ctx, route, []string{nobody}) // the body of the error is what is looked at
		if sign, ok := errorSign(body, compared); ok {
			signs = append(signs, sign)
		}
	}
	return signs
}

// compare completes the routes with what is missing and with outcomes that nobody expects of
// the generation that answers.
func (w *walk) compare() {
	var answering []int
	if w.vendor.Generation != nil {
		answering = w.vendor.Generation.Answering
	}
	for _, route := range w.Routes {
		route.NotStated = notStated(w.Dialect, route.message, answering, w.objects[route.Operation])
		if route.Outcome == Answered || route.Outcome == NotTried || !includes(route.Generations, answering) {
			continue
		}
		route.Differences = append(route.Differences, Difference{Kind: "unexpected_outcome", Word: string(route.Outcome), Count: 1})
	}
}

// includes reports whether a route is one of all generations that answer.
func includes(generations, answering []int) bool {
	return len(generations) == 0 || !slices.ContainsFunc(answering, func(generation int) bool {
		return !slices.Contains(generations, generation)
	})
}

// kinds are the names of differences.
var kinds = map[tolerant.Difference]string{
	tolerant.Misread: "misread", tolerant.UnknownMember: "unknown_member", tolerant.UnknownWord: "unknown_word",
}

// differences returns findings in a fixed order. Those whose names cannot be printed are one.
func differences(found []upstream.Finding) []Difference {
	list := []Difference{}
	for _, one := range found {
		next := Difference{Kind: kinds[one.Difference], Count: one.Count}
		next.Member, next.Word = safeName(one.Member, record.MemberName(one.Member)), safeName(one.Word, record.Word(one.Member, one.Word))
		same := func(d Difference) bool { return d.Kind == next.Kind && d.Member == next.Member && d.Word == next.Word }
		if i := slices.IndexFunc(list, same); i >= 0 {
			list[i].Count += next.Count
			continue
		}
		list = append(list, next)
	}
	slices.SortFunc(list, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Member, b.Member), cmp.Compare(a.Word, b.Word))
	})
	return list
}

// safeName returns a name that is safe to print. What does not look like one may be a value.
func safeName(text string, safe bool) string {
	if text == "" || safe {
		return text
	}
	return tolerant.OtherName
}

// resultOf returns what all vendors come to. A check of no vendor at all has failed.
func resultOf(vendors []*Vendor) Result {
	result, checked := Same, false
	for _, vendor := range vendors {
		switch vendor.State {
		case NotConfigured:
			continue
		case Unreachable, CredentialRefused:
			return Failed
		}
		checked = true
		if vendor.differs() {
			result = Differs
		}
	}
	if !checked {
		return Failed
	}
	return result
}

// differs reports whether anything is not as configured or known.
func (v *Vendor) differs() bool {
	if v.Generation != nil && !slices.Contains(v.Generation.Answering, v.Generation.Configured) {
		return true
	}
	return slices.ContainsFunc(v.Routes, func(route *Route) bool { return len(route.Differences) > 0 })
}
