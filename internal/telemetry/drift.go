package telemetry

import (
	"cmp"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Drift remembers how a vendor differs from what the service knows of it, for operators. It
// logs each difference once. What it keeps is bounded, whatever the vendor sends.
type Drift struct {
	logger *slog.Logger

	anyMissing atomic.Bool
	mu         sync.Mutex
	findings   map[driftKey]int64
	missing    map[string]*MissingRoute
}

// driftKey is a difference of one operation.
type driftKey struct {
	operation string
	tolerant.Finding
}

// maxDrift bounds the differences that are told apart. The others are counted together.
const maxDrift = 500

// NewDrift returns the memory for one vendor.
func NewDrift(logger *slog.Logger, vendor string) *Drift {
	return &Drift{
		logger: logger.With("upstream", vendor), findings: map[driftKey]int64{}, missing: map[string]*MissingRoute{},
	}
}

// driftLines are the messages of the log, by difference.
var driftLines = map[tolerant.Difference]string{
	tolerant.Misread:       "a vendor's answer has a value that cannot be read",
	tolerant.UnknownMember: "a vendor's answer has a member that no field takes",
	tolerant.UnknownWord:   "a vendor's answer has a word that is not known",
}

// Found takes in a difference.
func (d *Drift) Found(f upstream.Finding) {
	key := driftKey{f.Operation, plain(f.Finding)}
	if !d.count(key, f.Count) {
		return
	}
	line := []any{"operation", key.operation, "member", key.Member}
	if key.Word != "" {
		line = append(line, "word", key.Word)
	}
	d.logger.Info(driftLines[key.Difference], line...)
}

// count counts a difference, and reports whether it is a new one.
func (d *Drift) count(key driftKey, times int) (first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.findings[key]; !known && len(d.findings) >= maxDrift {
		key = driftKey{"", tolerant.Finding{Difference: key.Difference, Member: tolerant.OtherName}}
	}
	_, known := d.findings[key]
	d.findings[key] += int64(times)
	return !known
}

// plain returns the finding without names that look like data: a vendor may use ids or
// telephone numbers as the names of members, and anything as a word.
func plain(f tolerant.Finding) tolerant.Finding {
	if !isPlainName(f.Member) {
		f.Member = tolerant.OtherName
	}
	if f.Word != "" && !isPlainName(f.Word) {
		f.Word = tolerant.OtherName
	}
	return f
}

// The bounds of a name that is shown.
const (
	longestName = 48
	mostDigits  = 6
)

// isPlainName reports whether a text looks like the name of a member or a word of an enum,
// and not like a value.
func isPlainName(text string) bool {
	digits := 0
	for i, c := range text {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		case i > 0 && '0' <= c && c <= '9':
			digits++
		case i > 0 && strings.ContainsRune("-.+ ", c):
		default:
			return false
		}
	}
	return text != "" && len(text) <= longestName && digits <= mostDigits && secret.Text(text) == text
}

// Exchanged takes in the end of an exchange: of a route that has answered 404, whether it
// ever succeeds tells a route that is missing from an object that is.
func (d *Drift) Exchanged(o upstream.Observation) {
	if o.Status != http.StatusNotFound && !d.anyMissing.Load() {
		return
	}
	if d.countRoute(o) {
		d.logger.Info("a vendor's route answered 404", "operation", o.Route.Operation, "route", o.Route.Method+" "+o.Route.Path)
	}
}

// countRoute counts the answer of a route, and reports whether it is the first 404.
func (d *Drift) countRoute(o upstream.Observation) (first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	route := d.missing[o.Route.Operation]
	switch {
	case o.Status == http.StatusNotFound && route == nil:
		d.missing[o.Route.Operation] = &MissingRoute{Operation: o.Route.Operation, Route: o.Route.Method + " " + o.Route.Path, NotFound: 1}
		d.anyMissing.Store(true)
		return true
	case route == nil:
	case o.Status == http.StatusNotFound:
		route.NotFound++
	case o.Outcome == upstream.OutcomeOK:
		route.SucceededSince++
	}
	return false
}

// DriftReport is what a Drift remembers.
type DriftReport struct {
	UnknownMembers []Difference   `json:"unknown_members"`
	UnknownWords   []Difference   `json:"unknown_words"`
	MisreadValues  []Difference   `json:"misread_values"`
	MissingRoutes  []MissingRoute `json:"routes_not_found"`
}

// Difference is one difference and how often it was found.
type Difference struct {
	Operation string `json:"operation"`
	Member    string `json:"member"`
	Word      string `json:"word,omitempty"`
	Count     int64  `json:"count"`
}

// MissingRoute is a route that has answered 404, which may mean that the vendor does not
// have it, or only not the object.
type MissingRoute struct {
	Operation string `json:"operation"`
	Route     string `json:"route"`
	NotFound  int64  `json:"count"`
	// SucceededSince is how often it succeeded after the first 404.
	SucceededSince int64 `json:"succeeded_since"`
}

// Report returns what has been found, in a fixed order.
func (d *Drift) Report() DriftReport {
	d.mu.Lock()
	defer d.mu.Unlock()
	report := DriftReport{UnknownMembers: []Difference{}, UnknownWords: []Difference{}, MisreadValues: []Difference{}, MissingRoutes: []MissingRoute{}}
	lists := map[tolerant.Difference]*[]Difference{
		tolerant.UnknownMember: &report.UnknownMembers, tolerant.UnknownWord: &report.UnknownWords, tolerant.Misread: &report.MisreadValues,
	}
	for key, count := range d.findings {
		list := lists[key.Difference]
		*list = append(*list, Difference{key.operation, key.Member, key.Word, count})
	}
	for _, list := range lists {
		slices.SortFunc(*list, compareDifferences)
	}
	for _, route := range d.missing {
		report.MissingRoutes = append(report.MissingRoutes, *route)
	}
	slices.SortFunc(report.MissingRoutes, func(a, b MissingRoute) int { return strings.Compare(a.Operation, b.Operation) })
	return report
}

func compareDifferences(a, b Difference) int {
	return cmp.Or(strings.Compare(a.Operation, b.Operation), strings.Compare(a.Member, b.Member), strings.Compare(a.Word, b.Word))
}
