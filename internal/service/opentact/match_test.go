package opentact

import (
	"testing"
	"time"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// TestReconciledCreates: what a create made is found by all that was sent and by its time. A
// row that leaves one of them out proves nothing, and neither does an answer that is no list.
func TestReconciledCreates(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	request := &pb.CreateSipUserInviteRequest{SipConnectionUuid: connectionUUID, SipUserInvite: &pb.SipUserInvite{Name: new("Desk")}}
	const made = `"uuid":"` + inviteUUID + `","created_on":"2026-05-04T12:00:01.000Z"`
	for name, c := range map[string]struct {
		payload string
		found   int
		fails   bool
	}{
		"what was made":               {`[{` + made + `,"name":"Desk"}]`, 1, false},
		"beside others":               {`[{` + made + `,"name":"Desk"},{"uuid":"` + otherUUID + `","name":"Other"}]`, 1, false},
		"beside a doubtful one":       {`[{` + made + `,"name":"Desk"},{"uuid":"` + otherUUID + `"}]`, 1, false},
		"another name":                {`[{` + made + `,"name":"Other"}]`, 0, false},
		"an older one":                {`[{"uuid":"` + inviteUUID + `","created_on":"2026-05-04T11:58:00.000Z","name":"Desk"}]`, 0, false},
		"an older one without a name": {`[{"uuid":"` + inviteUUID + `","created_on":"2026-05-04T11:58:00.000Z"}]`, 0, false},
		"the clock is behind":         {`[{"uuid":"` + inviteUUID + `","created_on":"2026-05-04T11:59:10.000Z","name":"Desk"}]`, 1, false},
		"none":                        {`[]`, 0, false},
		"a page of none":              {`{"total":0,"data":[]}`, 0, false},
		"no time":                     {`[{"uuid":"` + inviteUUID + `","name":"Desk"}]`, 0, true},
		"no name":                     {`[{` + made + `}]`, 0, true},
		"bare UUIDs":                  {`["` + inviteUUID + `"]`, 0, true},
		"null":                        {`null`, 0, true},
		"an empty object":             {`{}`, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vendor{answers: map[string]string{"GET connection/" + connectionUUID + "/invites": success(c.payload)}}
			rule := backendOf(t, v).Rules()[pb.SipConnectionService_CreateSipUserInvite_FullMethodName]
			found, err := rule.Find(t.Context(), request, since)
			if len(found) != c.found || (err != nil) != c.fails {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}
