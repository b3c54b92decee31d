package e2e

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// cutOffOnce is a vendor whose first answer to each read breaks off before its last byte.
type cutOffOnce struct {
	http.Handler

	mu   sync.Mutex
	read map[string]bool
}

func (b *cutOffOnce) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || !b.first(r.RequestURI) {
		b.Handler.ServeHTTP(w, r)
		return
	}
	whole := httptest.NewRecorder()
	b.Handler.ServeHTTP(whole, r)
	w.Header().Set("Content-Type", whole.Header().Get("Content-Type"))
	w.Header().Set("Content-Length", strconv.Itoa(whole.Body.Len()))
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes()[:max(0, whole.Body.Len()-1)]) // the client may have gone
}

// first reports whether an address is read for the first time.
func (b *cutOffOnce) first(address string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := b.read[address]
	b.read[address] = true
	return !seen
}

// breaking lets the vendor of a rig break its answers off.
func (r *rig) breaking() *rig {
	r.vendor.mu.Lock()
	defer r.vendor.mu.Unlock()
	r.vendor.handler = &cutOffOnce{Handler: r.vendor.handler, read: map[string]bool{}}
	return r
}

// TestListsThatBreakOff: a list that broke off is read again, and each row of it is there once.
func TestListsThatBreakOff(t *testing.T) {
	t.Parallel()
	whole := safeRig(t, 1)
	for _, list := range []struct {
		name, rpc, rows string
		request         map[string]any
	}{
		{"OpenTACT", "SipConnectionService.ListSipUserInvites", "sipUserInvites", map[string]any{"sipConnectionUuid": sandbox.ConnectionUUID(1)}},
		{"relations", "SipConnectionService.ListSipConnections", "sipConnections", map[string]any{}},
		{"no page", "PbxConfigService.ListPbxUsers", "pbxUsers", map[string]any{"domainId": 1.0}},
		{"a page of the vendor", "PbxConfigService.ListPbxDevices", "pbxDevices", map[string]any{"domainId": 1.0, "pageSize": 2.0}},
		{"a filter of the vendor", "PbxConfigService.ListPbxDevices", "pbxDevices", map[string]any{"domainId": 1.0, "filter": "pbx_device_name:\"a\" AND domain_id = 1"}},
	} {
		t.Run(list.name, func(t *testing.T) {
			t.Parallel()
			c := mustCall(t, list.rpc, list.request)
			for i := range 2 {
				broken := safeRig(t, 1).breaking()
				want, got := ask(t, whole.protocols()[i], c), ask(t, broken.protocols()[i], c)
				if read := operations(broken.vendor.take()); want.status != nil || got.status != nil || len(read) != 2 {
					t.Fatalf("%v, and %v after %q", want.status, got.status, read)
				}
				rows, _ := at(want.response, list.rows)
				again, _ := at(got.response, list.rows)
				if diff := cmp.Diff(rows, again); diff != "" {
					t.Error(diff)
				}
				if some, _ := rows.([]any); len(some) < 2 {
					t.Errorf("the list has %d rows", len(some))
				}
			}
		})
	}
}

// TestReconcilingReadsThatBreakOff: what a lost write has made is found once, also if the list
// that shows it broke off and was read again.
func TestReconcilingReadsThatBreakOff(t *testing.T) {
	t.Parallel()
	each(t, repeatable(t), func(t *testing.T, row lookupRow, way int) {
		if row.Call == "SipAppService.ExecuteCallFlow" {
			return // nothing shows what became of it
		}
		r := safeRig(t, row.generation, row)
		c := row.with(t, "requestId", someRequestID)
		checkUnknown(t, ask(t, r.protocols()[way], c), true)
		if second := ask(t, r.breaking().protocols()[way], c); second.status != nil || replayed(second) != "reconciled" {
			t.Errorf("the repeat got %v %s", second.status, replayed(second))
		}
	})
}
