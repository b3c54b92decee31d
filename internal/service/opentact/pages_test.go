package opentact

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
)

// TestPagesOfInvites: each row of a page has its own values, although rows of which there is
// no need are read over.
func TestPagesOfInvites(t *testing.T) {
	t.Parallel()
	const rows = 400
	uuid := func(number int) string { return fmt.Sprintf("3b2f6a50-93f5-4a52-8d0c-%012d", number) }
	payload := make([]string, rows)
	for i, number := range rand.New(rand.NewPCG(1, 2)).Perm(rows) {
		token := ""
		if number%3 != 0 {
			token = fmt.Sprintf(`,"token":"token %d"`, number)
		}
		payload[i] = fmt.Sprintf(`{"uuid":%q,"name":"Desk %04d"%s}`, uuid(number), number, token)
	}
	s, _ := serviceOf(t, map[string]string{"GET connection/" + connectionUUID + "/invites": success("[" + strings.Join(payload, ",") + "]")})
	request, next := &pb.ListSipUserInvitesRequest{SipConnectionUuid: connectionUUID, PageSize: 70, OrderBy: "name", Filter: `name != "Desk 0007"`}, 0
	for {
		page, err := s.ListSipUserInvites(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range page.GetSipUserInvites() {
			if next == 7 {
				next++
			}
			want := &pb.SipUserInvite{Uuid: uuid(next), SipConnectionUuid: new(connectionUUID), Name: new(fmt.Sprintf("Desk %04d", next))}
			if next%3 != 0 {
				want.Token = new(fmt.Sprintf("token %d", next))
			}
			if diff := cmp.Diff(want, got, etagtest.Ignore()); diff != "" {
				t.Fatal(diff)
			}
			next++
		}
		if request.PageToken = page.GetNextPageToken(); request.GetPageToken() == "" {
			break
		}
	}
	if next != rows {
		t.Errorf("%d rows", next)
	}
}
