package list_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

type (
	device  = sipfacadev1.PbxDevice
	devices = []*device
)

// dev is a device; created in seconds after a moment, below 0 for never.
func dev(id uint32, name string, created int) *device {
	d := &device{PbxDeviceId: &id, PbxDeviceName: proto.String(name)}
	if created >= 0 {
		d.CreateTime = at(created)
	}
	return d
}

func ids(rows devices) []uint32 {
	list := make([]uint32, len(rows))
	for i, row := range rows {
		list[i] = row.GetPbxDeviceId()
	}
	return list
}

func prepareDevices(t rapid.TB, tokens *list.Tokens, request *sipfacadev1.ListPbxDevicesRequest) *list.Query[*device] {
	t.Helper()
	query, err := list.Prepare[*device](tokens, request, "pbx_device_id")
	if err != nil {
		t.Fatal(err)
	}
	return query
}

// secondPage is the query of the page after [1 2] of size 2, by id.
func secondPage(t *testing.T, filter string) *list.Query[*device] {
	t.Helper()
	tokens := newTokens(t)
	request := &sipfacadev1.ListPbxDevicesRequest{PageSize: 2, OrderBy: "pbx_device_id", Filter: filter}
	_, request.PageToken = prepareDevices(t, tokens, request).Page(devices{dev(1, "x", 0), dev(2, "x", 0), dev(3, "x", 0)})
	return prepareDevices(t, tokens, request)
}

func TestWindow(t *testing.T) {
	t.Parallel()
	first := prepareDevices(t, newTokens(t), &sipfacadev1.ListPbxDevicesRequest{PageSize: 2})
	if offset, limit, ok := first.Window(); offset != 0 || limit != 3 || !ok {
		t.Errorf("first page: %d, %d, %v", offset, limit, ok)
	}
	if offset, limit, ok := secondPage(t, "").Window(); offset != 1 || limit != 4 || !ok {
		t.Errorf("second page: %d, %d, %v", offset, limit, ok)
	}
}

// TestWindowed: what is believed of a vendor's window, and what is not.
func TestWindowed(t *testing.T) {
	t.Parallel()
	one, two, three, four, five, six := dev(1, "x", 0), dev(2, "x", 0), dev(3, "x", 0), dev(4, "x", 0), dev(5, "x", 0), dev(6, "x", 0)
	for name, c := range map[string]struct {
		second bool
		filter string
		rows   devices
		want   []uint32
		next   bool
		ok     bool
	}{
		"nothing":                      {false, "", nil, []uint32{}, false, true},
		"one row":                      {false, "", devices{one}, []uint32{1}, false, true},
		"a full page, the last":        {false, "", devices{one, two}, []uint32{1, 2}, false, true},
		"a full page and one more":     {false, "", devices{one, two, three}, []uint32{1, 2}, true, true},
		"more than asked for":          {false, "", devices{one, two, three, four}, nil, false, false},
		"out of order":                 {false, "", devices{two, one}, nil, false, false},
		"out of order behind the page": {false, "", devices{one, three, two}, nil, false, false},
		"the same row twice":           {false, "", devices{one, one}, nil, false, false},
		"a row that does not match":    {false, `pbx_device_name = "x"`, devices{one, dev(2, "X", 0)}, nil, false, false},
		"one behind does not match":    {false, `pbx_device_name = "x"`, devices{one, two, dev(3, "X", 0)}, nil, false, false},
		"all match":                    {false, `pbx_device_name = "x"`, devices{one, two, three}, []uint32{1, 2}, true, true},
		"second":                       {true, "", devices{two, three, four}, []uint32{3, 4}, false, true},
		"second, and one more":         {true, "", devices{two, three, four, five}, []uint32{3, 4}, true, true},
		"second, empty by now":         {true, "", devices{two}, []uint32{}, false, true},
		"second, all gone":             {true, "", nil, nil, false, false},
		"the last row moved":           {true, "", devices{three, four, five}, nil, false, false},
		"an earlier row in its place":  {true, "", devices{one, two, three, four}, nil, false, false},
		"offset not honoured":          {true, "", devices{one, two, three, four, five}, nil, false, false},
		"limit not honoured":           {true, "", devices{two, three, four, five, six}, nil, false, false},
		"second, the same row again":   {true, "", devices{two, two}, nil, false, false},
		"second, back to the start":    {true, "", devices{two, one}, nil, false, false},
	} {
		query := prepareDevices(t, newTokens(t), &sipfacadev1.ListPbxDevicesRequest{PageSize: 2, OrderBy: "pbx_device_id", Filter: c.filter})
		if c.second {
			query = secondPage(t, c.filter)
		}
		before := slices.Clone(c.rows)
		page, next, ok := query.Windowed(c.rows)
		if ok != c.ok || (next != "") != c.next {
			t.Errorf("%s: ok %v, next %q", name, ok, next)
		}
		if diff := gocmp.Diff(c.want, ids(page)); c.ok && diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if !slices.Equal(before, c.rows) {
			t.Errorf("%s: the rows were changed", name)
		}
	}
}

// TestWindowedLastRowChanged: a last row whose sort value changed has moved.
func TestWindowedLastRowChanged(t *testing.T) {
	t.Parallel()
	tokens := newTokens(t)
	request := &sipfacadev1.ListPbxDevicesRequest{PageSize: 1}
	_, request.PageToken = prepareDevices(t, tokens, request).Page(devices{dev(1, "x", 1), dev(2, "x", 2)})
	query := prepareDevices(t, tokens, request)
	for _, rows := range []devices{{dev(1, "x", 0), dev(2, "x", 2)}, {dev(1, "x", -1), dev(2, "x", 2)}, {dev(3, "x", 1), dev(2, "x", 2)}} {
		if _, _, ok := query.Windowed(rows); ok {
			t.Errorf("%v is taken", rows)
		}
	}
	if page, _, ok := query.Windowed(devices{dev(1, "renamed", 1), dev(2, "x", 2)}); !ok || len(page) != 1 {
		t.Error("a change beside the order is not taken")
	}
}

// TestPositions: however a page was made, the next one begins where it ended.
func TestPositions(t *testing.T) {
	t.Parallel()
	var rows devices
	for id := range uint32(20) {
		rows = append(rows, dev(id+1, "x", int(id)))
	}
	for pattern := range 1 << 6 {
		tokens := newTokens(t)
		request := &sipfacadev1.ListPbxDevicesRequest{PageSize: 3}
		var seen devices
		for page := range 7 {
			query := prepareDevices(t, tokens, request)
			offset, limit, ok := query.Window()
			if want := max(page*3-1, 0); offset != want || !ok {
				t.Fatalf("pattern %b, page %d: offset %d, ok %v", pattern, page, offset, ok)
			}
			chosen, next := query.Page(rows)
			if pattern>>page&1 == 1 {
				if chosen, next, ok = query.Windowed(rows[offset:min(offset+limit, len(rows))]); !ok {
					t.Fatalf("pattern %b, page %d: the window is not taken", pattern, page)
				}
			}
			seen = append(seen, chosen...)
			if request.PageToken = next; (next == "") != (page == 6) {
				t.Fatalf("pattern %b, page %d: next %q", pattern, page, next)
			}
		}
		if !slices.Equal(seen, rows) {
			t.Fatalf("pattern %b: %v", pattern, ids(seen))
		}
	}
}

// modelVendor sorts as it is asked to, and filters and pages as far as it can.
type modelVendor struct {
	rows                     devices
	takesLimit, takesOffset  bool
	takesFilter, ignoresCase bool
}

// window answers a list with an offset and a limit.
func (v *modelVendor) window(name string, order []list.OrderField, offset, limit int) devices {
	var found devices
	for _, row := range v.rows {
		same := row.GetPbxDeviceName() == name || v.ignoresCase && equalFold(row.GetPbxDeviceName(), name)
		if name == "" || !v.takesFilter || same {
			found = append(found, row)
		}
	}
	slices.SortFunc(found, func(a, b *device) int { return compareDevices(order, a, b) })
	if v.takesOffset {
		found = found[min(offset, len(found)):]
	}
	if v.takesLimit {
		found = found[:min(limit, len(found))]
	}
	return found
}

func equalFold(a, b string) bool { return len(a) == len(b) && (a[0]|0x20) == (b[0]|0x20) }

// compareDevices is the order of a vendor with nulls first.
func compareDevices(order []list.OrderField, a, b *device) int {
	for _, field := range order {
		side := cmp.Compare(a.GetPbxDeviceId(), b.GetPbxDeviceId())
		if field.Path == "create_time" {
			side = cmp.Compare(seconds(a), seconds(b))
		}
		if field.Desc {
			side = -side
		}
		if side != 0 {
			return side
		}
	}
	return 0
}

func seconds(d *device) int64 {
	if d.GetCreateTime() == nil {
		return -1
	}
	return d.GetCreateTime().GetSeconds()
}

// TestWindowsKeepThePromise: a vendor pages by offset while rows come and go, and may
// not honour what it is asked for. Every row that is there throughout is still
// returned exactly once, in order, and nothing that the filter excludes.
func TestWindowsKeepThePromise(t *testing.T) {
	t.Parallel()
	tokens := newTokens(t)
	orders := []string{"", "pbx_device_id", "pbx_device_id desc", "create_time desc", "create_time desc, pbx_device_id desc"}
	windows, wholes := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		next := uint32(0)
		draw := func(most int, label string) (drawn devices) {
			for range rapid.IntRange(0, most).Draw(t, label) {
				next++
				id := uint32(rapid.IntRange(0, 9).Draw(t, "spread"))*1000 + next
				drawn = append(drawn, dev(id, rapid.SampledFrom([]string{"a", "A", "b"}).Draw(t, "name"), rapid.IntRange(-1, 3).Draw(t, "created")))
			}
			return drawn
		}
		honest := rapid.Bool().Draw(t, "honest")
		able := func(label string) bool { return honest || rapid.Bool().Draw(t, label) }
		vendor := &modelVendor{
			takesLimit: able("limit"), takesOffset: able("offset"), takesFilter: able("filter"),
			ignoresCase: rapid.Bool().Draw(t, "ignores case"),
		}
		kept, passing := draw(25, "kept"), draw(6, "passing")
		request := &sipfacadev1.ListPbxDevicesRequest{
			PageSize: rapid.Int32Range(1, 8).Draw(t, "size"), OrderBy: rapid.SampledFrom(orders).Draw(t, "order"),
		}
		name := rapid.SampledFrom([]string{"", "a"}).Draw(t, "filter")
		if name != "" {
			request.Filter = fmt.Sprintf("pbx_device_name = %q", name)
		}
		var seen devices
		for {
			vendor.rows = rapid.Permutation(slices.Concat(kept, passing)).Draw(t, "rows")
			query := prepareDevices(t, tokens, request)
			offset, limit, ok := query.Window()
			if !ok {
				t.Fatal("no window")
			}
			page, token, ok := query.Windowed(vendor.window(name, query.Order(), offset, limit))
			if windows++; !ok {
				wholes++
				page, token = query.Page(vendor.rows)
			}
			seen = append(seen, page...)
			if request.PageToken = token; token == "" {
				break
			}
			if rapid.Bool().Draw(t, "change") {
				passing = append(rapid.SliceOfN(rapid.SampledFrom(append(passing, dev(99_999, "a", 2))), 0, 1).Draw(t, "stay"), draw(3, "come")...)
			}
		}
		checkPromise(t, prepareDevices(t, tokens, &sipfacadev1.ListPbxDevicesRequest{OrderBy: request.GetOrderBy()}).Order(), name, kept, seen)
	})
	if wholes == 0 || wholes == windows {
		t.Errorf("%d of %d windows were refused: both ways must be tried", wholes, windows)
	}
}

func checkPromise(t *rapid.T, order []list.OrderField, name string, kept, seen devices) {
	times := map[uint32]int{}
	for i, row := range seen {
		times[row.GetPbxDeviceId()]++
		if name != "" && row.GetPbxDeviceName() != name {
			t.Errorf("%v does not match", row)
		}
		if i > 0 && compareDevices(order, seen[i-1], row) >= 0 {
			t.Errorf("%v comes before %v", seen[i-1], row)
		}
	}
	for _, row := range kept {
		want := 1
		if name != "" && row.GetPbxDeviceName() != name {
			want = 0
		}
		if times[row.GetPbxDeviceId()] != want {
			t.Errorf("%v appears %d times, want %d", row, times[row.GetPbxDeviceId()], want)
		}
	}
}
