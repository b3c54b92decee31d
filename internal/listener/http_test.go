package listener_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/listener"
)

// served serves HTTP on loopback until the test ends.
func served(t *testing.T, handler http.HandlerFunc) (address string) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := listener.HTTP(listener.New(inner, listener.Options{WriteTimeout: time.Minute, MaxPending: 1 << 20}),
		listener.HTTPOptions{Refuse: func(refused listener.Refusal) (http.Header, []byte) {
			return http.Header{"Content-Type": {"application/json"}}, []byte(fmt.Sprintf(`{"status":%d}`, refused.Status))
		}})
	server := &http.Server{
		Handler: handler, ConnContext: listener.ConnContext, MaxHeaderBytes: 1 << 10, DisableGeneralOptionsHandler: true,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close() // what it returns has been seen by the callers
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return inner.Addr().String()
}

// asked sends raw bytes, closes the sending side if wanted, and reads every answer
// to the end.
func asked(t *testing.T, address, request string, halfClose bool) (statuses []int, last string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // everything was read
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	if halfClose {
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	in := bufio.NewReader(conn)
	for {
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			return statuses, last
		}
		body, _ := io.ReadAll(response.Body) // a body that breaks off is seen by its length
		_ = response.Body.Close()            // it was read to its end
		statuses, last = append(statuses, response.StatusCode), response.Header.Get("Content-Type")+" "+string(body)
	}
}

// TestRefusals: what net/http answers by itself has the service's form.
func TestRefusals(t *testing.T) {
	t.Parallel()
	address := served(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") })
	for name, row := range map[string]struct {
		request string
		status  int
	}{
		"no HTTP":             {"hello\r\n\r\n", 400},
		"no host":             {"GET / HTTP/1.1\r\n\r\n", 400},
		"headers too large":   {"GET / HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 9<<10) + "\r\n\r\n", 431},
		"unknown encoding":    {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n\r\n", 501},
		"unknown expectation": {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: odd\r\n\r\nx", 417},
		"unsupported HTTP/3":  {"GET / HTTP/3.0\r\nHost: x\r\n\r\n", 505},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statuses, last := asked(t, address, row.request, false)
			if diff := cmp.Diff([]int{row.status}, statuses); diff != "" {
				t.Error(diff)
			}
			if want := fmt.Sprintf(`application/json {"status":%d}`, row.status); last != want {
				t.Errorf("got %s, want %s", last, want)
			}
		})
	}
}

// TestOwnTextIsNoRefusal: a handler may answer plain text.
func TestOwnTextIsNoRefusal(t *testing.T) {
	t.Parallel()
	address := served(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "400 Bad Request")
	})
	_, last := asked(t, address, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false)
	if want := "text/plain; charset=utf-8 400 Bad Request"; last != want {
		t.Errorf("got %s", last)
	}
}

// TestHalfClosedCallerGetsItsAnswer: soon, and late, which takes an interim answer.
func TestHalfClosedCallerGetsItsAnswer(t *testing.T) {
	t.Parallel()
	address := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late" {
			select {
			case <-time.After(1500 * time.Millisecond):
			case <-r.Context().Done():
				t.Error("the caller counts as gone")
			}
		}
		_, _ = io.WriteString(w, "answer")
	})
	for path, want := range map[string][]int{"/soon": {200}, "/late": {100, 200}} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			statuses, last := asked(t, address, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n", true)
			if diff := cmp.Diff(want, statuses); diff != "" || !strings.HasSuffix(last, "answer") {
				t.Errorf("%s: %s", last, diff)
			}
		})
	}
}

// TestHalfClosedCallerOfHTTP10: it counts as gone after a second, and gets no interim answer,
// even if it closed its sending side before the handler began.
func TestHalfClosedCallerOfHTTP10(t *testing.T) {
	t.Parallel()
	address := served(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(100 * time.Millisecond) // the end of the input was read by then
		listener.NoteProtocol(r)
		select {
		case <-time.After(10 * time.Second):
			t.Error("the caller does not count as gone")
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, "gone")
	})
	statuses, last := asked(t, address, "GET / HTTP/1.0\r\nHost: x\r\n\r\n", true)
	if diff := cmp.Diff([]int{200}, statuses); diff != "" {
		t.Errorf("%s: %s", last, diff)
	}
}

// TestHalfClosedCallerOfASecondRequest: it gets its answer too, on a connection that it has used.
func TestHalfClosedCallerOfASecondRequest(t *testing.T) {
	t.Parallel()
	address := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/second" {
			select {
			case <-time.After(200 * time.Millisecond):
			case <-r.Context().Done():
				t.Error("the caller counts as gone")
			}
		}
		_, _ = io.WriteString(w, "answer to "+r.URL.Path)
	})
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // everything was read
	in := bufio.NewReader(conn)
	for _, path := range []string{"/first", "/second"} {
		if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if path == "/second" {
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
		}
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || string(body) != "answer to "+path {
			t.Errorf("%s: %q, %v", path, body, err)
		}
		_ = response.Body.Close() // it was read to its end
	}
}

// TestGoneCallerEndsTheRequest: a caller that has closed its connection is noticed.
func TestGoneCallerEndsTheRequest(t *testing.T) {
	t.Parallel()
	began, ended := make(chan struct{}), make(chan error, 1)
	address := served(t, func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		<-r.Context().Done()
		ended <- context.Cause(r.Context())
	})
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-began
	_ = conn.Close() // what it returns does not matter to the server
	if err := <-ended; err == nil {
		t.Error("no cause")
	}
}

// TestKeepAlive: a connection serves one request after the other, bodies included.
func TestKeepAlive(t *testing.T) {
	t.Parallel()
	address := served(t, func(w http.ResponseWriter, r *http.Request) {
		listener.NoteProtocol(r)
		_, _ = io.Copy(w, r.Body)
	})
	request := "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
	statuses, last := asked(t, address, request+request+request, true)
	if diff := cmp.Diff([]int{200, 200, 200}, statuses); diff != "" || !strings.HasSuffix(last, "abc") {
		t.Errorf("%s: %s", last, diff)
	}
}
