//go:build soak

package soak

import (
	"context"
	"crypto/rand"
	"fmt"
	random "math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/test/faults/rig"
)

const (
	// onceCallers is how many creates are under way at the same time.
	onceCallers = 300
	// mostIdle is how long a caller waits at most between two creates.
	mostIdle = 3 * time.Second
	// giveUpAfter is when a caller gives a create up, which is a failure: far longer than
	// the lease of a claim and the time for which an absence is not believed.
	giveUpAfter = 2 * time.Minute
	// attemptWithin is the deadline of an attempt, hastyWithin that of a few of them.
	attemptWithin, hastyWithin = 20 * time.Second, 20 * time.Millisecond
	hasty                      = 0.005
	// askedAgain: one in so many callers repeats a create that was answered.
	askedAgain = 20
	// shortPause and longPause bound the pause of a caller that is not told how long to wait.
	shortPause, longPause = 50 * time.Millisecond, 500 * time.Millisecond
)

// logical is one create that a caller wants to happen once.
type logical struct {
	number   int
	kind     *onceKind
	mark     string
	request  string
	attempts int
	// answer is the last one; id is that of the resource in it.
	answer rig.Answer
	id     string
	// renewed counts the request ids that the facade could find nothing out about.
	renewed int
	// problem says why the caller stopped without the resource, or what is wrong with it.
	problem string
}

// onceTeam are the callers of one test.
type onceTeam struct {
	kinds    []onceKind
	vendors  map[bool]*journaled // by onceKind.infinity
	replicas []*rig.Facade
	creates  int
	next     atomic.Int64
	done     atomic.Int64

	mu       sync.Mutex
	finished []*logical
}

// newRequestID returns a random UUID.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// nearlyDone reports whether less than one in twenty creates is left.
func (team *onceTeam) nearlyDone() bool { return team.done.Load()*20 >= int64(team.creates)*19 }

// start starts the callers. They end when all creates have been answered.
func (team *onceTeam) start(ctx context.Context, running *sync.WaitGroup) {
	for range onceCallers {
		running.Go(func() {
			for {
				n := int(team.next.Add(1)) - 1
				if n >= team.creates || ctx.Err() != nil {
					return
				}
				wait(ctx, random.N(mostIdle))
				made := team.create(ctx, n)
				team.done.Add(1)
				team.mu.Lock()
				team.finished = append(team.finished, made)
				team.mu.Unlock()
			}
		})
	}
}

// create makes one create. Some callers ask once more when they have the answer.
func (team *onceTeam) create(ctx context.Context, n int) *logical {
	of := kindOfNumber(team.kinds, n)
	made := &logical{number: n, kind: of, mark: markOfNumber(n), request: newRequestID()}
	ctx, cancel := context.WithTimeout(ctx, giveUpAfter)
	defer cancel()
	team.repeat(ctx, made)
	if n%askedAgain == 0 && made.problem == "" {
		first := made.id
		made.id = ""
		team.repeat(ctx, made)
		if made.problem == "" && (made.id != first || made.answer.Replayed != "true") {
			made.problem = "a repeat after the answer got another one than " + first
		}
	}
	return made
}

// repeat repeats a create until it is answered with the resource.
func (team *onceTeam) repeat(ctx context.Context, made *logical) {
	for {
		pause := made.attempt(ctx, team.replicas[random.IntN(len(team.replicas))])
		if made.problem != "" && team.isUnresolved(made) {
			made.problem, made.request = "", newRequestID()
			made.renewed++
		}
		if made.id != "" || made.problem != "" {
			return
		}
		wait(ctx, pause)
		if ctx.Err() != nil {
			made.problem = "it was not answered in time"
			return
		}
	}
}

// isUnresolved reports whether the answer is the one after two attempts that left nothing,
// and whether the vendor really shows nothing. Then a caller has to look at the vendor, as
// this does, and to choose a new request id.
func (team *onceTeam) isUnresolved(made *logical) bool {
	at := team.vendors[made.kind.infinity].note(made.mark, func(*journal) {})
	return made.answer.Reason == "OUTCOME_UNKNOWN" && made.answer.Retry == 0 && at.executed == 0
}

// attempt makes one attempt, over each protocol in turn, and returns how long to wait
// before the next.
func (made *logical) attempt(ctx context.Context, replica *rig.Facade) time.Duration {
	made.attempts++
	within := attemptWithin
	if random.Float64() < hasty {
		within = hastyWithin
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	call := made.kind.call(made.number, made.mark, made.request)
	protocol := replica.Protocols()[(made.number+made.attempts)%2]
	answer, err := protocol.Call(rig.WithHeader(ctx, "Idempotency-Key", made.request), call)
	if err != nil {
		return shortPause + random.N(longPause)
	}
	made.answer = answer
	if answer.Code == codes.OK {
		if made.id = answer.Field(made.kind.answered); made.id == "" || made.id == "0" {
			made.id = unstated
		}
		return 0
	}
	made.problem = broken(answer)
	return pauseAfter(answer)
}

// unstated stands for an id that the answer lacks, because the vendor's answer lacked it.
const unstated = "unstated"

// broken returns why a caller may not repeat a create after an error, or "".
func broken(answer rig.Answer) string {
	switch {
	case answer.Reason == "" && answer.HTTPStatus == 0:
		return "" // the connection ended, or the caller's deadline passed
	case answer.Reason == "CONFLICT" || answer.Code == codes.AlreadyExists:
		return "the vendor was sent it again and refused the duplicate"
	case answer.Delivery == "REJECTED" || answer.Delivery == "NOT_SENT":
		return "" // a repeat is a fresh attempt
	case answer.HTTPStatus != 0 && answer.ShouldRetry != "true":
		return "the answer says that a repeat is not useful"
	case answer.HTTPStatus != 0:
		return ""
	case answer.Retry > 0 && answer.Pushback == strconv.FormatInt(answer.Retry.Round(time.Millisecond).Milliseconds(), 10):
		return ""
	case answer.Pushback == "" && (answer.Code == codes.Unavailable || answer.Code == codes.DeadlineExceeded || answer.Code == codes.Canceled):
		return ""
	}
	return "the answer says that a repeat is not useful"
}

// pauseAfter returns the time that an error tells its caller to wait, or a short one.
func pauseAfter(answer rig.Answer) time.Duration {
	if seconds, err := strconv.Atoi(answer.RetryAfter); err == nil && answer.HTTPStatus != 0 {
		return time.Duration(seconds) * time.Second
	}
	if answer.Retry > 0 {
		return answer.Retry
	}
	return shortPause + random.N(longPause)
}
