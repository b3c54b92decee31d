package fault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// example is the dialect of a small vendor.
func example() Dialect {
	return Dialect{
		Vendor: "example",
		Routes: []string{"List", "Create"},
		ErrorBody: func(status int, message string) []byte {
			return fmt.Appendf(nil, `{"error":%q,"status":%d}`, message, status)
		},
		ContentType: "application/json",
		Shapes: []Shape{
			{Name: "wrapped", Explain: "in an array", Rewrite: func(operation string, body []byte) ([]byte, error) {
				return fmt.Appendf(nil, `["%s",%s]`, operation, body), nil
			}},
			{Name: "impossible", Explain: "fails", Rewrite: func(string, []byte) ([]byte, error) { return nil, errors.New("no") }},
			{Name: "repeated", Explain: "bytes times", Sized: func(_ string, body []byte, bytes int) ([]byte, error) {
				return []byte(strings.Repeat(string(body), bytes)), nil
			}},
		},
	}
}

const realAnswer = `{"id":7,"name":"real"}`

// realHandler counts how often it was reached.
func realHandler(reached *atomic.Int32) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(realAnswer)))
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, realAnswer)
	})
}

func add(t *testing.T, menu *Menu, f Fault) Fault {
	t.Helper()
	added, err := menu.Add(f)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func TestAnswersOfTheKinds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault   Fault
		code    int
		body    string
		header  map[string]string
		handled int
	}{
		{Fault{Kind: Status, Status: 503}, 503, `{"error":"sandbox fault: status","status":503}`, map[string]string{"Content-Type": "application/json", "Retry-After": ""}, 0},
		{Fault{Kind: Status, Status: 502, Body: "<html>Bad gateway</html>"}, 502, "<html>Bad gateway</html>", map[string]string{"Content-Type": "text/html; charset=utf-8"}, 0},
		{Fault{Kind: Status, Status: 500, Body: "x", ContentType: "application/weird"}, 500, "x", map[string]string{"Content-Type": "application/weird"}, 0},
		{Fault{Kind: Status, Status: 503, RetryAfter: "soon, maybe", Message: "busy"}, 503, `{"error":"busy","status":503}`, map[string]string{"Retry-After": "soon, maybe"}, 0},
		{Fault{Kind: Unauthorized}, 401, `{"error":"sandbox fault: unauthorized","status":401}`, nil, 0},
		{Fault{Kind: RateLimited}, 429, `{"error":"sandbox fault: rate_limited","status":429}`, map[string]string{"Retry-After": "1"}, 0},
		{Fault{Kind: RateLimited, RetryAfter: "-3"}, 429, `{"error":"sandbox fault: rate_limited","status":429}`, map[string]string{"Retry-After": "-3"}, 0},
		{Fault{Kind: MalformedJSON}, 201, `{"id":7,"na\q`, map[string]string{"Content-Type": "application/json"}, 1},
		{Fault{Kind: HTML}, 200, "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>\n", map[string]string{"Content-Type": "text/html; charset=utf-8"}, 1},
		{Fault{Kind: HTML, Body: "<p>"}, 200, "<p>", nil, 1},
		{Fault{Kind: NotSuccess, Status: 409, Message: "taken"}, 200, `{"error":"taken","status":409}`, nil, 0},
		{Fault{Kind: NotSuccess}, 200, `{"error":"sandbox fault: not_success","status":0}`, nil, 0},
		{Fault{Kind: Redirect, Location: "https://b.example.com/x"}, 302, "<html><body>Moved</body></html>\n", map[string]string{"Location": "https://b.example.com/x"}, 0},
		{Fault{Kind: Redirect, Status: 308}, 308, "<html><body>Moved</body></html>\n", map[string]string{"Location": "https://elsewhere.example.com/"}, 0},
		{Fault{Kind: Empty}, 201, "", map[string]string{"Content-Type": "application/json"}, 1},
		{Fault{Kind: Empty, Status: 204}, 204, "", nil, 1},
		{Fault{Kind: Oversize, Bytes: 5}, 201, `{"padding":"     ","id":7,"name":"real"}`, map[string]string{"Content-Length": "40"}, 1},
		{Fault{Kind: Reshape, Shape: "wrapped"}, 201, `["Create",` + realAnswer + `]`, nil, 1},
		{Fault{Kind: Reshape, Shape: "impossible"}, 201, realAnswer, nil, 1},
		{Fault{Kind: Reshape, Shape: "repeated", Bytes: 2}, 201, realAnswer + realAnswer, nil, 1},
		{Fault{Kind: Latency, DelayMS: 1}, 201, realAnswer, nil, 1},
	} {
		menu, reached := NewMenu(example()), new(atomic.Int32)
		add(t, menu, test.fault)
		w := httptest.NewRecorder()
		menu.Wrap("Create", realHandler(reached)).ServeHTTP(w, httptest.NewRequest("POST", "/", nil))
		if w.Code != test.code || w.Body.String() != test.body || int(reached.Load()) != test.handled {
			t.Errorf("%+v: got %d %q, handled %d times", test.fault, w.Code, w.Body, reached.Load())
		}
		for name, want := range test.header {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%+v: %s is %q, want %q", test.fault, name, got, want)
			}
		}
	}
}

func TestPaddingOfOtherBodies(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`[]`, `{}`, ``, "{\"a\":1}\n{\"a\":2}\n", `"text"`} {
		menu := NewMenu(example())
		add(t, menu, Fault{Kind: Oversize, Bytes: 70_000})
		w := httptest.NewRecorder()
		menu.Wrap("List", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, body)
		})).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if w.Body.Len() < 70_000 || w.Header().Get("Content-Length") != fmt.Sprint(w.Body.Len()) {
			t.Errorf("%q: %d bytes, announced %s", body, w.Body.Len(), w.Header().Get("Content-Length"))
		}
	}
}

func TestConnectionsBreak(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault   Fault
		sent    string
		handled int
	}{
		{Fault{Kind: ResetBefore}, "", 0},
		{Fault{Kind: ResetAfter}, "", 1},
		{Fault{Kind: Truncated, Bytes: 6}, `{"id":`, 1},
		{Fault{Kind: Truncated, Bytes: 1000}, realAnswer[:len(realAnswer)-1], 1},
		{Fault{Kind: Truncated}, "", 1},
	} {
		menu, reached := NewMenu(example()), new(atomic.Int32)
		test.fault.Times = 1
		add(t, menu, test.fault)
		server := httptest.NewServer(menu.Wrap("Create", realHandler(reached)))
		body, err := post(server.URL)
		if err == nil || body != test.sent || int(reached.Load()) != test.handled {
			t.Errorf("%+v: %q, %v, handled %d times", test.fault, body, err, reached.Load())
		}
		if body, err := post(server.URL); err != nil || body != realAnswer {
			t.Errorf("%+v, the call after: %q, %v", test.fault, body, err)
		}
		server.Close()
	}
}

func post(url string) (string, error) {
	response, err := http.Post(url, "application/json", strings.NewReader(`{}`))
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(response.Body)
	return string(body), errors.Join(err, response.Body.Close())
}

func TestTruncatedBetweenRows(t *testing.T) {
	t.Parallel()
	const answer = "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"
	for _, test := range []struct {
		fault Fault
		sent  string
	}{
		{Fault{Rows: 1}, "{\"a\":1}\n"},
		{Fault{Rows: 2, Bytes: 3}, "{\"a\":1}\n{\"a\":2}\n"},
		{Fault{Rows: 3}, answer[:len(answer)-1]},
		{Fault{Rows: 9}, answer[:len(answer)-1]},
	} {
		menu := NewMenu(example())
		test.fault.Kind = Truncated
		add(t, menu, test.fault)
		w := httptest.NewRecorder()
		menu.Wrap("List", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, answer)
		})).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if w.Body.String() != test.sent || w.Header().Get("Content-Length") != fmt.Sprint(len(answer)) {
			t.Errorf("%+v: %q of %s", test.fault, w.Body, w.Header().Get("Content-Length"))
		}
	}
}

func TestWithoutAConnectionTheHandlerIsAborted(t *testing.T) {
	t.Parallel()
	menu, reached := NewMenu(example()), new(atomic.Int32)
	add(t, menu, Fault{Kind: ResetAfter})
	defer func() {
		if got, _ := recover().(error); !errors.Is(got, http.ErrAbortHandler) || reached.Load() != 1 {
			t.Errorf("recovered %v, handled %d times", got, reached.Load())
		}
	}()
	menu.Wrap("Create", realHandler(reached)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil))
}

func TestLatencyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		menu, reached := NewMenu(example()), new(atomic.Int32)
		add(t, menu, Fault{Kind: Latency, DelayMS: 1500})
		start := time.Now()
		menu.Wrap("List", realHandler(reached)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
		if waited := time.Since(start); waited != 1500*time.Millisecond || reached.Load() != 1 {
			t.Errorf("waited %v, handled %d times", waited, reached.Load())
		}
	})
}

func TestLatencyEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		menu, reached := NewMenu(example()), new(atomic.Int32)
		add(t, menu, Fault{Kind: Latency, DelayMS: 60_000})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r := httptest.NewRequest("GET", "/", nil).WithContext(ctx)
		start := time.Now()
		defer func() {
			if got, _ := recover().(error); !errors.Is(got, http.ErrAbortHandler) || reached.Load() != 0 || time.Since(start) != time.Second {
				t.Errorf("recovered %v after %v, handled %d times", got, time.Since(start), reached.Load())
			}
		}()
		menu.Wrap("List", realHandler(reached)).ServeHTTP(httptest.NewRecorder(), r)
	})
}

func TestEveryKindIsExplained(t *testing.T) {
	t.Parallel()
	for _, info := range Kinds() {
		if info.Explain == "" || strings.Contains(info.Explain, "\n") {
			t.Errorf("%s: %q is not one line", info.Kind, info.Explain)
		}
	}
	if len(Kinds()) != 14 {
		t.Errorf("%d kinds", len(Kinds()))
	}
}

func TestManyCallersShareAMenu(t *testing.T) {
	t.Parallel()
	menu := NewMenu(example())
	add(t, menu, Fault{Kind: Unauthorized, Times: 50})
	var mu sync.Mutex
	struck := 0
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			for range 20 {
				taken := len(menu.Take("List"))
				f, err := menu.Add(Fault{Kind: Latency, Route: "Create"})
				if err != nil || !menu.Remove(f.ID) {
					t.Errorf("add and remove %q: %v", f.ID, err)
				}
				mu.Lock()
				struck += taken
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	if struck != 50 || len(menu.List()) != 0 {
		t.Errorf("struck %d times, left %v", struck, menu.List())
	}
}
