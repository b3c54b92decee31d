package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// answered is a call and the file with the vendor's whole answer to it. The files have
// every documented member, each with a value of its own, and `SECRET` in every value
// that must not be shown.
type answered struct {
	answer  string
	rpc     string
	request map[string]any
}

func answeredCalls() map[string]answered {
	parent := map[string]any{"sipConnectionUuid": someConnection}
	invite := map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": map[string]any{"uuid": "14b17e00-0000-4000-8000-000000000006", "name": "Front desk"}}
	lease := map[string]any{"sipConnectionUuid": someConnection, "addTnLeaseUuids": []any{someLease}}
	return map[string]answered{
		"CreateSipUserInvite":               {"CreateSIPUserInvite", "SipConnectionService.CreateSipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": map[string]any{"name": "Front desk"}}},
		"ListSipUserInvites":                {"ListSIPUserInvites", "SipConnectionService.ListSipUserInvites", parent},
		"UpdateSipUserInvite":               {"ModifySIPUserInvite", "SipConnectionService.UpdateSipUserInvite", invite},
		"DeleteSipUserInvite":               {"RemoveSIPUserInviteByUUID", "SipConnectionService.DeleteSipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "uuid": someInvite}},
		"ListSipConnectionTnLeases":         {"GETSIPConnectionTNLeasesList", "SipConnectionService.ListSipConnectionTnLeases", parent},
		"AssignSipConnectionTnLeases":       {"AssignTNLeasesToSIPConnection", "SipConnectionService.AssignSipConnectionTnLeases", lease},
		"AssignSipConnectionTnLeases.uuids": {"AssignTNLeasesToSIPConnection.uuids", "SipConnectionService.AssignSipConnectionTnLeases", lease},
		"GetSipConnection":                  {"GetSIPConnectionByUUID", "SipConnectionService.GetSipConnection", map[string]any{"uuid": "5f1c2b3a-0000-4000-8000-000000000047"}},
		"ListSipConnectionProducts":         {"GetSIPConnectionProductsList", "SipConnectionService.ListSipConnectionProducts", map[string]any{}},
	}
}

// TestFields: every documented member of an answer arrives under its name in the
// contract, and no secret arrives anywhere.
func TestFields(t *testing.T) {
	t.Parallel()
	for name, c := range answeredCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.run(t, name)
		})
	}
}

// run makes the call to a server with further flags, and compares what it answers.
func (c answered) run(t *testing.T, name string, flags ...string) {
	body, err := os.ReadFile("testdata/answers/" + c.answer + ".json")
	if err != nil {
		t.Fatal(err)
	}
	f := startFacade(t, startVendor(t, json200(string(body))).url(), append(flags, withToken())...)
	var shown []string
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, c.rpc, c.request))
		if err != nil || made.status != nil {
			t.Fatalf("%s: want a response, got %v %v", way.name(), made.status, err)
		}
		if strings.Contains(made.raw, secretMark) {
			t.Errorf("%s: the response has a secret: %s", way.name(), made.raw)
		}
		shown = append(shown, indented(t, made.response))
		checkArrived(t, way.name(), c.answer, body, made.response)
	}
	if strings.Contains(f.logs.String(), secretMark) {
		t.Errorf("the log has a secret:\n%s", f.logs)
	}
	if diff := cmp.Diff(shown[0], shown[1]); diff != "" {
		t.Errorf("the protocols show different responses (-grpc +json):\n%s", diff)
	}
	golden(t, "testdata/responses/"+name+".json", shown[0])
}

func indented(t *testing.T, value any) string {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// leftOut has the members of nested objects that the contract leaves out on purpose, by
// the member whose value the object is, or the file whose payload it is; "" means every
// object.
var leftOut = map[string][]string{
	"":                 {"password", "ha1", "ha1b"},
	"account":          {"users", "admin", "messaging_profile_default", "messaging_profiles", "addresses"},
	"time_zone":        {"country_code", "utc_offset", "utc_dst_offset", "latitude", "longitude", "note"},
	"created_by":       {"account", "token"},
	"modified_by":      {"account", "token"},
	"sip_user_invites": {"token"},
	"sipusers":         {"sip_connection", "account", "created_by", "modified_by"},
	"sip_connection":   {"name"}, // of a domain, which shows the UUID only
	"tn":               {"tnlease", "profile"},
	"deep":             {"token"}, // in trunk settings
	"inner":            {"token"}, // in the price of an order

	"GetSIPUser":    {"sip_domain", "account", "created_by", "modified_by"},
	"ListSIPUsers":  {"sip_domain", "account", "created_by", "modified_by"},
	"CreateSIPUser": {"sip_domain", "account", "created_by", "modified_by"},

	"ExecuteSIPControlAppCallExecuteCallFlow": {"meta", "logs", "account"},
	"tnorder": {"tns", "account", "profile", "sip_connection", "sip_control_app", "created_by", "modified_by", "tnleases"},
}

// checkArrived checks that every text and number of the vendor's answer is in the
// response, in the contract's spelling. Nearly all of them are in the answer once, so
// that none hides that another is missing; golden files check their places.
func checkArrived(t *testing.T, way, name string, body []byte, response any) {
	t.Helper()
	var answer map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if object, ok := response.(map[string]any); ok && len(object) == 0 {
		return // a removal shows nothing
	}
	arrived := map[string]bool{}
	eachScalar("", response, nil, func(_, text string) { arrived[text] = true })
	eachScalar("."+name, answer["payload"], leftOut, func(path, text string) {
		if !arrived[spelled(path, text)] {
			t.Errorf("%s: the vendor's%s = %s does not arrive as %s", way, path, text, spelled(path, text))
		}
	})
}

// eachScalar visits the texts and numbers of a value, except below the members that
// are left out.
func eachScalar(path string, value any, skipped map[string][]string, visit func(path, text string)) {
	switch v := value.(type) {
	case string:
		visit(path, v)
	case json.Number:
		visit(path, v.String())
	case float64:
		visit(path, strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		for _, element := range v {
			eachScalar(path, element, skipped, visit)
		}
	case map[string]any:
		holder := path[strings.LastIndexByte(path, '.')+1:]
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !slices.Contains(skipped[holder], name) && !slices.Contains(skipped[""], strings.ToLower(name)) {
				eachScalar(path+"."+name, v[name], skipped, visit)
			}
		}
	}
}

// spelled returns a vendor's value as the contract writes it.
func spelled(path, text string) string {
	words := map[string]string{
		"Proxy Media + Transcoding": "TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING", "Bypass Media": "TRUNK_MEDIA_TYPE_BYPASS_MEDIA",
		"mp3": "mp3", "wav": "wav", "Proxy Media": "TRUNK_MEDIA_TYPE_PROXY_MEDIA",
	}
	switch member := path[strings.LastIndexByte(path, '.')+1:]; {
	case words[text] != "":
		return words[text]
	case member == "dob":
		return text[:len("2006-01-02")]
	case member == "tn":
		return "+" + text
	}
	return text
}

// relationForms returns the forms in which the vendor answers a relation, and whether
// it is present then.
func relationForms() map[string]bool {
	return map[string]bool{
		`null`: false, `{}`: false, `""`: false,
		`"ABCDEF00-0000-4000-8000-00000000000A"`:          true,
		`{"uuid":"abcdef00-0000-4000-8000-00000000000a"}`: true,
	}
}

// TestRelations: each form of each relation of an invite and of a lease.
func TestRelations(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken())
	relations := map[string][]string{
		"ListSipUserInvites":        {"sip_connection:sipConnection", "account:account", "created_by:createdBy", "modified_by:updatedBy"},
		"ListSipConnectionTnLeases": {"account:account", "tnorder:tnOrder", "messaging_profile:messagingProfile", "sip_connection:sipConnection", "sip_control_app:sipApp", "created_by:createdBy", "modified_by:updatedBy"},
	}
	rows := map[string]string{"ListSipUserInvites": "sipUserInvites", "ListSipConnectionTnLeases": "tnLeases"}
	for rpc, members := range relations {
		for form, there := range relationForms() {
			vendor.answer(json200(rowWith(members, form)))
			for _, way := range f.protocols() {
				made, err := way.call(t.Context(), mustCall(t, "SipConnectionService."+rpc, map[string]any{"sipConnectionUuid": someConnection}))
				if err != nil || made.status != nil {
					t.Fatalf("%s %s with %s: want a response, got %v %v", way.name(), rpc, form, made.status, err)
				}
				for _, member := range members {
					_, ours, _ := strings.Cut(member, ":")
					uuid, found := at(made.response, fmt.Sprintf("%s[0].%s.uuid", rows[rpc], ours))
					if found != there || there && uuid != "abcdef00-0000-4000-8000-00000000000a" {
						t.Errorf("%s %s: %s as %s: want it there: %t, got %v", way.name(), rpc, ours, form, there, uuid)
					}
				}
			}
		}
	}
}

// rowWith is a list of one row whose relations all have one form.
func rowWith(members []string, form string) string {
	row := `{"uuid":"` + someInvite + `"`
	for _, member := range members {
		theirs, _, _ := strings.Cut(member, ":")
		row += fmt.Sprintf(`,%q:%s`, theirs, form)
	}
	return `{"success":true,"payload":[` + row + `}]}`
}
