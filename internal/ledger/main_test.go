package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sipfacade/sipfacade/internal/ledger/postgrestest"
)

// childVariable names the file that a child process writes to until it is killed.
const childVariable = "LEDGER_TEST_CHILD"

// sharedServer starts the one PostgreSQL server of these tests.
var sharedServer = sync.OnceValues(func() (*postgrestest.Server, error) {
	return postgrestest.Start(context.Background())
})

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		os.Exit(writeUntilKilled(path))
	}
	code := m.Run()
	if server, err := sharedServer(); err == nil {
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// newDatabase returns the URL of an empty database for the test.
func newDatabase(t testing.TB) string {
	t.Helper()
	server, err := sharedServer()
	postgrestest.Require(t, err)
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '-' || r == ' ' || r == ',' {
			return '_'
		}
		return r
	}, t.Name())
	url, err := server.NewDatabase(t.Context(), fmt.Sprintf("%.50s_%d", name, time.Now().UnixNano()%1e9))
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// manualClock is a clock that a test moves.
type manualClock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *manualClock {
	return &manualClock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

func (c *manualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *manualClock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

var testKey = []byte("a key of the tests, 32 bytes long")

// open opens a ledger that ends with the test.
func open(t testing.TB, target string, options Options) *Ledger {
	t.Helper()
	if options.Key == nil {
		options.Key = testKey
	}
	if options.timeout == 0 {
		options.timeout = time.Minute // a busy machine must not look like a ledger that is gone
	}
	l, err := Open(t.Context(), target, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// targets opens a ledger of each kind, empty.
func targets() map[string]func(*testing.T, Options) *Ledger {
	return map[string]func(*testing.T, Options) *Ledger{
		"memory":   func(t *testing.T, o Options) *Ledger { return open(t, "memory", o) },
		"file":     func(t *testing.T, o Options) *Ledger { return open(t, "file:"+t.TempDir()+"/ledger", o) },
		"postgres": func(t *testing.T, o Options) *Ledger { return open(t, newDatabase(t), o) },
	}
}

// key is the key of a request id.
func key(id string) Key {
	return Key{Caller: "shop", Credential: "5ca1ab1e", Method: "/sipfacade.v1.SipAppService/CreateSipApp", RequestID: id}
}

// mustClaim claims and wants the outcome.
func mustClaim(t *testing.T, l *Ledger, id, content string, want Outcome) *Attempt {
	t.Helper()
	attempt, err := l.Claim(t.Context(), key(id), []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	if attempt.Outcome != want {
		t.Fatalf("Claim(%s, %s) = %s, want %s", id, content, attempt.Outcome, want)
	}
	return attempt
}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantError wants an error.
func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("error %v, want %v", got, want)
	}
}
