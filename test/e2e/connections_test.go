package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// frames is a connection to the gRPC listener that speaks HTTP/2 by hand.
type frames struct {
	*http2.Framer
}

// dialFrames opens a connection that is closed with the test.
func (f *facade) dialFrames(t *testing.T) frames {
	t.Helper()
	conn, err := net.Dial("tcp", f.server.Address("grpc"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // the server may have closed it
	if _, err := conn.Write([]byte(http2.ClientPreface)); err != nil {
		t.Fatal(err)
	}
	made := frames{http2.NewFramer(conn, conn)}
	if err := made.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return made
}

// call begins a call with a message, and with metadata of so many bytes.
func (f frames) call(t *testing.T, method string, metadataBytes int) {
	t.Helper()
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for name, value := range map[string]string{
		":method": "POST", ":scheme": "http", ":path": method, ":authority": "localhost",
	} {
		encode(t, encoder, name, value)
	}
	encode(t, encoder, "content-type", "application/grpc")
	encode(t, encoder, "te", "trailers")
	encode(t, encoder, "x-filler", strings.Repeat("~", metadataBytes)) // is not compressed
	first, rest := block.Bytes()[:min(block.Len(), 16<<10)], block.Bytes()[min(block.Len(), 16<<10):]
	err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: first, EndHeaders: len(rest) == 0})
	for len(rest) > 0 && err == nil {
		next := rest[:min(len(rest), 16<<10)]
		rest = rest[len(next):]
		err = f.WriteContinuation(1, len(rest) == 0, next)
	}
	if err == nil {
		err = f.WriteData(1, true, framed(0, nil))
	}
	if err != nil {
		t.Logf("the server stopped reading: %v", err) // what it answered decides
	}
}

func encode(t *testing.T, encoder *hpack.Encoder, name, value string) {
	t.Helper()
	if err := encoder.WriteField(hpack.HeaderField{Name: name, Value: value}); err != nil {
		t.Fatal(err)
	}
}

// until reads frames until one fits; false if the connection ends before.
func (f frames) until(fits func(http2.Frame) bool) bool {
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return false
		}
		if fits(frame) {
			return true
		}
	}
}

func isAnswer(frame http2.Frame) bool {
	headers, ok := frame.(*http2.HeadersFrame)
	return ok && headers.StreamID == 1
}

const listConnections = "/sipfacade.v1.SipConnectionService/ListSipConnections"

// TestMetadataIsBounded: a call with 12 KiB of metadata is served, one with 24 KiB
// costs no more than its own refusal.
func TestMetadataIsBounded(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(`{"success":true,"payload":[]}`)).url(), withToken())
	small := f.dialFrames(t)
	small.call(t, listConnections, 12<<10)
	if !small.until(isAnswer) {
		t.Error("a call with 12 KiB of metadata got no answer")
	}
	large := f.dialFrames(t)
	large.call(t, listConnections, 24<<10)
	if large.until(isAnswer) {
		t.Error("a call with 24 KiB of metadata was answered")
	}
}

// TestHeadersAreBounded: a request with 60 KiB of headers is read and lacks its body, one with
// 72 KiB is refused.
func TestHeadersAreBounded(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(`{"success":true,"payload":[]}`)).url(), withToken())
	for kib, want := range map[int]int{60: http.StatusBadRequest, 72: http.StatusRequestHeaderFieldsTooLarge} {
		status, body := f.get(t, "http", "/v1/sip-connections", "localhost", http.Header{"X-Filler": {strings.Repeat("~", kib<<10)}})
		if refused := strings.Contains(body, `"REQUEST_TOO_LARGE"`); status != want || refused != (want != http.StatusBadRequest) {
			t.Errorf("%d KiB of headers: %d %.200s", kib, status, body)
		}
	}
}

// TestPingsDoNotEndCalls: a client may ask for signs of life while a write is under
// way.
func TestPingsDoNotEndCalls(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := startFacade(t, startVendor(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-release
		json200(`{"success":true,"payload":[]}`)(w, r)
	})).url(), withToken())
	conn := f.dialFrames(t)
	conn.call(t, listConnections, 0)
	const pings = 5
	go func() {
		ticker := time.NewTicker(1100 * time.Millisecond) // at most one a second is what the server asks for
		defer ticker.Stop()
		for n := range pings {
			<-ticker.C
			if err := conn.WritePing(false, [8]byte{byte(n)}); err != nil {
				t.Error(err)
			}
		}
		close(release)
	}()
	if !conn.until(isAnswer) {
		t.Error("the pings ended the connection")
	}
}

// TestLargeBodyIsAnswered: a caller that sends all of a body before it reads is told that
// it is too large.
func TestLargeBodyIsAnswered(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(good+"}")).url(), withToken())
	const size = 6 << 20
	for name, request := range map[string]string{
		"with its length": fmt.Sprintf("Content-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size)),
		"in one chunk":    fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, strings.Repeat("x", size)),
	} {
		conn, err := net.Dial("tcp", f.server.Address("http"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() }) // the server may have closed it
		if _, err := io.WriteString(conn, "POST /v1/sip-connections HTTP/1.1\r\nHost: localhost\r\n"+request); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_ = response.Body.Close() // the status is all that counts
		if response.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %s", name, response.Status)
		}
	}
}
