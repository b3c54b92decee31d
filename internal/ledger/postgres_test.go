package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/sipfacade/sipfacade/internal/ledger/postgrestest"
)

// sql executes a statement on a database.
func sql(t *testing.T, database, statement string, arguments ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	must(t, err)
	_, err = conn.Exec(t.Context(), statement, arguments...)
	must(t, err)
	must(t, conn.Close(t.Context()))
}

// TestReplicas lets replicas repeat the same request ids at once and counts what they
// would send.
func TestReplicas(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	var replicas []*Ledger
	for range 4 {
		replicas = append(replicas, open(t, database, Options{}))
	}
	const ids = 25
	var sent [ids]atomic.Int64
	var all sync.WaitGroup
	for i := range ids * 8 {
		all.Go(func() {
			id := i % ids
			answer, err := repeat(t.Context(), replicas[i%len(replicas)], strconv.Itoa(id), &sent[id])
			if err != nil || answer != strconv.Itoa(id) {
				t.Errorf("request id %d got %q, %v", id, answer, err)
			}
		})
	}
	all.Wait()
	for id := range sent {
		if got := sent[id].Load(); got != 1 {
			t.Errorf("request id %d was sent %d times", id, got)
		}
	}
}

// repeat claims until there is an answer, and counts what it would send. The answer is
// the request id.
func repeat(ctx context.Context, l *Ledger, id string, sent *atomic.Int64) (string, error) {
	for {
		attempt, err := l.Claim(ctx, key(id), []byte("content of "+id))
		if err != nil {
			return "", err
		}
		switch attempt.Outcome {
		case InProgress:
			continue
		case Replay:
			return string(attempt.Answer), nil
		case Fresh:
			sent.Add(1)
			return id, attempt.Succeeded(ctx, []byte(id), Resource{"apps", id})
		default:
			return "", fmt.Errorf("unexpected outcome %s", attempt.Outcome)
		}
	}
}

// TestReplicaDies expects that another replica reconciles 15 seconds after the last
// heartbeat, by the clock of the database.
func TestReplicaDies(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	dying, err := Open(t.Context(), database, Options{Key: testKey})
	must(t, err)
	mustClaim(t, dying, "request-1", "content", Fresh)
	must(t, dying.Close())
	other := open(t, database, Options{})
	mustClaim(t, other, "request-1", "content", InProgress)
	sql(t, database, `UPDATE sipfacade_ledger SET beat = beat - interval '17 seconds'`)
	repeat := mustClaim(t, other, "request-1", "content", Reconcile)
	if repeat.SinceEnd < 2*time.Second || repeat.SinceEnd > time.Minute {
		t.Errorf("ended %s ago", repeat.SinceEnd)
	}
}

// TestClaimsOfDifferentContent lets claims of one key race that do not share a lock.
func TestClaimsOfDifferentContent(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	l := open(t, database, Options{})
	for range 10 {
		sql(t, database, `DELETE FROM sipfacade_ledger`)
		var fresh, others atomic.Int64
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				attempt, err := l.Claim(t.Context(), key("request-1"), []byte(strconv.Itoa(i)))
				switch {
				case err != nil:
					t.Error(err)
				case attempt.Outcome == Fresh:
					fresh.Add(1)
				case attempt.Outcome == Reused:
					others.Add(1)
				}
			})
		}
		all.Wait()
		if fresh.Load() != 1 || others.Load() != 19 {
			t.Fatalf("%d fresh, %d reused", fresh.Load(), others.Load())
		}
	}
}

// TestClaimWaitsForSibling lets a claim meet another transaction that is about to
// reconcile an entry of the same content.
func TestClaimWaitsForSibling(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	l := open(t, database, Options{})
	reconcilable(t, l, "request-1", "content")
	conn, err := pgx.Connect(t.Context(), database)
	must(t, err)
	t.Cleanup(func() { must(t, conn.Close(context.Background())) })
	tx, err := conn.Begin(t.Context())
	must(t, err)
	_, err = tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock($1)`, lockOf(l.keys.content(key("request-2"), []byte("content"))))
	must(t, err)
	claimed := make(chan Outcome, 1)
	go func() {
		attempt, err := l.Claim(t.Context(), key("request-2"), []byte("content"))
		if err != nil {
			t.Error(err)
			attempt = &Attempt{}
		}
		claimed <- attempt.Outcome
	}()
	for waiting := 0; waiting == 0; {
		must(t, tx.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&waiting))
		if len(claimed) > 0 {
			t.Fatalf("the claim did not wait: %s", <-claimed)
		}
	}
	_, err = tx.Exec(t.Context(), `UPDATE sipfacade_ledger SET phase = 'reconciling', beat = clock_timestamp()`)
	must(t, err)
	must(t, tx.Commit(t.Context()))
	if got := <-claimed; got != InProgress {
		t.Errorf("%s while a sibling is reconciled", got)
	}
}

// TestPutOverwritesOnlyWhatWasRead expects that an entry that came or changed since it
// was read stays.
func TestPutOverwritesOnlyWhatWasRead(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	l := open(t, database, Options{})
	attempt := mustClaim(t, l, "request-1", "content", Fresh)
	stored, _ := l.store.(*postgres)
	for name, before := range map[string][]byte{"none": nil, "another": bytes.Repeat([]byte{1}, 16)} {
		err := pgx.BeginFunc(t.Context(), stored.pool, func(tx pgx.Tx) error {
			return put(t.Context(), tx, attempt.entry, before)
		})
		if !errors.Is(err, errRaced) {
			t.Errorf("%s was read: %v", name, err)
		}
	}
	must(t, pgx.BeginFunc(t.Context(), stored.pool, func(tx pgx.Tx) error {
		return put(t.Context(), tx, attempt.entry, attempt.entry.Token[:])
	}))
}

// TestSchemaIsMadeOnce opens many replicas on an empty database at once.
func TestSchemaIsMadeOnce(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			l, err := Open(t.Context(), database, Options{Key: testKey, timeout: time.Minute})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(l.Check(t.Context()), l.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var version int
	conn, err := pgx.Connect(t.Context(), database)
	must(t, err)
	must(t, conn.QueryRow(t.Context(), `SELECT version FROM sipfacade_ledger_schema`).Scan(&version))
	must(t, conn.Close(t.Context()))
	if diff := cmp.Diff(len(migrations()), version); diff != "" {
		t.Error(diff)
	}
}

func TestOpenPostgresRefuses(t *testing.T) {
	t.Parallel()
	newer := newDatabase(t)
	l, err := Open(t.Context(), newer, Options{Key: testKey})
	must(t, err)
	must(t, l.Close())
	sql(t, newer, `UPDATE sipfacade_ledger_schema SET version = version + 1`)
	_, err = Open(t.Context(), newer, Options{Key: testKey})
	wantError(t, err, errNewerSchema)

	wrong, err := url.Parse(newer)
	must(t, err)
	wrong.User = url.UserPassword("test", "hunter2")
	if _, err := Open(t.Context(), wrong.String(), Options{Key: testKey}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a wrong password: %v", err)
	}
	wrong, _ = url.Parse(newer)
	wrong.Path = "absent"
	if _, err := Open(t.Context(), wrong.String(), Options{Key: testKey}); err == nil {
		t.Error("a database that does not exist was opened")
	}
}

// TestPostgresUnreachable uses an address that accepts connections and never answers.
func TestPostgresUnreachable(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, silent.Close()) })
	l := open(t, "postgres://user:hunter2@"+silent.Addr().String()+"/d?sslmode=disable", Options{timeout: operationTimeout})
	for name, operation := range map[string]func() error{
		"claim": func() error {
			_, err := l.Claim(t.Context(), key("request-1"), nil)
			return err
		},
		"claimed": func() error {
			_, err := l.Claimed(t.Context(), Resource{"apps", "1"})
			return err
		},
		"check": func() error { return l.Check(t.Context()) },
	} {
		began := time.Now()
		err := operation()
		wantError(t, err, ErrUnavailable)
		if strings.Contains(err.Error(), "hunter2") {
			t.Error(err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

// TestPostgresRestarts stops the server between a claim and its answer.
func TestPostgresRestarts(t *testing.T) {
	t.Parallel()
	server := postgrestest.ForTest(t)
	database, err := server.NewDatabase(t.Context(), "restarts")
	must(t, err)
	l := open(t, database, Options{})
	must(t, mustClaim(t, l, "request-1", "content", Fresh).Succeeded(t.Context(), []byte("answer"), Resource{}))
	attempt := mustClaim(t, l, "request-2", "content", Fresh)
	server.Halt()
	wantError(t, attempt.Succeeded(t.Context(), nil, Resource{}), ErrUnavailable)
	_, err = l.Claim(t.Context(), key("request-3"), nil)
	wantError(t, err, ErrUnavailable)

	// A ledger that is opened meanwhile works as soon as the server does.
	late := open(t, database, Options{})
	wantError(t, late.Check(t.Context()), ErrUnavailable)
	must(t, server.Run(t.Context()))
	must(t, late.Check(t.Context()))
	must(t, l.Check(t.Context()))
	mustClaim(t, late, "request-1", "content", Replay)
	sql(t, database, `UPDATE sipfacade_ledger SET beat = beat - interval '15 seconds'`)
	mustClaim(t, late, "request-2", "content", Reconcile)
}

// TestPostgresIsSealed looks at everything that the table has.
func TestPostgresIsSealed(t *testing.T) {
	t.Parallel()
	database := newDatabase(t)
	l := open(t, database, Options{})
	attempt := mustClaim(t, l, "request-in-the-clear", "content-in-the-clear", Fresh)
	must(t, attempt.Succeeded(t.Context(), []byte("answer-in-the-clear"), Resource{"scope", "resource-in-the-clear"}))
	conn, err := pgx.Connect(t.Context(), database)
	must(t, err)
	var row string
	must(t, conn.QueryRow(t.Context(), `SELECT encode(id || content || answer || resource || token, 'escape') FROM sipfacade_ledger`).Scan(&row))
	must(t, conn.Close(t.Context()))
	if strings.Contains(row, "in-the-clear") || len(row) < 100 {
		t.Errorf("the row is %q", row)
	}
}
