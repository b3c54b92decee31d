// Package answers is the vendor of the benchmark: for each path it answers fixed bytes,
// made once by the emulators. An answer costs no more than its transfer.
package answers

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"

	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// Domain returns the domain whose list of users has so many rows.
func Domain(rows int) uint32 { return uint32(rows) }

// Connection returns the UUID of the SIP connection whose list of invites has so many rows.
func Connection(rows int) string { return opentact.ConnectionUUID(rows) }

// App returns the UUID of an app whose answer has 3.3 KB, most of it relations: two leases,
// the account, two users and the voice profile.
func App() string { return opentact.AppUUID(1) }

// Vendor answers for both vendors.
type Vendor struct {
	mu   sync.Mutex
	made map[string]*answer
}

// answer is what one method and path is answered.
type answer struct {
	status int
	body   []byte
}

// New returns a vendor that has made no answers yet.
func New() *Vendor { return &Vendor{made: map[string]*answer{}} }

// ServeHTTP implements http.Handler.
func (v *Vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, err := v.find(r.Method, r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(found.body)))
	w.WriteHeader(found.status)
	_, _ = w.Write(found.body) // an error means that the client has gone
}

// find returns the answer, and makes it if it is the first one.
func (v *Vendor) find(method, path string) (*answer, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := method + " " + path
	if found, ok := v.made[key]; ok {
		return found, nil
	}
	found, err := makeAnswer(method, path)
	if err != nil {
		return nil, fmt.Errorf("answer %s: %w", key, err)
	}
	v.made[key] = found
	return found, nil
}

// makeAnswer makes the answer to a request. The ids in list paths are numbers of rows.
func makeAnswer(method, path string) (*answer, error) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	last := parts[len(parts)-1]
	if len(parts) < 2 {
		return nil, fmt.Errorf("there is no such answer")
	}
	owner := parts[len(parts)-2]
	switch {
	case method == http.MethodPost && last == "invites":
		return createdInvite(path)
	case last == "invites":
		return invites(owner)
	case last == "users":
		return users(owner)
	default:
		return ask(opentact.New(opentact.Options{Seed: true}), httptest.NewRequest(method, path, nil))
	}
}

// createdInvite returns the emulator's answer to a create.
func createdInvite(path string) (*answer, error) {
	body := strings.NewReader(`{"name":"Front desk phone","expired_on":"2030-01-01T00:00:00Z"}`)
	request := httptest.NewRequest(http.MethodPost, path, body)
	request.Header.Set("Content-Type", "application/json")
	return ask(opentact.New(opentact.Options{Seed: true}), request)
}

// invites returns the emulator's list of the invites of one connection, which has as many
// as the last group of its UUID says.
func invites(connection string) (*answer, error) {
	rows, err := strconv.Atoi(connection[strings.LastIndexByte(connection, '-')+1:])
	if err != nil {
		return nil, fmt.Errorf("the UUID names no number of rows: %w", err)
	}
	const empty = 7 // the last of the seeded connections has no invites
	emulator := opentact.New(opentact.Options{Seed: true})
	if err := emulator.AddInvites(opentact.ConnectionUUID(empty), rows); err != nil {
		return nil, fmt.Errorf("make %d invites: %w", rows, err)
	}
	path := opentact.BasePath + "/sip/connection/" + opentact.ConnectionUUID(empty) + "/invites"
	return ask(emulator, httptest.NewRequest(http.MethodGet, path, nil))
}

// users returns the emulator's list of users of a domain, repeated with other ids until it
// has as many rows as the id of the domain says.
func users(domain string) (*answer, error) {
	rows, err := strconv.Atoi(domain)
	if err != nil {
		return nil, fmt.Errorf("the domain names no number of rows: %w", err)
	}
	path := fmt.Sprintf("%s/sip/domains/%d/users", infinity.BasePath, infinity.DomainUK)
	seeded, err := ask(infinity.New(infinity.Options{Seed: true}), httptest.NewRequest(http.MethodGet, path, nil))
	if err != nil {
		return nil, err
	}
	samples := bytes.SplitAfter(bytes.TrimSpace(seeded.body), []byte("\n"))
	var list bytes.Buffer
	for row := range rows {
		sample := bytes.TrimSpace(samples[row%len(samples)])
		_, afterID, _ := bytes.Cut(sample, []byte(","))
		fmt.Fprintf(&list, "{\"userId\":\"%d\",%s\n", row+1, afterID)
	}
	return &answer{status: seeded.status, body: list.Bytes()}, nil
}

// ask returns the emulator's answer to a request with its credentials.
func ask(emulator http.Handler, request *http.Request) (*answer, error) {
	request.Header.Set("X-Auth-Token", opentact.DefaultToken)
	if strings.HasPrefix(request.URL.Path, infinity.BasePath) {
		request.SetBasicAuth(infinity.DefaultUsername, infinity.DefaultPassword)
	}
	recorder := httptest.NewRecorder()
	emulator.ServeHTTP(recorder, request)
	if recorder.Code >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("the emulator answers %d: %s", recorder.Code, recorder.Body)
	}
	return &answer{status: recorder.Code, body: recorder.Body.Bytes()}, nil
}
