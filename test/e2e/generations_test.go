package e2e

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// SIP domains that the emulator has from the start: one with users, and one that nothing
// uses.
const (
	someDomain  = "hq.northwind.example.com"
	spareDomain = "spare.northwind.example.com"
)

// serviceOfInfinity is the name of the service of Infinity, whose API has no generations.
const serviceOfInfinity = "PbxConfigService"

// ofInfinity reports whether Infinity serves an RPC.
func ofInfinity(rpc string) bool { return strings.HasPrefix(rpc, serviceOfInfinity+".") }

// vendorOf is the name of the vendor that serves an RPC.
func vendorOf(rpc string) string {
	if ofInfinity(rpc) {
		return infinity.Vendor
	}
	return opentact.Vendor
}

// routesOf are the routes of the vendor that serves an RPC. Both vendors have operations of
// the same name.
func routesOf(rpc string) []*upstream.Route {
	if ofInfinity(rpc) {
		return infinity.Routes()
	}
	return opentact.Routes()
}

// generationsOf are the generations of OpenTACT's API that serve an RPC, the first one
// first. An RPC of Infinity has one run only.
func generationsOf(t testing.TB, rpc string) (served []int) {
	t.Helper()
	method, err := methodOf(rpc)
	if err != nil {
		t.Fatal(err)
	}
	for _, generation := range opentactapi.Generations() {
		if servedIn(method, generation) && (len(served) == 0 || !ofInfinity(rpc)) {
			served = append(served, int(generation))
		}
	}
	return served
}

// servedIn reports whether a generation serves a method.
func servedIn(method protoreflect.MethodDescriptor, generation opentactapi.Generation) bool {
	for _, call := range mapping.OpenTACT.Calls {
		if call.Service == string(method.Parent().Name()) && call.Method == string(method.Name()) {
			return call.In.Has(generation)
		}
	}
	return true
}

// TestGenerationsOf: what other tests are run in.
func TestGenerationsOf(t *testing.T) {
	t.Parallel()
	for rpc, want := range map[string][]int{
		"SipConnectionService.GetSipConnection": {1, 2, 3},
		"SipConnectionService.CreateSipUser":    {2, 3},
		"PbxConfigService.GetPbxUser":           {1},
	} {
		if got := generationsOf(t, rpc); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", rpc, got, want)
		}
	}
}
