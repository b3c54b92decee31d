package explain

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// header is the name of the header that the values are for.
const header = "x-vendor-call"

// exchange is one of an operation.
func exchange(operation, body string) Exchange {
	return Exchange{Vendor: "vendor", Operation: operation, Method: "POST", Path: "/things", Body: body, Attempt: 1}
}

// recorded returns a recorder of so many exchanges that ended with 200.
func recorded(count int, body string) *Recorder {
	_, recorder := NewContext(context.Background())
	for i := range count {
		recorder.Begin(exchange(fmt.Sprintf("Op%d", i+1), body)).End(200)
	}
	return recorder
}

// size is what the values take of a header.
func size(values []string) (bytes int) {
	for _, value := range values {
		bytes += headerBytes(header, value)
	}
	return bytes
}

// TestValue: the members of a value, their order, and its characters.
func TestValue(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		exchange Exchange
		want     string
	}{
		"all members": {
			Exchange{Vendor: "infinity", Operation: "Create", Method: "POST", Path: "/a/1", Query: "b=c&d[]=e", Body: "f=g", Attempt: 2},
			`{"vendor":"infinity","operation":"Create","method":"POST","path":"/a/1","query":"b=c&d[]=e","body":"f=g","status":201,"ms":1500,"attempt":2}`,
		},
		"nothing sent beside the path": {
			Exchange{Vendor: "infinity", Operation: "Get", Method: "GET", Path: "/a", Attempt: 1},
			`{"vendor":"infinity","operation":"Get","method":"GET","path":"/a","query":"","body":"","status":201,"ms":1500,"attempt":1}`,
		},
		"characters": {
			Exchange{Body: "{\"a\":\"<é>\",\r\n\t\"b\":\"😀\u2028\x7f\"}"},
			`{"vendor":"","operation":"","method":"","path":"","query":"","body":"{\"a\":\"<\u00e9>\",\r\n\t\"b\":\"\ud83d\ude00\u2028\u007f\"}","status":201,"ms":1500,"attempt":0}`,
		},
		"planned": {
			Exchange{Method: "PUT", Planned: true},
			`{"vendor":"","operation":"","method":"PUT","path":"","query":"","body":"","status":0,"ms":0,"attempt":0,"planned":true}`,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, recorder := NewContext(t.Context())
				running := recorder.Begin(c.exchange)
				time.Sleep(1500 * time.Millisecond)
				if !c.exchange.Planned {
					running.End(201)
				}
				time.Sleep(time.Second)
				got := recorder.Values(header, 4096)
				if diff := cmp.Diff([]string{c.want}, got); diff != "" {
					t.Fatal(diff)
				}
				var read struct{ Body string }
				if err := json.Unmarshal([]byte(got[0]), &read); err != nil || read.Body != c.exchange.Body {
					t.Errorf("%q is read as %q: %v", c.exchange.Body, read.Body, err)
				}
			})
		})
	}
}

// TestUnfinished: an exchange that has not ended has no status and took the time until
// now; what ends later is in no value that was made before.
func TestUnfinished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, recorder := NewContext(t.Context())
		running := recorder.Begin(exchange("Slow", ""))
		time.Sleep(2 * time.Second)
		want := exchange("Slow", "")
		want.Took = 2 * time.Second
		before, _ := recorder.Exchanges()
		if diff := cmp.Diff([]Exchange{want}, before); diff != "" {
			t.Error(diff)
		}
		running.End(204)
		if before[0].Status != 0 {
			t.Error("what was returned has changed")
		}
	})
}

// TestCut: a body and a query of more than 1 KiB are cut between characters, and show it.
func TestCut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 1000)
	cases := map[string]struct {
		text, want string
		length     int
	}{
		"fits":               {"abc", "abc", 3},
		"too long":           {"abcd", "abc…", 3},
		"between characters": {"abé", "ab…", 3},
		"nothing left":       {"abc", "…", 0},
		"empty":              {"", "", 0},
		"cut before":         {"abc…", "abc…", 3},
		"cut again":          {"abc…", "ab…", 2},
	}
	for name, c := range cases {
		if got := cut(c.text, c.length); got != c.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	_, recorder := NewContext(t.Context())
	recorder.Begin(Exchange{Path: "/" + long, Query: long, Body: long})
	got, _ := recorder.Exchanges()
	want := []Exchange{{Path: "/" + long[:1022] + "…", Query: long[:1024] + "…", Body: long[:1024] + "…", Took: got[0].Took}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestMoreExchanges: there are at most 20 values, and the last one counts what they leave
// out.
func TestMoreExchanges(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]struct {
		values int
		last   string
	}{
		0: {0, ""}, 1: {1, ""}, 20: {20, ""}, 21: {20, `{"more":2}`}, 100: {20, `{"more":81}`},
	} {
		values := recorded(count, "x=y").Values(header, 1<<20)
		if len(values) != want.values {
			t.Errorf("%d exchanges: %d values, want %d", count, len(values), want.values)
		}
		if want.last != "" && values[len(values)-1] != want.last {
			t.Errorf("%d exchanges: the last value is %s, want %s", count, values[len(values)-1], want.last)
		}
	}
}

// TestBound: the values take no more bytes than they may. Texts are cut before exchanges
// are left out, and what is left out is counted.
func TestBound(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "x=y", strings.Repeat("a=b&", 500), strings.Repeat(`{"name":"Ünïcödé"}`, 200)} {
		for _, count := range []int{1, 5, 20, 40} {
			for _, bound := range []int{200, 1000, 4000, 7 << 10, 1 << 20} {
				values := recorded(count, body).Values(header, bound)
				if got := size(values); got > bound {
					t.Errorf("%d of %d bytes: the values take %d of %d bytes", count, len(body), got, bound)
				}
				shown, more := len(values), struct{ More int }{}
				if err := json.Unmarshal([]byte(values[len(values)-1]), &more); err != nil {
					t.Fatal(err)
				}
				if more.More > 0 {
					shown--
				}
				if shown+more.More != count {
					t.Errorf("%d of %d bytes, %d allowed: %d are shown and %d counted", count, len(body), bound, shown, more.More)
				}
			}
		}
	}
	if values := recorded(20, strings.Repeat("a", 2000)).Values(header, 7<<10); len(values) != 20 || !strings.Contains(values[19], `a\u2026"`) {
		t.Errorf("want 20 values with shorter bodies, got %q", values)
	}
	if diff := cmp.Diff([]string{`{"more":3}`}, recorded(3, "").Values(header, -500)); diff != "" {
		t.Errorf("no bytes left: %s", diff)
	}
}

// TestConcurrent: exchanges may begin and end at the same time as values are made.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	ctx, recorder := NewContext(t.Context())
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			FromContext(ctx).Begin(exchange("Op", "x")).End(200)
			recorder.Values(header, 1<<10)
		})
	}
	all.Wait()
	if kept, more := recorder.Exchanges(); len(kept) != 20 || more != 10 {
		t.Errorf("%d are recorded and %d more", len(kept), more)
	}
}

// TestNoRecorder: without a recorder, asking for it costs no memory.
func TestNoRecorder(t *testing.T) {
	ctx := context.WithValue(t.Context(), struct{ other bool }{}, 1)
	if FromContext(ctx) != nil {
		t.Error("a recorder out of nothing")
	}
	if got := testing.AllocsPerRun(100, func() { FromContext(ctx) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

// FuzzEncode: whatever the texts are, a value is visible ASCII and gives them back.
func FuzzEncode(f *testing.F) {
	f.Add("/a", "b=c", `{"d":"é😀"}`)
	f.Add("\x00\xff", "\u2028", "\ud7ff\U0010ffff\x7f\\")
	f.Fuzz(func(t *testing.T, path, query, body string) {
		value := encode(line{Path: path, Query: query, Body: body})
		for _, c := range []byte(value) {
			if c < ' ' || c > '~' {
				t.Fatalf("%q in %q", c, value)
			}
		}
		var read line
		if err := json.Unmarshal([]byte(value), &read); err != nil {
			t.Fatalf("%s: %v", value, err)
		}
		runes := func(text string) string { return string([]rune(text)) } // with U+FFFD for each byte that is not UTF-8
		if diff := cmp.Diff(line{Path: runes(path), Query: runes(query), Body: runes(body)}, read); diff != "" {
			t.Error(diff)
		}
	})
}
