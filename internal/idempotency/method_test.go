package idempotency

import (
	"net/url"
	"slices"
	"testing"

	"google.golang.org/protobuf/reflect/protoregistry"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/service/infinity"
	"github.com/sipfacade/sipfacade/internal/service/opentact"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/upstream"
	vendor "github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// TestReconciliationRules: each write that can happen twice takes request ids and has a rule,
// which says by what its effect is recognised, unless nothing shows it.
func TestReconciliationRules(t *testing.T) {
	t.Parallel()
	services := contract.Services(protoregistry.GlobalFiles)
	client := vendor.New(vendor.Options{Options: upstream.Options{BaseURL: &url.URL{Scheme: "https", Host: "vendor.example"}}})
	ofOpentact := opentact.Backend{Vendor: client}.Rules()
	known, err := methodsOf(services, []reconcile.Rules{ofOpentact, infinity.Backend{}.Rules()})
	if err != nil {
		t.Fatal(err)
	}
	unreadable := []string{pb.SipAppService_ExecuteCallFlow_FullMethodName}
	for name, method := range known {
		if rule := method.rule; rule.Route == nil || rule.Route.Action.Class() != upstream.Once || !slices.Contains([]string{"opentact", "infinity"}, rule.Vendor) {
			t.Errorf("%s: the rule is of the vendor %q and the route %v", name, rule.Vendor, rule.Route)
		}
		if shown := !slices.Contains(unreadable, name); shown != (method.rule.Find != nil) || shown != (method.rule.Compared != "") {
			t.Errorf("%s is compared by %q", name, method.rule.Compared)
		}
	}
	if _, err := methodsOf(services, []reconcile.Rules{ofOpentact}); err == nil {
		t.Error("methods without rules are accepted")
	}
}
