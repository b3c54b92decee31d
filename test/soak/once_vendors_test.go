//go:build soak

package soak

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/sandbox/route"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

const (
	// createFaults and readFaults are the shares of these requests that get a fault.
	createFaults, readFaults = 0.04, 0.03
	// late is the share of creates that the vendor carries out only after the facade has
	// given them up.
	late = 0.003
	// mostLate is how late at most, well below the time for which an absence is not
	// believed.
	mostLate = 5 * time.Second
	// mostBusy is how long a create takes at most before it is executed, and how long
	// after, so that kills strike both.
	mostBusy = 150 * time.Millisecond
)

// journal is what became of one create at the vendor.
type journal struct {
	// arrived counts its requests, executed those that made a row.
	arrived, executed int
}

// journaled is an emulated vendor with faults that counts what it executes.
type journaled struct {
	emulator http.Handler
	dialect  fault.Dialect
	routes   *route.Table
	header   http.Header
	server   *httptest.Server
	// calm ends the faults.
	calm atomic.Bool

	mu       sync.Mutex
	journals map[string]journal
}

func journaledOpenTACT(t *testing.T) *journaled {
	emulator := opentact.New(opentact.Options{Seed: true, KeepRequests: 1})
	return newJournaled(t, emulator, emulator.Faults().Dialect(), opentact.BasePath, opentact.Routes(),
		http.Header{"X-Auth-Token": {opentact.DefaultToken}})
}

func journaledInfinity(t *testing.T) *journaled {
	emulator := infinity.New(infinity.Options{Seed: true, KeepRequests: 1})
	return newJournaled(t, emulator, emulator.Faults().Dialect(), infinity.BasePath, infinity.Routes(),
		http.Header{"Authorization": {"ApiKey " + infinity.DefaultAPIKey}})
}

func newJournaled(t *testing.T, emulator http.Handler, dialect fault.Dialect, base string, routes []route.Route, header http.Header) *journaled {
	v := &journaled{emulator: emulator, dialect: dialect, header: header, journals: map[string]journal{}}
	rows := make([]route.Row, len(routes))
	for i, r := range routes {
		rows[i] = route.Row{Route: r, Handler: v.operation(r)}
	}
	v.routes = route.NewTable(base, func(text string) bool { return text != "" }, rows)
	v.server = httptest.NewServer(v)
	t.Cleanup(v.server.Close)
	return v
}

func (v *journaled) address() string { return strings.TrimPrefix(v.server.URL, "http://") }

// ServeHTTP implements http.Handler.
func (v *journaled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if handler, _ := v.routes.Find(r); handler != nil {
		handler.ServeHTTP(w, r)
		return
	}
	v.emulator.ServeHTTP(w, r)
}

// operation serves one operation: creates and reads get faults, the login gets none.
func (v *journaled) operation(of route.Route) http.Handler {
	switch {
	case of.Method == http.MethodPost && strings.HasPrefix(of.Operation, "Create"):
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { v.create(of.Operation, w, r) })
	case of.Method == http.MethodGet && of.Operation != "Auth":
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			v.disturbed(of.Operation, readFaults, v.readChoices(), v.emulator).ServeHTTP(w, r)
		})
	}
	return v.emulator
}

// create serves a create and counts it. Only its first request may be lost: a facade that
// loses the second one as well can find nothing out, and says so.
func (v *journaled) create(operation string, w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // an incomplete request is not executed
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	mark := markIn(string(body))
	choices := append(v.doneFaults(), refusals()...)
	if v.note(mark, func(j *journal) { j.arrived++ }).arrived == 1 {
		choices = append(choices, losses()...)
	}
	v.disturbed(operation, createFaults, choices, v.executing(mark)).ServeHTTP(w, r)
}

// executing carries a create out, sometimes late, and counts it. Like a real vendor it does
// so even if the caller has gone.
func (v *journaled) executing(mark string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !v.calm.Load() && rand.Float64() < late {
			time.Sleep(limit + rand.N(mostLate-limit))
		}
		time.Sleep(rand.N(mostBusy))
		recorded := &rig.StatusRecorder{ResponseWriter: w}
		v.emulator.ServeHTTP(recorded, r)
		if recorded.Status/100 == 2 {
			v.note(mark, func(j *journal) { j.executed++ })
		}
		time.Sleep(rand.N(mostBusy))
	})
}

// disturbed puts one of the faults in front of a share of the requests.
func (v *journaled) disturbed(operation string, share float64, choices []fault.Fault, next http.Handler) http.Handler {
	if v.calm.Load() || rand.Float64() >= share {
		return next
	}
	menu := fault.NewMenu(v.dialect)
	if _, err := menu.Add(choices[rand.IntN(len(choices))]); err != nil {
		panic(err) // the table of faults is wrong
	}
	return menu.Wrap(operation, next)
}

func (v *journaled) note(mark string, change func(*journal)) journal {
	v.mu.Lock()
	defer v.mu.Unlock()
	j := v.journals[mark]
	change(&j)
	v.journals[mark] = j
	return j
}

// losses are faults of requests that are not executed, which the facade cannot know.
func losses() []fault.Fault {
	status := func(code int) fault.Fault { return fault.Fault{Kind: fault.Status, Status: code} }
	return []fault.Fault{
		{Kind: fault.ResetBefore}, {Kind: fault.ResetBefore}, {Kind: fault.ResetBefore}, status(500), status(502), status(503),
		{Kind: fault.Latency, DelayMS: 2500},
	}
}

// refusals are faults of requests that are not executed, which the facade knows.
func refusals() []fault.Fault {
	status := func(code int) fault.Fault { return fault.Fault{Kind: fault.Status, Status: code} }
	if rand.IntN(10) == 0 { // each makes the facade refuse everything for a second
		return []fault.Fault{{Kind: fault.RateLimited, RetryAfter: "1"}}
	}
	return []fault.Fault{status(400), status(422), status(403), {Kind: fault.Redirect}}
}

// doneFaults are faults in the answers to requests that are executed.
func (v *journaled) doneFaults() []fault.Fault {
	all := []fault.Fault{
		{Kind: fault.ResetAfter}, {Kind: fault.ResetAfter}, {Kind: fault.ResetAfter}, {Kind: fault.ResetAfter},
		{Kind: fault.MalformedJSON}, {Kind: fault.Truncated, Bytes: 10}, {Kind: fault.HTML}, {Kind: fault.Empty},
		{Kind: fault.Oversize, Bytes: 5000}, {Kind: fault.Latency, DelayMS: 30}, {Kind: fault.Latency, DelayMS: 200},
	}
	return append(all, v.shapes(createShapes)...)
}

// readChoices are the faults of reads. Those that no reader can detect are not among them.
func (v *journaled) readChoices() []fault.Fault {
	status := func(code int) fault.Fault { return fault.Fault{Kind: fault.Status, Status: code} }
	all := []fault.Fault{
		{Kind: fault.ResetBefore}, {Kind: fault.ResetAfter}, status(500), status(503), {Kind: fault.HTML}, {Kind: fault.MalformedJSON},
		{Kind: fault.Truncated, Bytes: 10}, {Kind: fault.Truncated, Rows: 3}, {Kind: fault.Latency, DelayMS: 200}, {Kind: fault.Latency, DelayMS: 2500},
	}
	return append(all, v.shapes(readShapes)...)
}

// createShapes and readShapes are the shapes of answers of each vendor.
var (
	createShapes = map[string][]string{
		"opentact": {"array", "relations_as_uuid", "relations_null", "relations_empty", "quoted_scalars", "no_envelope", "null_payload", "unknown_fields", "secrets"},
		"infinity": {"pretty", "jsonarray", "crlf", "no_last_newline", "unquoted", "zero_dates", "nulls", "extra_keys", "secrets", "string_message"},
	}
	readShapes = map[string][]string{
		"opentact": {"object", "search_page", "relations_as_uuid", "relations_null", "relations_empty", "quoted_scalars", "no_envelope", "null_payload", "uuid_strings", "delete_other_shape", "unknown_fields", "secrets"},
		"infinity": {"pretty", "jsonarray", "crlf", "no_last_newline", "unquoted", "nulls", "extra_keys", "secrets"},
	}
)

func (v *journaled) shapes(of map[string][]string) (all []fault.Fault) {
	for _, name := range of[v.dialect.Vendor] {
		all = append(all, fault.Fault{Kind: fault.Reshape, Shape: name})
	}
	return all
}

// idsOf returns the ids of the stored rows of a kind by their marks.
func (v *journaled) idsOf(t *testing.T, k *onceKind) map[string][]string {
	t.Helper()
	ids := map[string][]string{}
	for _, list := range k.lists {
		for _, row := range rowsIn(t, rig.Ask(v.emulator, list, v.header)) {
			id, _ := row[k.id].(string)
			if mark := markOfRow(row); mark != "" {
				ids[mark] = append(ids[mark], id)
			}
		}
	}
	return ids
}

// rowsIn reads the list of either vendor.
func rowsIn(t *testing.T, text string) (rows []map[string]any) {
	t.Helper()
	var envelope struct{ Payload []map[string]any }
	if err := json.Unmarshal([]byte(text), &envelope); err == nil && envelope.Payload != nil {
		return envelope.Payload
	}
	for _, line := range lines(text) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("a row %q: %v", line, err)
		}
		rows = append(rows, row)
	}
	return rows
}

// markOfRow finds the mark in the members of a row.
func markOfRow(row map[string]any) string {
	for _, value := range row {
		if text, ok := value.(string); ok && onceMark.FindString(text) == text && text != "" {
			return text
		}
	}
	group, _ := row["groupId"].(string)
	order, _ := row["ringOrder"].(string)
	return markOfMember(group, order)
}
