package scale

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"

	"github.com/sipfacade/sipfacade/internal/ledger/postgrestest"
	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// key is what the replicas have in common: of page tokens and etags, and of the ledger.
const key = "0123456789abcdef0123456789abcdef"

// team is two replicas in front of the same vendors.
type team struct {
	replicas [2]*rig.Process
	opentact *rig.Vendor
}

// newTeam starts two replicas that share a ledger.
func newTeam(t *testing.T) *team {
	t.Helper()
	ledger, err := postgrestest.ForTest(t).NewDatabase(t.Context(), "scale")
	if err != nil {
		t.Fatal(err)
	}
	made := &team{opentact: rig.ServeOpenTACT(t, opentact.New(opentact.Options{Seed: true}), true)}
	other := rig.ServeInfinity(t, infinity.New(infinity.Options{Seed: true}), true)
	binary := rig.Build(t)
	for i := range made.replicas {
		made.replicas[i] = rig.StartProcess(t, binary, rig.FreeAddresses(t), made.opentact.Network.Address(), other.Network.Address(),
			rig.StaticToken(), "--page-token-key="+key, "--ledger="+ledger, "--ledger-key="+key)
	}
	return made
}

// balanced returns a channel that spreads calls over the replicas, as clients do that get
// the addresses of all pods from DNS.
func (m *team) balanced(t *testing.T) *grpc.ClientConn {
	t.Helper()
	addresses := manual.NewBuilderWithScheme("replicas")
	addresses.InitialState(resolver.State{Addresses: []resolver.Address{{Addr: m.replicas[0].GRPC}, {Addr: m.replicas[1].GRPC}}})
	return dial(t, "replicas:///", grpc.WithResolvers(addresses), grpc.WithDefaultServiceConfig(`{"loadBalancingConfig":[{"round_robin":{}}]}`))
}

// dial returns a channel that is closed when the test ends.
func dial(t *testing.T, target string, options ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(target, append(options, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDisableRetry())...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // it fails only if it is closed already
	return conn
}

// within is a context for one call.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// calls returns how many calls a replica has answered over a protocol.
func calls(t *testing.T, replica *rig.Process, protocol string) (sum int) {
	t.Helper()
	response, err := http.Get("http://" + replica.Admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "} ")
		if strings.HasPrefix(name, "sipfacade_calls_total{") && strings.Contains(name, `protocol="`+protocol+`"`) {
			count, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			sum += count
		}
	}
	return sum
}

// bothServed holds that each replica has answered calls.
func (m *team) bothServed(t *testing.T, protocol string) {
	t.Helper()
	for i, replica := range m.replicas {
		if calls(t, replica, protocol) == 0 {
			t.Errorf("replica %d has answered no call over %s", i, protocol)
		}
	}
}
