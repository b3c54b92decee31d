package infinity

import (
	"testing"
	"time"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// TestOlderRowsAreNotTaken: a row with the natural key of what was sent is what the create
// made, unless it was there long before and shows something else.
func TestOlderRowsAreNotTaken(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	request := &pb.CreatePbxUserRequest{DomainId: 1, PbxUser: &pb.PbxUser{Login: new("joe"), DisplayName: new("Joe"), Pin: new("1234")}}
	for name, c := range map[string]struct {
		row  string
		want int
	}{
		"what was made":                     {`{"userId":"3","user":"joe","displayName":"Joe","createDatetime":"2026-05-04 12:00:01"}`, 1},
		"the vendor's clock is behind":      {`{"userId":"3","user":"joe","displayName":"Joe R.","createDatetime":"2026-05-04 11:59:10"}`, 1},
		"no time":                           {`{"userId":"3","user":"joe","displayName":"Joe R."}`, 1},
		"an old one that shows the same":    {`{"userId":"3","user":"joe","displayName":"Joe","createDatetime":"2019-05-04 12:00:00"}`, 1},
		"an old one that shows less":        {`{"userId":"3","user":"joe","createDatetime":"2019-05-04 12:00:00"}`, 1},
		"an old one that shows other names": {`{"userId":"3","user":"joe","displayName":"Joe R.","createDatetime":"2019-05-04 12:00:00"}`, 0},
		"another login":                     {`{"userId":"3","user":"jo","displayName":"Joe","createDatetime":"2026-05-04 12:00:01"}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := pbxClient(t, &pbxVendor{answers: map[string]pbxAnswer{"GET /1/users": ok(c.row)}}, time.UTC)
			rule := backendOf(t, client).Rules()[pb.PbxConfigService_CreatePbxUser_FullMethodName]
			found, err := rule.Find(t.Context(), request, since)
			if err != nil || len(found) != c.want {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}
