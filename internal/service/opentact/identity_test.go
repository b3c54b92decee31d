package opentact

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestReadOfAnother: an answer about another resource is refused, and one that leaves the key
// out is about the one that was asked for.
func TestReadOfAnother(t *testing.T) {
	t.Parallel()
	want := &pb.SipConnection{Uuid: connectionUUID, Name: new("HQ")}
	check(t, "its own", want, connectionFrom(t, `{"uuid":"`+strings.ToUpper(connectionUUID)+`","name":"HQ"}`))
	check(t, "no UUID", want, connectionFrom(t, `{"name":"HQ"}`))
	check(t, "an empty UUID", want, connectionFrom(t, `{"uuid":"","name":"HQ"}`))
	s, _ := serviceOf(t, map[string]string{"GET connection/" + connectionUUID: success(`{"uuid":"` + otherUUID + `","name":"HQ"}`)})
	_, err := s.GetSipConnection(t.Context(), &pb.GetSipConnectionRequest{Uuid: connectionUUID})
	if failure := failureOf(t, err); failure.Kind != upstream.KindBadResponse || failure.Operation() != "GetSIPConnectionByUUID" {
		t.Error(failure)
	}
}

// TestUpdateShowsAnother: what an update answers about another resource is not shown.
func TestUpdateShowsAnother(t *testing.T) {
	t.Parallel()
	const route = "connection/" + connectionUUID
	const another = `{"uuid":"` + otherUUID + `","name":"Other"}`
	for name, c := range map[string]struct {
		written, read string
		ip            *string
		reads         int
	}{
		"its own":                 {`{"uuid":"` + connectionUUID + `","name":"HQ","ip":"192.0.2.1"}`, "", new("192.0.2.1"), 0},
		"no UUID":                 {`{"name":"HQ","ip":"192.0.2.1"}`, "", new("192.0.2.1"), 0},
		"another":                 {another, `{"name":"HQ","ip":"192.0.2.2"}`, new("192.0.2.2"), 1},
		"another, and read again": {another, another, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, v := serviceOf(t, map[string]string{"PATCH " + route: success(c.written), "GET " + route: success(c.read)})
			updated, err := s.UpdateSipConnection(t.Context(), &pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: connectionUUID, Name: new("HQ")}})
			if err != nil {
				t.Fatal(err)
			}
			want := &pb.SipConnection{Uuid: connectionUUID, Name: new("HQ"), Ip: c.ip}
			if diff := cmp.Diff(want, updated.GetSipConnection(), etagtest.Ignore()); diff != "" || len(v.seen) != 1+c.reads {
				t.Errorf("after %v: %s", v.seen, diff)
			}
		})
	}
}

// TestCreateShowsNoUUID: what a create answers without a UUID is looked for.
func TestCreateShowsNoUUID(t *testing.T) {
	t.Parallel()
	const route = "connection/" + connectionUUID + "/invites"
	made := `{"uuid":"` + inviteUUID + `","name":"Desk","created_on":"` + time.Now().UTC().Format(time.RFC3339) + `"}`
	for payload, uuid := range map[string]string{"[" + made + "]": inviteUUID, "[]": ""} {
		s, v := serviceOf(t, map[string]string{"POST " + route: success(`{"name":"Desk"}`), "GET " + route: success(payload)})
		created, err := s.CreateSipUserInvite(t.Context(), &pb.CreateSipUserInviteRequest{SipConnectionUuid: connectionUUID, SipUserInvite: &pb.SipUserInvite{Name: new("Desk")}})
		if err != nil || created.GetSipUserInvite().GetUuid() != uuid || created.GetSipUserInvite().GetName() != "Desk" || len(v.seen) != 2 {
			t.Errorf("%v, %v after %v", created, err, v.seen)
		}
	}
}

// TestAssignedHolder: a lease has the holder that the vendor states. If it states none, it has
// the one that it was assigned to, unless the list of that one says otherwise.
func TestAssignedHolder(t *testing.T) {
	t.Parallel()
	const route, rest = "connection/" + connectionUUID + "/tnlease", `"autorenew":true`
	const lease = `{"uuid":"` + inviteUUID + `",` + rest + `}`
	const elsewhere = `{"uuid":"` + inviteUUID + `",` + rest + `,"sip_connection":{"uuid":"` + otherUUID + `"}}`
	here, there := new(connectionUUID), new(otherUUID)
	for name, c := range map[string]struct {
		posted, listed string // an empty list cannot be read
		holder         *string
	}{
		"shown":                          {`[` + lease + `]`, `[]`, here},
		"shown elsewhere":                {`[` + elsewhere + `]`, `[` + lease + `]`, there},
		"none shown, listed":             {`[]`, `[` + lease + `]`, here},
		"none shown, listed elsewhere":   {`[]`, `[` + elsewhere + `]`, there},
		"none shown, not listed":         {`[]`, `[]`, nil},
		"none shown, others listed":      {`[]`, `["` + otherUUID + `"]`, nil},
		"none shown, cannot be read":     {`[]`, ``, here},
		"none shown, null listed":        {`[]`, `null`, here},
		"none shown, itself listed":      {`[]`, `{"uuid":"` + connectionUUID + `","name":"HQ"}`, here},
		"the UUID, listed":               {`["` + inviteUUID + `"]`, `[` + lease + `]`, here},
		"the UUID, not listed":           {`["` + inviteUUID + `"]`, `[]`, nil},
		"the UUID, cannot be read":       {`["` + inviteUUID + `"]`, ``, here},
		"the UUID, listed elsewhere":     {`["` + inviteUUID + `"]`, `[` + elsewhere + `]`, there},
		"another's UUID, and not listed": {`[` + lease + `,"` + otherUUID + `"]`, `[]`, here},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := serviceOf(t, map[string]string{"POST " + route: success(c.posted), "GET " + route: success(c.listed)})
			answer, err := s.AssignSipConnectionTnLeases(t.Context(), &pb.AssignSipConnectionTnLeasesRequest{
				SipConnectionUuid: connectionUUID, AddTnLeaseUuids: []string{inviteUUID},
			})
			if err != nil || len(answer.GetTnLeases()) == 0 {
				t.Fatal(answer, err)
			}
			first := answer.GetTnLeases()[0]
			if diff := cmp.Diff(c.holder, first.SipConnectionUuid); diff != "" || first.GetUuid() != inviteUUID {
				t.Errorf("%v: %s", first, diff)
			}
		})
	}
}
