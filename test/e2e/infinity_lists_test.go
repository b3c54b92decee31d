package e2e

import (
	"bytes"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"

	infinitysandbox "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
)

// rowCounter counts the rows of each answer that a vendor gives.
type rowCounter struct {
	http.Handler

	mu   sync.Mutex
	rows []int
}

// ServeHTTP implements http.Handler.
func (c *rowCounter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	lines := &lineCounter{ResponseWriter: w}
	c.Handler.ServeHTTP(lines, r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows = append(c.rows, lines.count)
}

// take returns the counts since the last take.
func (c *rowCounter) take() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.rows
	c.rows = nil
	return taken
}

type lineCounter struct {
	http.ResponseWriter
	count int
}

// Write counts rows, which are one on each line.
func (l *lineCounter) Write(p []byte) (int, error) {
	l.count += bytes.Count(p, []byte("}\n"))
	return l.ResponseWriter.Write(p)
}

// devicesOf is an emulator whose first domain has so many more devices.
func devicesOf(t *testing.T, more int) *infinitysandbox.Server {
	t.Helper()
	emulator := newInfinity()
	if err := emulator.AddDevices(infinitysandbox.DomainUK, more); err != nil {
		t.Fatal(err)
	}
	return emulator
}

// pager reads a list of devices page by page, and changes the protocol after each.
type pager struct {
	f       *rig
	request map[string]any
	pages   [][]int
}

func devicePager(f *rig, size int, order string) *pager {
	return &pager{f: f, request: map[string]any{"domainId": 1, "pageSize": size, "orderBy": order}}
}

// next reads one page and reports whether there is one more.
func (p *pager) next(t *testing.T) bool {
	t.Helper()
	way := p.f.protocols()[len(p.pages)%2]
	made, err := way.call(t.Context(), mustCall(t, "PbxConfigService.ListPbxDevices", p.request))
	if err != nil || made.status != nil {
		t.Fatalf("page %d: want a response, got %v %v", len(p.pages), made.status, err)
	}
	rows, _ := at(made.response, "pbxDevices")
	list, _ := rows.([]any)
	ids := make([]int, len(list))
	for i := range list {
		id, _ := at(list[i], "pbxDeviceId")
		number, _ := id.(float64)
		ids[i] = int(number)
	}
	p.pages = append(p.pages, ids)
	token, _ := at(made.response, "nextPageToken")
	p.request["pageToken"] = token
	return token != ""
}

// all reads the pages that are left and returns the ids of every page.
func (p *pager) all(t *testing.T) []int {
	t.Helper()
	for p.next(t) {
		if len(p.pages) > 1000 {
			t.Fatal("the pages do not end")
		}
	}
	return slices.Concat(p.pages...)
}

// wantEach checks that the ids are the wanted ones, each once, in any order.
func wantEach(t *testing.T, got, want []int) {
	t.Helper()
	seen := map[int]int{}
	for _, id := range got {
		seen[id]++
		if seen[id] == 2 {
			t.Errorf("device %d is there twice", id)
		}
	}
	for _, id := range want {
		if seen[id] == 0 {
			t.Errorf("device %d is missing", id)
		}
	}
}

// ukDevices are the ids of the seeded devices of the first domain and of those that
// were added first.
func ukDevices(more int) []int {
	var ids []int
	for id := 1; id <= 16; id++ {
		ids = append(ids, id)
	}
	for id := 26; id < 26+more; id++ {
		ids = append(ids, id)
	}
	return ids
}

// TestManyDevices: for a page of a long list the vendor sends little more than the
// page.
func TestManyDevices(t *testing.T) {
	t.Parallel()
	const more = 5000
	vendor := &rowCounter{Handler: devicesOf(t, more)}
	f := startInfinity(t, vendor)
	for _, order := range []string{"pbx_device_id", "pbx_device_id desc"} {
		p := devicePager(f, 50, order)
		wantEach(t, p.all(t), ukDevices(more))
		moved := vendor.take()
		if len(moved) != len(p.pages) || slices.Max(moved) > 52 {
			t.Errorf("%s: want at most 52 rows for each of %d pages, got %d answers, the longest with %d", order, len(p.pages), len(moved), slices.Max(moved))
		}
		if len(p.pages) != 101 {
			t.Errorf("%s: want 101 pages, got %d", order, len(p.pages))
		}
	}
}

// TestDevicesThatChangeBetweenPages: rows are created and deleted, and no other row
// appears twice or is missing.
func TestDevicesThatChangeBetweenPages(t *testing.T) {
	t.Parallel()
	const more = 40
	for _, order := range []string{"pbx_device_id", "pbx_device_id desc", "create_time desc", "pbx_device_name"} {
		for name, change := range map[string]func(*testing.T, *infinitysandbox.Server, *rig, *pager) (gone int){
			"inserted": func(t *testing.T, emulator *infinitysandbox.Server, _ *rig, _ *pager) int {
				if err := emulator.AddDevices(infinitysandbox.DomainUK, 3); err != nil {
					t.Fatal(err)
				}
				return 0
			},
			"deleted before": func(t *testing.T, _ *infinitysandbox.Server, f *rig, p *pager) int {
				return removeDevice(t, f, p.pages[0][3])
			},
			"the last of the page deleted": func(t *testing.T, _ *infinitysandbox.Server, f *rig, p *pager) int {
				return removeDevice(t, f, p.pages[0][len(p.pages[0])-1])
			},
		} {
			t.Run(order+" "+name, func(t *testing.T) {
				t.Parallel()
				emulator := devicesOf(t, more)
				f := startInfinity(t, emulator)
				p := devicePager(f, 7, order)
				p.next(t)
				gone := change(t, emulator, f, p)
				p.next(t)
				if gone == 0 {
					gone = removeDevice(t, f, p.pages[1][0])
				}
				wantEach(t, p.all(t), slices.DeleteFunc(ukDevices(more), func(id int) bool { return id == gone }))
			})
		}
	}
}

// removeDevice deletes through another client of the vendor.
func removeDevice(t *testing.T, f *rig, id int) int {
	t.Helper()
	target := f.vendor.listener.URL + infinityBase + "/sip/domains/1/devices/" + strconv.Itoa(id)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth(infinityUsername, infinityPassword)
	response, err := f.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close() // there is none
	if response.StatusCode != http.StatusNoContent {
		t.Fatalf("delete device %d: %s", id, response.Status)
	}
	return id
}

// ignoring returns a vendor that ignores parameters of lists.
func ignoring(vendor http.Handler, ignored ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		for _, name := range ignored {
			query.Del(name)
		}
		r.URL.RawQuery = query.Encode()
		vendor.ServeHTTP(w, r)
	})
}

// TestVendorsThatIgnoreParameters: the pages are right, whichever parameters a vendor
// ignores.
func TestVendorsThatIgnoreParameters(t *testing.T) {
	t.Parallel()
	const more = 60
	for name, ignored := range map[string][]string{
		"everything": {"limit", "offset", "filter[]", "sort[]"}, "limit": {"limit"}, "offset": {"offset"},
		"both": {"limit", "offset"}, "filter": {"filter[]"}, "sort": {"sort[]"},
	} {
		for _, order := range []string{"pbx_device_id desc", "update_time desc"} {
			t.Run(name+" "+order, func(t *testing.T) {
				t.Parallel()
				f := startInfinity(t, ignoring(devicesOf(t, more), ignored...))
				wanted := devicePager(startInfinity(t, devicesOf(t, 0)), 3, order)
				wanted.request["filter"] = "user_id = 1"
				filtered := devicePager(f, 3, order)
				filtered.request["filter"] = "user_id = 1"
				if got, want := filtered.all(t), wanted.all(t); !slices.Equal(got, want) {
					t.Errorf("filtered: want %v, got %v", want, got)
				}
				p := devicePager(f, 9, order)
				got := p.all(t)
				wantEach(t, got, ukDevices(more))
				if order == "pbx_device_id desc" && !slices.IsSortedFunc(got, func(a, b int) int { return b - a }) {
					t.Errorf("the rows are out of order: %v", got)
				}
			})
		}
	}
}

// manyRows is how many rows the vendor below has, and heapBound how much more
// memory than before may be in use while it sends them.
const (
	manyRows  = 100_000
	heapBound = 64 << 20
)

// streamedRows is a vendor that sends manyRows rows and measures the memory meanwhile.
type streamedRows struct {
	id   string
	mu   sync.Mutex
	peak uint64
}

// sameInEachRow is the greater part of a row, before its last value.
const sameInEachRow = `","email":"somebody@brightwater.example.com","companyName":"Brightwater Cycles","officeName":"London",` +
	`"siteCode":"LON-01","note":"a text that nobody documented","createDatetime":"2026-01-15 12:00:00",` +
	`"pbxDeviceName":"Device","displayName":"User `

// ServeHTTP implements http.Handler.
func (e *streamedRows) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	var row []byte
	for i := range manyRows {
		row = append(append(row[:0], `{"`...), e.id...)
		row = strconv.AppendInt(append(row, `":"`...), int64(i+1), 10)
		row = append(strconv.AppendInt(append(row, sameInEachRow...), int64(i+manyRows), 10), "\"}\n"...)
		if _, err := w.Write(row); err != nil {
			return // the client has seen enough
		}
		if i%10_000 == 9_999 {
			e.measure()
		}
	}
}

func (e *streamedRows) measure() {
	in := heapInUse()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.peak = max(e.peak, in)
}

// heapInUse returns the heap that is in use after a collection.
func heapInUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// TestMemoryOfLongLists is not parallel: it measures the whole process.
func TestMemoryOfLongLists(t *testing.T) {
	for i, c := range []struct{ rpc, id, field, order string }{
		{listUsers, "userId", "pbxUsers", "display_name desc"},
		{"PbxConfigService.ListPbxDevices", "pbxDeviceId", "pbxDevices", "pbx_device_id desc"}, // asked for a page, and sends all
	} {
		vendor := &streamedRows{id: c.id}
		f := startInfinity(t, vendor, "--upstream-timeout=5m") // the race detector on a busy machine is slow
		before := heapInUse()
		request := map[string]any{"domainId": 1, "orderBy": c.order, "pageSize": 2}
		way := f.protocols()[i]
		made, err := way.call(t.Context(), mustCall(t, c.rpc, request))
		if err != nil || made.status != nil {
			t.Fatalf("%s: want a response, got %v %v", way.name(), made.status, err)
		}
		want := []any{map[string]any{c.id: 100_000.0}, map[string]any{c.id: 99_999.0}}
		for _, problem := range differences("response", map[string]any{c.field: want, "nextPageToken": anyValue}, made.response) {
			t.Errorf("%s %s: %s", way.name(), c.order, problem)
		}
		vendor.measure()
		if vendor.peak > before+heapBound {
			t.Errorf("%s by %s: %d MiB in use before, %d MiB while the vendor sent", c.rpc, c.order, before>>20, vendor.peak>>20)
		}
		t.Logf("%s by %s: %d KiB more in use", c.rpc, c.order, (int64(vendor.peak)-int64(before))>>10)
	}
}
