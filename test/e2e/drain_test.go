package e2e

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/config"
)

// shortDrain ends calls soon after the server is asked to stop.
func shortDrain(c *config.Config) { c.DrainTimeout = 200 * time.Millisecond }

// underWay makes every call over both protocols, stops the server when all of them
// have reached the vendor, and returns what callers got.
func (f *facade) underWay(t *testing.T, arrived <-chan struct{}) map[string]outcome {
	t.Helper()
	var all sync.WaitGroup
	t.Cleanup(all.Wait)
	var mu sync.Mutex
	got := map[string]outcome{}
	ended := make(chan struct{}, 2*len(actions()))
	for _, way := range f.protocols() {
		for _, a := range actions() {
			c := mustCall(t, a.rpc, a.request)
			all.Go(func() {
				defer func() { ended <- struct{}{} }()
				made, err := way.call(t.Context(), c)
				if err != nil {
					t.Errorf("%s %s: %v", way.name(), a.name, err)
				}
				mu.Lock()
				defer mu.Unlock()
				got[way.name()+" "+a.name] = made
			})
		}
	}
	waitForArrivals(t, arrived, ended)
	f.stop()
	all.Wait()
	return got
}

// waitForArrivals returns when every call has reached the vendor. It fails the test when
// more calls have ended than arrived: one of them failed on its way.
func waitForArrivals(t *testing.T, arrived, ended <-chan struct{}) {
	t.Helper()
	for there, over := 0, 0; there < cap(ended); {
		select {
		case <-arrived:
			there++
		case <-ended:
			over++
		}
		if over > there+len(arrived) {
			t.Fatalf("a call ended before it reached the vendor, which received %d of %d", there, cap(ended))
		}
	}
}

// arrivals reports each request that reaches the vendor before it is answered.
func arrivals(next http.Handler) (http.HandlerFunc, <-chan struct{}) {
	arrived := make(chan struct{}, 100)
	return func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		next.ServeHTTP(w, r)
	}, arrived
}

// TestDrainDeadlineAnswersWhatIsKnown: calls that outlast the drain answer what is
// known of them. An open health Watch does not shorten their time.
func TestDrainDeadlineAnswersWhatIsKnown(t *testing.T) {
	t.Parallel()
	handler, arrived := arrivals(hangs(t))
	f := startChanged(t, startVendor(t, handler).url(), shortDrain, withToken())
	watch, err := grpc_health_v1.NewHealthClient(f.conn).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != nil {
		t.Fatal(err)
	}
	for name, made := range f.underWay(t, arrived) {
		want := wantError{Code: codeName{codes.Unknown}, Reason: "OUTCOME_UNKNOWN", Metadata: map[string]string{"delivery": "UNKNOWN"}}
		if name == "grpc read" || name == "json read" {
			want = wantError{Code: codeName{codes.Unavailable}, Reason: "SHUTTING_DOWN", Metadata: map[string]string{"delivery": ""}}
		}
		for _, problem := range want.check(made) {
			t.Errorf("%s: %s", name, problem)
		}
	}
	for err == nil {
		_, err = watch.Recv()
	}
	if grpcstatus.Code(err) != codes.Unavailable {
		t.Errorf("the watch ended with %v", err)
	}
}

// openStreams opens a health Watch and a stream of reflection, both of which outlast every
// call, and returns what waits for their ends.
func (f *facade) openStreams(t *testing.T) (ends func() map[string]error) {
	t.Helper()
	watch := f.watchHealth(t, "")
	nextHealth(t, watch)
	reflection, err := grpc_reflection_v1.NewServerReflectionClient(f.conn).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ask := &grpc_reflection_v1.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{}}
	if err := reflection.Send(ask); err != nil {
		t.Fatal(err)
	}
	if _, err := reflection.Recv(); err != nil {
		t.Fatal(err)
	}
	return func() map[string]error {
		_, reflected := reflection.Recv()
		var watched error
		for watched == nil { // it may tell first that the server does not serve
			_, watched = watch.Recv()
		}
		return map[string]error{"watch": watched, "reflection": reflected}
	}
}

// TestDrainEndsStreamsFirst: open streams end at once, while the calls of both protocols that
// are in flight have all of their time, which neither takes from the other.
func TestDrainEndsStreamsFirst(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	handler, arrived := arrivals(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		w.WriteHeader(http.StatusBadRequest)
	}))
	f := startChanged(t, startVendor(t, handler).url(), func(c *config.Config) { c.DrainTimeout = time.Minute }, withToken())
	ends := f.openStreams(t)
	go func() {
		for name, err := range ends() { // the calls are not over: the vendor still holds them
			if grpcstatus.Code(err) != codes.Unavailable {
				t.Errorf("the %s ended with %v", name, err)
			}
		}
		close(release)
	}()
	for name, made := range f.underWay(t, arrived) {
		want := wantError{Code: codeName{codes.InvalidArgument}, Reason: "UPSTREAM_VALIDATION"}
		for _, problem := range want.check(made) {
			t.Errorf("%s: %s", name, problem)
		}
	}
	steps := []string{"1. ", "2. ", "3. ", "4. ", "5. ", "6. ", "7. "}
	for line := range strings.Lines(f.logs.String()) {
		if len(steps) > 0 && strings.Contains(line, `"step":"`+steps[0]) {
			steps = steps[1:]
		}
	}
	if len(steps) > 0 {
		t.Errorf("the log lacks the steps %q", steps)
	}
}

// TestDrainLetsCallsFinish: a call that ends within the drain is answered as always.
func TestDrainLetsCallsFinish(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	handler, arrived := arrivals(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		w.WriteHeader(http.StatusBadRequest)
	}))
	f := startFacade(t, startVendor(t, handler).url(), withToken())
	go func() {
		defer close(release)
		f.logs.wait(t, "3. end the streams") // the step before the one that lets calls finish
	}()
	for name, made := range f.underWay(t, arrived) {
		want := wantError{Code: codeName{codes.InvalidArgument}, Reason: "UPSTREAM_VALIDATION"}
		for _, problem := range want.check(made) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}
