package server

import (
	"reflect"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/listener"
	"github.com/sipfacade/sipfacade/internal/status"
)

// TestCallLimit: what is too much ends the oldest call of the connection that has the most.
func TestCallLimit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		calls string // a connection's letter and a digit for each call; behind a minus it leaves
		ended string
	}{
		"all below the limit":             {"a1 a2 b3", ""},
		"the oldest":                      {"a1 a2 a3 a4 a5", "a1 a2"},
		"those who leave do not count":    {"a1 a2 -a1 a3 a4", ""},
		"of the connection with the most": {"b1 a2 a3 a4 a5", "a2 a3"},
		"its own of two with as many":     {"a1 a2 b3 b4", "b3"},
		"its own, if it has the most":     {"a1 b2 b3 b4", "b2"},
		"an ended one leaves":             {"a1 a2 a3 a4 -a1 a5", "a1 a2"},
	} {
		limit, conns, inside := newCallLimit(3), map[byte]*listener.Conn{}, map[string]*limitedCall{}
		var ended []string
		for _, call := range strings.Fields(c.calls) {
			if left, leaves := strings.CutPrefix(call, "-"); leaves {
				limit.leave(inside[left])
				continue
			}
			if conns[call[0]] == nil {
				conns[call[0]] = &listener.Conn{}
			}
			inside[call] = limit.enter(conns[call[0]], func() { ended = append(ended, call) })
		}
		if got := strings.Join(ended, " "); got != c.ended {
			t.Errorf("%s: ended %q, want %q", name, got, c.ended)
		}
		for _, left := range inside {
			limit.leave(left)
		}
		if limit.size != 0 || len(limit.calls) != 0 {
			t.Errorf("%s: %d calls of %d connections are left", name, limit.size, len(limit.calls))
		}
	}
}

// answeredStream keeps what a call is answered.
type answeredStream struct {
	incoming
	answers []*grpcstatus.Status
	trailer metadata.MD
}

func (s *answeredStream) SetTrailer(md metadata.MD) error {
	s.trailer = metadata.Join(s.trailer, md)
	return nil
}

func (s *answeredStream) WriteStatus(answer *grpcstatus.Status) error {
	s.answers = append(s.answers, answer)
	return nil
}

// TestAwaited: a call is ended once, and not any more when its message has arrived: it may have
// been sent then.
func TestAwaited(t *testing.T) {
	t.Parallel()
	ended, refused := &answeredStream{}, errTooMany("calls")
	late := &awaited{stream: ended}
	late.end(refused, "id")
	late.end(errLate(), "id")
	if err := late.arrived(); status.Reason(err) != "CALLER_RATE_LIMITED" || len(ended.answers) != 1 || ended.answers[0].Code() != codes.ResourceExhausted {
		t.Errorf("ended with %v, answered %v", err, ended.answers)
	}
	if want := metadata.Pairs(requestIDHeader, "id", "retry-after", "1", "grpc-retry-pushback-ms", "1000"); !reflect.DeepEqual(ended.trailer, want) {
		t.Errorf("the trailer is %v, want %v", ended.trailer, want)
	}
	served := &answeredStream{}
	inTime := &awaited{stream: served}
	err := inTime.arrived()
	inTime.end(refused, "id")
	if err != nil || len(served.answers) != 0 || served.trailer.Len() != 0 {
		t.Errorf("%v; a call whose message has arrived was answered %v", err, served.answers)
	}
}
