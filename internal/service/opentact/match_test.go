package opentact

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream"
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
		"an element that is empty":    {`[{}]`, 0, true},
		"an element that is null":     {`[null]`, 0, true},
		"an element that is text":     {`["abc"]`, 0, true},
		"nothing that is known":       {`[{"x":1}]`, 0, true},
		"beside an empty one":         {`[{` + made + `,"name":"Desk"},{}]`, 0, true},
		"no page":                     {`{"total":0,"data":null}`, 0, true},
		"a later page":                {`{"data":[],"skip":5,"total":0}`, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vendor{answers: map[string]string{"GET connection/" + connectionUUID + "/invites": success(c.payload)}}
			rule := backendOf(t, v).Rules()[pb.SipConnectionService_CreateSipUserInvite_FullMethodName]
			found, err := rule.Find(t.Context(), request, since)
			if (err != nil) != c.fails || err == nil && len(found) != c.found {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}

// TestReconciledSettings: a create is recognised by the settings that reads show. What they
// leave out or write in another form makes it no other resource.
func TestReconciledSettings(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	type settings = map[string]any
	for name, c := range map[string]struct {
		sent   settings
		stored string
		found  int
		fails  bool
	}{
		"all":                        {settings{"call_limit": 10.0, "codecs": []any{"PCMU"}}, `{"call_limit":10,"codecs":["PCMU"]}`, 1, false},
		"more":                       {settings{"call_limit": 10.0, "t": settings{"a": true}}, `{"call_limit":10,"t":{"a":true,"b":1},"cps":5}`, 1, false},
		"another":                    {settings{"call_limit": 10.0}, `{"call_limit":11}`, 0, false},
		"another type":               {settings{"t": settings{"a": 1.0}}, `{"t":7}`, 0, false},
		"another in a list":          {settings{"codecs": []any{"PCMU"}}, `{"codecs":["PCMA"]}`, 0, false},
		"a longer list":              {settings{"codecs": []any{"PCMU"}}, `{"codecs":["PCMU","PCMA"]}`, 0, false},
		"another and one is missing": {settings{"call_limit": 10.0, "cps": 5.0}, `{"call_limit":11}`, 0, false},
		"one is missing":             {settings{"call_limit": 10.0, "cps": 5.0}, `{"call_limit":10}`, 0, true},
		"one below is missing":       {settings{"t": []any{settings{"a": 1.0, "b": 2.0}}}, `{"t":[{"a":1}]}`, 0, true},
		"none is shown":              {settings{"call_limit": 10.0}, `null`, 0, true},
		"no settings":                {settings{}, `null`, 1, false},
		"only a password":            {settings{"password": "x"}, `{"password":"x"}`, 1, false},
		"a password below":           {settings{"reg_user": []any{settings{"username": "u", "password": "pw"}}}, `{"reg_user":[{"username":"u","password":"pw"}]}`, 1, false},
		"a password in a text":       {settings{"note": "password=hunter2"}, `{"note":"password=hunter2"}`, 1, false},
		"a password in a URL":        {settings{"url": "http://user:pw@h/x"}, `{"url":"http://user:pw@h/x"}`, 1, false},
		"a password in another text": {settings{"password": "swordfish", "note": "it is swordfish"}, `{"note":"it is [redacted]"}`, 0, true},
		"a large number":             {settings{"n": 12345678901234567.0, "m": -1e20, "e": 1e21}, `{"n":12345678901234568,"m":-100000000000000000000,"e":1e+21}`, 1, false},
		"another large number":       {settings{"n": 12345678901234567.0}, `{"n":12345678901234560}`, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object, err := structpb.NewStruct(c.sent)
			if err != nil {
				t.Fatal(err)
			}
			request := &pb.CreateSipConnectionRequest{SipConnection: &pb.SipConnection{
				Name: new("HQ"), Class4IngressTrunkSettings: &pb.TrunkSettings{OtherSettings: object},
			}}
			row := `{"uuid":"` + connectionUUID + `","created_on":"2026-05-04T12:00:01.000Z","name":"HQ","class4_ingress_trunk_settings":` + c.stored + `}`
			v := &vendor{answers: map[string]string{"GET connection": success("[" + row + "]"), "GET connection/" + connectionUUID: success(row)}}
			rule := backendOf(t, v).Rules()[pb.SipConnectionService_CreateSipConnection_FullMethodName]
			found, err := rule.Find(t.Context(), request, since)
			if len(found) != c.found || (err != nil) != c.fails {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}

// TestReconciledAssignments: that a number was taken away is only believed of a list that
// proves it.
func TestReconciledAssignments(t *testing.T) {
	t.Parallel()
	const lease, other = `{"uuid":"` + inviteUUID + `","tn":{"tn":12085687492}}`, `{"uuid":"` + otherUUID + `"}`
	for payload, c := range map[string]struct {
		removed, added int
		fails          bool
	}{
		`[]`:                             {1, 0, false},
		`[` + other + `]`:                {1, 0, false},
		`[` + lease + `]`:                {0, 1, false},
		`["` + inviteUUID + `"]`:         {0, 1, false},
		`{"total":0,"data":[]}`:          {1, 0, false},
		`null`:                           {fails: true},
		`{}`:                             {fails: true},
		`[{}]`:                           {fails: true},
		`[null]`:                         {fails: true},
		`["abc"]`:                        {fails: true},
		`[{"tn":{"tn":12085687492}}]`:    {fails: true},
		`{"total":3,"data":null}`:        {fails: true},
		`{"total":0,"skip":1,"data":[]}`: {fails: true},
	} {
		t.Run(payload, func(t *testing.T) {
			t.Parallel()
			v := &vendor{answers: map[string]string{"GET connection/" + connectionUUID + "/tnlease": success(payload)}}
			rule := backendOf(t, v).Rules()[pb.SipConnectionService_AssignSipConnectionTnLeases_FullMethodName]
			removed, err := rule.Find(t.Context(), &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: connectionUUID, RemoveTnLeaseUuids: []string{inviteUUID}}, time.Time{})
			if len(removed) != c.removed || (err != nil) != c.fails {
				t.Errorf("removed: %v, %v", removed, err)
			}
			added, err := rule.Find(t.Context(), &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: connectionUUID, AddTnLeaseUuids: []string{inviteUUID}}, time.Time{})
			if len(added) != c.added || (err != nil) != c.fails {
				t.Errorf("added: %v, %v", added, err)
			}
		})
	}
}

// TestNotListed: that an invite is not there is only believed of a list that proves it.
func TestNotListed(t *testing.T) {
	t.Parallel()
	for payload, kind := range map[string]upstream.Kind{
		`[]`: upstream.KindNotListed, `[{"uuid":"` + otherUUID + `"}]`: upstream.KindNotListed, `{"data":[]}`: upstream.KindNotListed,
		`null`: upstream.KindBadResponse, `{}`: upstream.KindBadResponse, `[{}]`: upstream.KindBadResponse,
		`{"data":null,"total":4}`: upstream.KindBadResponse, `{"data":[],"skip":4}`: upstream.KindBadResponse,
	} {
		s, _ := serviceOf(t, map[string]string{"GET connection/" + connectionUUID + "/invites": success(payload)})
		_, err := s.GetSipUserInvite(t.Context(), &pb.GetSipUserInviteRequest{SipConnectionUuid: connectionUUID, Uuid: inviteUUID})
		if failure := failureOf(t, err); failure.Kind != kind {
			t.Errorf("%s: %v", payload, failure)
		}
	}
}
