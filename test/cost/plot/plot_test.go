package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/test/cost"
)

// TestCommitted: the tables and plots in docs are those of the results in docs.
func TestCommitted(t *testing.T) {
	t.Parallel()
	const docs = "../../../docs"
	files, err := render(docs)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(docs, name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s does not show the results; run `go run ./test/cost/plot`:\n%s", name, diff)
		}
	}
}

// TestWellFormed: the plots are XML, also if a name has characters of its syntax.
func TestWellFormed(t *testing.T) {
	t.Parallel()
	lines := []line{{name: "a < b & c", colour: "#000000", points: []point{{1, 10}, {1000, 10}}}}
	svg := draw(chart{title: "x > y", xLabel: number, yLabel: duration, lines: lines})
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestAxis: a logarithmic axis has the powers of ten, and steps between them if it is
// short; a linear one begins at zero.
func TestAxis(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		make   func(values []float64, start, length float64) axis
		values []float64
		ticks  []float64
	}{
		{logarithmic, []float64{10, 100_000}, []float64{10, 100, 1000, 10_000, 100_000}},
		{logarithmic, []float64{150, 600}, []float64{200, 500}},
		{logarithmic, []float64{1, 50}, []float64{1, 2, 5, 10, 20, 50}},
		{linear, []float64{150, 600}, []float64{0, 100, 200, 300, 400, 500, 600}},
		{linear, []float64{1500}, []float64{0, 200, 400, 600, 800, 1000, 1200, 1400}},
		{linear, []float64{300}, []float64{0, 50, 100, 150, 200, 250, 300}},
	} {
		if diff := cmp.Diff(tt.ticks, tt.make(tt.values, 0, 100).ticks); diff != "" {
			t.Errorf("%v: %s", tt.values, diff)
		}
	}
}

// TestPosition: equal distances are equal factors on a logarithmic axis, and equal
// differences on a linear one.
func TestPosition(t *testing.T) {
	t.Parallel()
	values := []float64{1, 100}
	for _, tt := range []struct {
		a                   axis
		first, second, last float64
	}{
		{logarithmic(values, 0, 100), 1, 10, 100},
		{linear(values, 0, 100), 0, 50, 100},
	} {
		lower, upper := tt.a.position(tt.second)-tt.a.position(tt.first), tt.a.position(tt.last)-tt.a.position(tt.second)
		if math.Abs(lower-upper) > 1e-9 || lower <= 0 {
			t.Errorf("from %g to %g are %f pixels, from there to %g %f", tt.first, tt.second, lower, tt.last, upper)
		}
	}
}

// TestDuration: a value that is rounded up to the next unit is written in that.
func TestDuration(t *testing.T) {
	t.Parallel()
	for micros, want := range map[float64]string{
		0: "0", 1.234: "1.23 µs", 314.4: "314 µs", 999.7: "1 ms", 1500: "1.5 ms", 104_600: "105 ms", 4_160_000: "4.16 s", 20_000_000: "20 s",
	} {
		if got := duration(micros); got != want {
			t.Errorf("%g µs is written %q, want %q", micros, got, want)
		}
	}
}

// TestVerdict: lists are held against the proxy that decodes, other calls against the
// plain one.
func TestVerdict(t *testing.T) {
	t.Parallel()
	half, twice := &cost.Ratio{Median: 0.5}, &cost.Ratio{Median: 2}
	for _, tt := range []struct {
		row  cost.Row
		want string
	}{
		{cost.Row{Work: "SipApp", Server: cost.OverGRPC, ToProxy: twice}, "1.30, **missed**"},
		{cost.Row{Work: "SipApp", Server: cost.OverJSON, ToProxy: half}, "1.45, met"},
		{cost.Row{Work: "1,000 invites", Server: cost.OverGRPC, ToProxy: twice, ToDecode: half}, "0.40, **missed**"},
		{cost.Row{Work: "1,000 invites", Server: cost.OverJSON, ToProxy: twice, ToDecode: half}, "0.55, met"},
		{cost.Row{Work: "5,000 PBX users", Server: cost.OverJSON, ToDecode: half}, "0.40, **missed**"},
		{cost.Row{Work: "SipApp", Server: cost.Proxy}, ""},
	} {
		if got := verdict(tt.row); got != tt.want {
			t.Errorf("%s over %s: %q, want %q", tt.row.Work, tt.row.Server, got, tt.want)
		}
	}
}

// TestReplace: a document without the marks is left alone.
func TestReplace(t *testing.T) {
	t.Parallel()
	got, err := replace([]byte("before\n"+begin+"old\n"+end+"after\n"), []byte("new\n"))
	if want := "before\n" + begin + "\nnew\n\n" + end + "after\n"; string(got) != want || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := replace([]byte("no marks"), nil); err == nil {
		t.Error("a document without marks was written")
	}
}
