package openapi

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/gen"
	document "github.com/sipfacade/sipfacade/internal/openapi"
	"github.com/sipfacade/sipfacade/internal/openapi/openapitest"
)

// served returns the document.
func served(t *testing.T) *document.Document {
	t.Helper()
	read := &document.Document{}
	if err := document.Read(gen.OpenAPI, read); err != nil {
		t.Fatal(err)
	}
	return read
}

// TestEveryOperation: each operation documents its success and its errors, and names its
// parameters as JSON does.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	lowerCamel := regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)
	read := served(t)
	for path, item := range read.Paths {
		for verb, operation := range item {
			name := operation.OperationID
			if got, want := slices.Sorted(maps.Keys(operation.Responses)), []string{"200", "4XX", "default"}; !slices.Equal(got, want) {
				t.Errorf("%s answers %q", name, got)
			}
			for _, parameter := range operation.Parameters {
				if parameter.Ref == "" && !lowerCamel.MatchString(parameter.Name) {
					t.Errorf("%s has a parameter %s", name, parameter.Name)
				}
			}
			if operation.Summary == "" || len(operation.Tags) != 1 || operation.Security == nil {
				t.Errorf("%s lacks a summary, a tag or its credentials", name)
			}
			if body := operation.RequestBody; (body != nil) != (verb == "post" || verb == "patch") {
				t.Errorf("%s %s: body %v", verb, path, body)
			}
		}
	}
}

// TestSharedParameters: what makes writes safe is where the calls take it.
func TestSharedParameters(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"GetSipApp":           "explain",
		"ListSipApps":         "explain",
		"CreateSipApp":        "validateOnly requestId idempotencyKey explain",
		"UpdateSipApp":        "validateOnly ifMatch explain",
		"DeleteSipApp":        "validateOnly ifMatch explain",
		"DeletePbxUserDevice": "validateOnly explain",
		"AddPbxGroupUsers":    "validateOnly requestId idempotencyKey explain",
		"RemovePbxGroupUsers": "validateOnly explain",
	}
	got := map[string]string{}
	for _, item := range served(t).Paths {
		for _, operation := range item {
			var shared []string
			for _, parameter := range operation.Parameters {
				if name, ok := strings.CutPrefix(parameter.Ref, "#/components/parameters/"); ok {
					shared = append(shared, name)
				}
			}
			if _, asked := want[operation.OperationID]; asked {
				got[operation.OperationID] = strings.Join(shared, " ")
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestSchemas: members of some schemas, one for each kind of rule.
func TestSchemas(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"SipConnectionUpdate.port":               `{"type":"integer","format":"int32","minimum":1024,"maximum":65535}`,
		"SipConnectionUpdate.ip":                 `{"type":["string","null"],"format":"ipv4"}`,
		"SipConnectionUpdate.subdomain":          `{"type":["string","null"],"minLength":3,"maxLength":255}`,
		"SipConnectionUpdate.active":             `{"type":"boolean"}`,
		"SipConnectionUpdate.name":               `{"type":"string","minLength":1,"maxLength":255}`,
		"SipDomainUpdate.sipAppUuid":             `{"type":["string","null"],"format":"uuid"}`,
		"SipConnectionUpdate.tnLeases":           `{"type":"object","additionalProperties":true,"readOnly":true}`,
		"SipConnectionUpdate.etag":               `{"type":"string","maxLength":128}`,
		"SipConnection.class4IngressTrunkId":     `{"type":"string","format":"int64","pattern":"^-?[0-9]+$","readOnly":true}`,
		"SipConnection.createTime":               `{"type":"string","format":"date-time","readOnly":true}`,
		"SipUserInviteUpdate.expireTime":         `{"type":["string","null"],"format":"date-time"}`,
		"OutboundVoiceProfileCreate.maxRate":     `{"type":"number","format":"double","minimum":0}`,
		"PbxUser.password":                       `absent`,
		"PbxUserCreate.password":                 `{"type":"string","minLength":1,"maxLength":255,"writeOnly":true}`,
		"PbxUserUpdate.pin":                      `{"type":["string","null"],"maxLength":255,"writeOnly":true}`,
		"PbxUserUpdate.login":                    `{"type":"string","readOnly":true}`,
		"PbxUser.additionalFields":               `{"type":"object","additionalProperties":{"type":"string"},"readOnly":true}`,
		"PbxGroupUpdate.callerNameFormat":        `{"type":["string","null"],"pattern":"^([^{]|[{](displayName|srcPhoneNumber|dgrpName)[}])*$"}`,
		"PbxQueueMember.ringStrategy":            `{"$ref":"#/components/schemas/PbxRingStrategy"}`,
		"AddPbxGroupUsersRequest.userIds":        `{"type":"array","items":{"type":"integer","format":"int64","minimum":1,"maximum":4294967295},"minItems":1,"maxItems":1000,"uniqueItems":true}`,
		"AddPbxGroupUsersRequest.groupId":        `{"type":"integer","format":"int64","minimum":1,"maximum":4294967295,"readOnly":true}`,
		"TrunkSettingsInput.otherSettings":       `{"type":"object","additionalProperties":true}`,
		"SipAppUpdate.class4EgressTrunkSettings": `{"anyOf":[{"$ref":"#/components/schemas/TrunkSettingsInput"},{"type":"null"}]}`,
	}
	got := map[string]string{}
	for where := range want {
		got[where] = member(t, served(t), where)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// member returns a member of a schema without its description.
func member(t *testing.T, read *document.Document, where string) string {
	t.Helper()
	name, property, _ := strings.Cut(where, ".")
	found := read.Components.Schemas[name].Properties.Get(property)
	if found == nil {
		return "absent"
	}
	found.Description = ""
	wrapped, err := (&document.Document{Components: document.Components{Schemas: map[string]*document.Schema{"it": found}}}).Write()
	if err != nil {
		t.Fatal(err)
	}
	var compact struct {
		Components struct {
			Schemas struct {
				It json.RawMessage `json:"it"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(wrapped, &compact); err != nil {
		t.Fatal(err)
	}
	return string(regexp.MustCompile(`\n\s*|(": )`).ReplaceAllFunc(compact.Components.Schemas.It, func(space []byte) []byte {
		return []byte(strings.TrimSpace(string(space)))
	}))
}

// TestUpdatesAcceptWhatWasRead: the body of every update may be the resource as a Get answers
// it, and may not have a member that is not known.
func TestUpdatesAcceptWhatWasRead(t *testing.T) {
	t.Parallel()
	checker, err := openapitest.New(gen.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(examplesFile)
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]example{}
	if err := json.Unmarshal(text, &examples); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, item := range served(t).Paths {
		update, get := item["patch"], item["get"]
		if update == nil || examples[get.OperationID].Answer == nil {
			continue
		}
		checked++
		shown := examples[get.OperationID]
		if problems := checker.CheckRequest(patch(t, get, shown, shown.Answer)); len(problems) > 0 {
			t.Errorf("%s does not accept what was read: %q", update.OperationID, problems)
		}
		foreign := append([]byte(`{"colour":"red",`), shown.Answer[1:]...)
		if problems := checker.CheckRequest(patch(t, get, shown, foreign)); len(problems) == 0 {
			t.Errorf("%s accepts a member that is not known", update.OperationID)
		}
	}
	if checked < 10 {
		t.Errorf("%d updates were checked", checked)
	}
}

// patch returns an update of what a Get answered.
func patch(t *testing.T, get *document.Operation, shown example, body []byte) openapitest.Exchange {
	t.Helper()
	path := operationsOf(t)[get.OperationID].path
	for name, value := range shown.Parameters {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		path = strings.ReplaceAll(path, "{"+name+"}", strings.Trim(string(text), `"`))
	}
	return openapitest.Exchange{Request: &http.Request{Method: http.MethodPatch, URL: &url.URL{Path: path}}, RequestBody: body}
}
