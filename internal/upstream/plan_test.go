package upstream

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sipfacade/sipfacade/internal/explain"
	"github.com/sipfacade/sipfacade/internal/secret"
)

// wantExchanges compares what was recorded, without the times.
func wantExchanges(t *testing.T, recorder *explain.Recorder, want ...explain.Exchange) {
	t.Helper()
	got, more := recorder.Exchanges()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(explain.Exchange{}, "Took"), cmpopts.EquateEmpty()); diff != "" || more != 0 {
		t.Errorf("recorded (-want +got), and %d more:\n%s", more, diff)
	}
}

// sent is the record of a call of callOf that was answered the status.
func sent(action Action, attempt, status int) explain.Exchange {
	call, route := callOf(action), routes[action]
	return explain.Exchange{
		Vendor: "vendor", Operation: route.Operation, Method: route.Method, Path: strings.Replace(route.Path, "{id}", "1", 1),
		Body: string(call.Body), Status: status, Attempt: attempt,
	}
}

// TestRecord: every request that is sent is recorded, in order and with its own status.
func TestRecord(t *testing.T) {
	t.Parallel()
	everyAction(t, func(t *testing.T, action Action) {
		var requests atomic.Int64
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1); r.Header.Get("X-Token") != "good" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = io.WriteString(w, `{"success":false,"status":404}`)
		})
		ctx, recorder := explain.NewContext(t.Context())
		_ = failureOf(t, pipelineTo(t, server.URL, &plain{token: "old", renewed: []string{"good"}}).Do(ctx, callOf(action)))
		wantExchanges(t, recorder, sent(action, 1, 401), sent(action, 2, 200))
	})
}

// TestRecordRetries: a read that is tried again has one exchange for each attempt, and
// those without an answer have status 0.
func TestRecordRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := sequence(hangUp, unavailable, good)
		pipeline, stop := pipelineOf(t, answers)
		defer stop()
		ctx, recorder := explain.NewContext(t.Context())
		if err := pipeline.Do(ctx, callOf(Read)); err != nil {
			t.Fatal(err)
		}
		wantExchanges(t, recorder, sent(Read, 1, 0), sent(Read, 2, 503), sent(Read, 3, 200))
	})
}

// TestRecordNoAnswer: a request whose answer never comes has status 0 and the time that it
// was waited for.
func TestRecordNoAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := piped(silent("HTTP/1.1 200"))
		pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) { o.Transport, o.Timeout = transport, 5*time.Second })
		ctx, recorder := explain.NewContext(t.Context())
		_ = failureOf(t, pipeline.Do(ctx, callOf(Create)))
		want := sent(Create, 1, 0)
		want.Took = 5 * time.Second
		got, _ := recorder.Exchanges()
		if diff := cmp.Diff([]explain.Exchange{want}, got); diff != "" {
			t.Error(diff)
		}
		transport.CloseIdleConnections()
		synctest.Wait()
	})
}

// TestRecordNothing: what is not sent is not recorded: calls that cannot be built, and
// those that get no credential.
func TestRecordNothing(t *testing.T) {
	t.Parallel()
	refuse := func(context.Context) error { return CredentialMissing("vendor") }
	for name, call := range map[string]func(*Pipeline, context.Context, *Call) error{"do": (*Pipeline).Do, "plan": (*Pipeline).Plan} {
		ctx, recorder := explain.NewContext(t.Context())
		broken := callOf(Create)
		broken.Parameters = nil
		pipeline := pipelineTo(t, "http://127.0.0.1:1", &plain{})
		if failure := failureOf(t, call(pipeline, ctx, broken)); failure.Kind != KindInternal {
			t.Errorf("%s: %v", name, failure)
		}
		pipeline = pipelineTo(t, "http://127.0.0.1:1", &plain{authorize: refuse})
		if failure := failureOf(t, call(pipeline, ctx, callOf(Create))); failure.Kind != KindCredentialMissing || failure.Delivery() != NotSent {
			t.Errorf("%s: %v", name, failure)
		}
		wantExchanges(t, recorder)
	}
}

// TestPlan: a planned call is authorized and recorded, and nothing is sent.
func TestPlan(t *testing.T) {
	t.Parallel()
	everyAction(t, func(t *testing.T, action Action) {
		server := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("received %s %s", r.Method, r.URL) })
		authorized := 0
		dialect := &plain{authorize: func(context.Context) error {
			authorized++
			return nil
		}}
		pipeline := pipelineTo(t, server.URL, dialect)
		ctx, recorder := explain.NewContext(t.Context())
		call := callOf(action)
		call.Query = "a=b"
		for _, ctx := range []context.Context{t.Context(), ctx} {
			if err := pipeline.Plan(ctx, call); err != nil {
				t.Error(err)
			}
		}
		want := sent(action, 0, 0)
		want.Query, want.Planned = "a=b", true
		wantExchanges(t, recorder, want)
		if authorized != 2 {
			t.Errorf("authorized %d times, want 2", authorized)
		}
	})
}

// TestPlanEnded: a call whose time is over is not planned.
func TestPlanEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ctx, recorder := explain.NewContext(ctx)
	failure := failureOf(t, pipelineTo(t, "http://127.0.0.1:1", &plain{}).Plan(ctx, callOf(Create)))
	if failure.Kind != KindCallerCancelled || failure.Sent {
		t.Errorf("got %v", failure)
	}
	wantExchanges(t, recorder)
}

// TestRecordShowsNoSecret: what is recorded has no secret, in whichever form and place the
// request has it.
func TestRecordShowsNoSecret(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	for writing, write := range writings {
		t.Run(writing, func(t *testing.T) {
			t.Parallel()
			for _, value := range []string{sentPassword, sentToken, sentPIN} {
				for _, call := range secretCalls(write(value)) {
					ctx := secret.WithValues(t.Context(), func() []string { return []string{sentPIN} })
					ctx, recorder := explain.NewContext(ctx)
					if err := pipelineTo(t, server.URL, &signedIn{}).Do(ctx, call); err != nil {
						t.Fatal(err)
					}
					checkNoSecret(t, recorder)
				}
			}
		})
	}
}

// secretCalls are calls that have a text in their path, in their query and in their body.
func secretCalls(text string) []*Call {
	inPath, inQuery, inBody := callOf(Read), callOf(Read), callOf(Create)
	inPath.Parameters = []string{"a " + text + " b"}
	inQuery.Query = "filter=" + writings["query"](text)
	inBody.Body = []byte(`{"display":` + quoted("x "+text+" y") + `}`)
	return []*Call{inPath, inQuery, inBody}
}

// checkNoSecret checks that something was recorded and that it shows no secret.
func checkNoSecret(t *testing.T, recorder *explain.Recorder) {
	t.Helper()
	exchanges, _ := recorder.Exchanges()
	values := recorder.Values("x-vendor-call", 1<<20)
	if len(exchanges) != 1 || len(values) != 1 {
		t.Fatalf("recorded %d exchanges, %d values", len(exchanges), len(values))
	}
	e := exchanges[0]
	for _, text := range []string{e.Path, e.Query, e.Body, values[0]} {
		if leak := leaks(text); leak != "" {
			t.Errorf("%s in %s", leak, text)
		}
	}
}

// TestRecordRedactsByName: members and parameters that are named like secrets are
// redacted, though their values are not known as secrets. All else is shown as it is sent.
func TestRecordRedactsByName(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })
	for name, c := range map[string]struct{ query, body, wantQuery, wantBody string }{
		"form": {
			"", "user=ada&password=correct+horse&pin=4711&displayName=Ada+K%C3%B6nig",
			"", "user=ada&password=[redacted]&pin=[redacted]&displayName=Ada+K%C3%B6nig",
		},
		"form with indexes": {"", "users%5B0%5D%5Bpin%5D=4711&a=b", "", "users%5B0%5D%5Bpin%5D=[redacted]&a=b"},
		"JSON": {
			"", `{"name":"x","pin":4711,"trunk":{"auth_pass":"a\"b","port":5060}}`,
			"", `{"name":"x","pin":"[redacted]","trunk":{"auth_pass":"[redacted]","port":5060}}`,
		},
		"query": {"sort[]=name-asc&token=abc", "", "sort[]=name-asc&token=[redacted]", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := callOf(Create)
			call.Query, call.Body = c.query, []byte(c.body)
			ctx, recorder := explain.NewContext(t.Context())
			if err := pipelineTo(t, server.URL, &plain{}).Do(ctx, call); err != nil {
				t.Fatal(err)
			}
			want := sent(Create, 1, 200)
			want.Query, want.Body = c.wantQuery, c.wantBody
			wantExchanges(t, recorder, want)
		})
	}
}

// TestNoRecordIsFree: a call that is not explained makes no record.
func TestNoRecordIsFree(t *testing.T) {
	a := newAttempt(&execution{Pipeline: pipelineTo(t, "http://vendor.example", &plain{}), call: callOf(Create)})
	if a.recorder != nil {
		t.Fatal("there is a recorder")
	}
	allocated := testing.AllocsPerRun(100, func() { a.record(explain.Exchange{Attempt: 1}).End(200) })
	if allocated != 0 {
		t.Errorf("%v allocations", allocated)
	}
}
