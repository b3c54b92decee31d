package list_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/testing/protocmp"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/status"
)

// TestProblems: what is told without preparing a query is what preparing one would
// tell, but for the page token.
func TestProblems(t *testing.T) {
	t.Parallel()
	row := (&sipfacadev1.SipUserInvite{}).ProtoReflect().Descriptor()
	for name, c := range map[string]struct {
		request *sipfacadev1.ListSipUserInvitesRequest
		fields  []string
	}{
		"nothing":         {&sipfacadev1.ListSipUserInvitesRequest{}, nil},
		"all of it right": {&sipfacadev1.ListSipUserInvitesRequest{PageSize: 10, Filter: `name = "x"`, OrderBy: "name desc"}, nil},
		"size":            {&sipfacadev1.ListSipUserInvitesRequest{PageSize: -1}, []string{"page_size"}},
		"filter":          {&sipfacadev1.ListSipUserInvitesRequest{Filter: `nome = "x" AND age > 3`}, []string{"filter", "filter"}},
		"filter's syntax": {&sipfacadev1.ListSipUserInvitesRequest{Filter: `name = (`}, []string{"filter"}},
		"order":           {&sipfacadev1.ListSipUserInvitesRequest{OrderBy: "name up, name, , bogus"}, []string{"order_by", "order_by", "order_by"}},
		"a long order":    {&sipfacadev1.ListSipUserInvitesRequest{OrderBy: strings.Repeat("n", 2000)}, []string{"order_by"}},
		"everything":      {&sipfacadev1.ListSipUserInvitesRequest{PageSize: -1, Filter: "bogus = 1", OrderBy: "bogus"}, []string{"page_size", "filter", "order_by"}},
	} {
		got := list.Problems(c.request, row)
		var fields []string
		for _, problem := range got {
			fields = append(fields, problem.GetField())
		}
		if diff := cmp.Diff(c.fields, fields); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		c.request.PageToken = "bogus"
		_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t), c.request, "uuid")
		want := slices.DeleteFunc(status.Violations(err), func(v *errdetails.BadRequest_FieldViolation) bool { return v.GetField() == "page_token" })
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
