//go:build soak

package soak

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

const (
	// slowReaders is how many connections of each kind never read: so many that all
	// their answers fit the server's budget, and none of them is refused.
	slowReaders = 3
	// cutOffWithin is how long the server may keep such a connection.
	cutOffWithin = 60 * time.Second
	// largeRows rows of largeText bytes are more than the kernel buffers for a
	// connection, which is at most 4 MiB.
	largeRows = 1000
	largeText = 8 << 10
)

// largeLists is an OpenTACT whose list of connections is large.
type largeLists struct {
	http.Handler
	connections []byte
}

func newLargeLists(t *testing.T) largeLists {
	t.Helper()
	emulator := opentact.New(opentact.Options{Seed: true})
	var list struct {
		Success bool             `json:"success"`
		Payload []map[string]any `json:"payload"`
	}
	small := rig.Ask(emulator, "/rest/sip/connection", http.Header{"X-Auth-Token": {opentact.DefaultToken}})
	if err := json.Unmarshal([]byte(small), &list); err != nil || len(list.Payload) == 0 {
		t.Fatalf("the list of connections: %v in %s", err, small)
	}
	like := list.Payload[0]
	list.Payload = nil
	for n := range largeRows {
		row := maps.Clone(like)
		row["uuid"], row["name"] = opentact.ConnectionUUID(1+n), strings.Repeat("x", largeText)
		list.Payload = append(list.Payload, row)
	}
	large, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return largeLists{emulator, large}
}

// ServeHTTP implements http.Handler.
func (l largeLists) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/rest/sip/connection" || r.Method != http.MethodGet {
		l.Handler.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(l.connections) // the server may give up
}

// stuckReaders are connections that request a large list and never read the answer.
type stuckReaders struct {
	mu    sync.Mutex
	kinds []*stuckKind
}

// stuckKind are the connections that do not read in one way.
type stuckKind struct {
	name    string
	address string // of the server
	conns   []net.Conn
}

// dial opens a connection with a small buffer for data that is not read. It is closed
// when the test ends.
func (s *stuckReaders) dial(ctx context.Context, t *testing.T, kind *stuckKind) (net.Conn, error) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", kind.address)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = conn.Close() }) // the server may have closed it
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(4 << 10) // with a larger buffer the test only needs larger answers
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kind.conns = append(kind.conns, conn)
	return conn, nil
}

// openSlowReaders opens the connections, requests the lists, and leaves them unread
// until the test ends.
func openSlowReaders(t *testing.T, at rig.Addresses) *stuckReaders {
	t.Helper()
	s := &stuckReaders{}
	for name, open := range map[string]func(*testing.T, *stuckKind) error{
		"JSON": s.openJSON, "gRPC, unread connections": s.openUnread, "gRPC, windows that stay closed": s.openClosedWindow,
	} {
		kind := &stuckKind{name: name, address: at.GRPC}
		if name == "JSON" {
			kind.address = at.HTTP
		}
		s.kinds = append(s.kinds, kind)
		for range slowReaders {
			if err := open(t, kind); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
	return s
}

// openJSON requests a list and reads nothing.
func (s *stuckReaders) openJSON(t *testing.T, kind *stuckKind) error {
	conn, err := s.dial(t.Context(), t, kind)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(conn, "GET /v1/sip-connections?page_size=%d HTTP/1.1\r\nHost: localhost\r\n\r\n", largeRows)
	return err
}

// openClosedWindow reads the connection and acknowledges pings, and never gives the
// server more than the first window for the answer.
func (s *stuckReaders) openClosedWindow(t *testing.T, kind *stuckKind) error {
	conn, err := s.dial(t.Context(), t, kind)
	if err != nil {
		return err
	}
	framer, err := newFramer(conn)
	if err != nil {
		return err
	}
	if err := writeHeaders(framer, 1, pb.SipConnectionService_ListSipConnections_FullMethodName, 0); err != nil {
		return err
	}
	if err := writeMessage(framer, 1, &pb.ListSipConnectionsRequest{PageSize: largeRows}); err != nil {
		return err
	}
	go func() {
		answerPings(framer)
		_ = conn.Close() // the server ended it, or only the stream
	}()
	return nil
}

// openUnread makes a call on a connection that stops reading once it is ready.
func (s *stuckReaders) openUnread(t *testing.T, kind *stuckKind) error {
	stop, closed := make(chan struct{}), make(chan struct{})
	conn := rig.Dial(t, kind.address, "", grpc.WithInitialWindowSize(16<<20), grpc.WithInitialConnWindowSize(16<<20),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			select {
			case <-stop:
				return nil, net.ErrClosed // one connection for each call
			default:
			}
			conn, err := s.dial(ctx, t, kind)
			return &stoppingConn{Conn: conn, stop: stop, closed: closed}, err
		})).Conn()
	conn.Connect()
	for state := conn.GetState(); state != connectivity.Ready; state = conn.GetState() {
		if !conn.WaitForStateChange(t.Context(), state) {
			return fmt.Errorf("the connection is %s", state)
		}
	}
	close(stop)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		request := &pb.ListSipConnectionsRequest{PageSize: largeRows}
		_, _ = pb.NewSipConnectionServiceClient(conn).ListSipConnections(ctx, request) // it is never answered
	}()
	t.Cleanup(func() { cancel(); close(closed); <-ended })
	return nil
}

// stoppingConn reads until the channel stop is closed.
type stoppingConn struct {
	net.Conn
	stop, closed <-chan struct{}
}

// Read implements net.Conn.
func (c *stoppingConn) Read(p []byte) (int, error) {
	select {
	case <-c.stop:
		<-c.closed
		return 0, net.ErrClosed
	default:
		return c.Conn.Read(p)
	}
}

// await waits until the server has closed all connections, and reports those that it
// has not closed in time.
func (s *stuckReaders) await(t *testing.T, opened time.Time) {
	t.Helper()
	for {
		left, kept := 0, ""
		for _, kind := range s.kinds {
			open := openAtServer(t, kind.address, kind.conns) // no more are dialled
			left += open
			kept += fmt.Sprintf("\n%d of %d: %s", open, len(kind.conns), kind.name)
		}
		if left == 0 {
			t.Logf("all slow readers were cut off within %s", time.Since(opened).Round(time.Second))
			return
		}
		if time.Since(opened) > cutOffWithin {
			t.Errorf("after %s the server still keeps slow readers:%s", cutOffWithin, kept)
			return
		}
		wait(t.Context(), 500*time.Millisecond)
	}
}

// openAtServer returns how many of the connections the server has not closed. The
// client cannot see that, because the end of a connection waits behind what the client
// does not read, so it is read from the kernel's table of sockets.
func openAtServer(t *testing.T, address string, conns []net.Conn) int {
	t.Helper()
	const established = "01"
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Skipf("the sockets of a server can only be read on Linux: %v", err)
	}
	_, port, _ := strings.Cut(address, ":")
	number, _ := strconv.Atoi(port)
	clients := map[string]bool{}
	for _, conn := range conns {
		if client, ok := conn.LocalAddr().(*net.TCPAddr); ok {
			clients[fmt.Sprintf("%04X", client.Port)] = true
		}
	}
	open := 0
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line) // number, local address, remote address, state
		if len(fields) < 4 || !strings.HasSuffix(fields[1], fmt.Sprintf(":%04X", number)) {
			continue
		}
		_, remote, _ := strings.Cut(fields[2], ":")
		if fields[3] == established && clients[remote] {
			open++
		}
	}
	return open
}
