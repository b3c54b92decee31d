package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// methodNamed finds a call of the contract.
func methodNamed(t *testing.T, name string) protoreflect.MethodDescriptor {
	t.Helper()
	services, err := contractServices()
	if err != nil {
		t.Fatal(err)
	}
	for _, service := range services {
		if method := service.Methods().ByName(protoreflect.Name(name)); method != nil {
			return method
		}
	}
	t.Fatalf("the contract has no %s", name)
	return nil
}

func TestLines(t *testing.T) {
	t.Parallel()
	const base = "http://127.0.0.1:8080/v1"
	for name, c := range map[string]struct {
		call    string
		request map[string]any
		grpcurl string
		curl    string
	}{
		"a list of everything": {"ListSipApps", map[string]any{},
			"grpcurl -plaintext 127.0.0.1:9090 sipfacade.v1.SipAppService/ListSipApps",
			"curl -s " + base + "/sip-apps"},
		"a list with a filter": {"ListSipApps", map[string]any{"filter": `name = "Ward's"`, "pageSize": 2},
			`grpcurl -plaintext -d '{"page_size":2,"filter":"name = \"Ward'\''s\""}' 127.0.0.1:9090 sipfacade.v1.SipAppService/ListSipApps`,
			"curl -sG " + base + `/sip-apps --data-urlencode 'filter=name = "Ward'\''s"' --data-urlencode 'pageSize=2'`},
		"an update": {"UpdatePbxUser", map[string]any{"domainId": 1, "pbxUser": map[string]any{"userId": 3, "displayName": "P"}},
			`grpcurl -plaintext -d '{"domain_id":1,"pbx_user":{"user_id":3,"display_name":"P"}}' 127.0.0.1:9090 sipfacade.v1.PbxConfigService/UpdatePbxUser`,
			"curl -s -X PATCH " + base + `/pbx/domains/1/users/3 -d '{"displayName":"P"}'`},
		"a call with a verb": {"AddPbxGroupUsers", map[string]any{"domainId": 1, "groupId": 7, "userIds": []int{4}},
			`grpcurl -plaintext -d '{"domain_id":1,"group_id":7,"user_ids":[4]}' 127.0.0.1:9090 sipfacade.v1.PbxConfigService/AddPbxGroupUsers`,
			"curl -s " + base + `/pbx/domains/1/groups/7/users:add -d '{"userIds":[4]}'`},
		"a dry run of a delete": {"DeletePbxUser", map[string]any{"domainId": 1, "userId": 26, "validateOnly": true},
			`grpcurl -plaintext -d '{"domain_id":1,"user_id":26,"validate_only":true}' 127.0.0.1:9090 sipfacade.v1.PbxConfigService/DeletePbxUser`,
			"curl -s -X DELETE '" + base + "/pbx/domains/1/users/26?validateOnly=true'"},
		"a dry run of a create": {"CreateSipApp", map[string]any{"sipApp": map[string]any{"name": "N"}, "validateOnly": true},
			`grpcurl -plaintext -d '{"sip_app":{"name":"N"},"validate_only":true}' 127.0.0.1:9090 sipfacade.v1.SipAppService/CreateSipApp`,
			"curl -s '" + base + `/sip-apps?validateOnly=true' -d '{"name":"N"}'`},
	} {
		method := methodNamed(t, c.call)
		request, err := (&example{Request: c.request}).message(method)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		grpcurl, _ := grpcurlLine(method, request)
		curl, err := curlLine(method, request)
		if diff := cmp.Diff([]string{c.grpcurl, c.curl}, []string{grpcurl, curl}); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
}

func TestWrongExamples(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "examples.yaml")
	text := "SipAppService:\n  GetSipApp:\n    request: {uuid: x}\n  GetSipAp:\n    request: {}\nProfileService:\n  GetMessagingProfile:\n    request: {name: x}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := readExamples(path)
	if err != nil {
		t.Fatal(err)
	}
	services, err := contractServices()
	if err != nil {
		t.Fatal(err)
	}
	err = writeServices(&bytes.Buffer{}, services, found)
	if err == nil {
		t.Fatal("wrong and missing examples are accepted")
	}
	for _, want := range []string{
		"SipAppService.GetSipApp: validation error: uuid: must be a valid UUID",
		"SipAppService.GetSipAp: the contract has no such call",
		`ProfileService.GetMessagingProfile: proto:`,
		"PbxConfigService.CreatePbxUser: it has no example: add its request, with ids of the sandbox's own data and at least domain_id, pbx_user",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "ListSipApps") {
		t.Errorf("a list that needs nothing is said to lack an example:\n%v", err)
	}
}

// TestCallTables: a row says what a call takes and answers.
func TestCallTables(t *testing.T) {
	t.Parallel()
	services, err := contractServices()
	if err != nil {
		t.Fatal(err)
	}
	tables := string(callTables(services))
	for _, row := range []string{
		"| GetSipApp | GET `/v1/sip-apps/{uuid}` | | SipApp |",
		"| ListSipApps | GET `/v1/sip-apps` | | `sipApps`, `nextPageToken` |",
		"| CreateSipApp | POST `/v1/sip-apps` | SipApp | SipApp |",
		"| UpdateSipApp | PATCH `/v1/sip-apps/{sip_app.uuid}` | the changes | SipApp |",
		"| DeleteSipApp | DELETE `/v1/sip-apps/{uuid}` | | `{}` |",
		"| ExecuteCallFlow | POST `/v1/calls/{call_uuid}:executeCallFlow` | `callFlowXml` | SipAppCall |",
		"| AddPbxGroupUsers | POST `/v1/pbx/domains/{domain_id}/groups/{group_id}/users:add` | `userIds` | `{}` |",
	} {
		if !strings.Contains(tables, "\n"+row+"\n") {
			t.Errorf("the tables lack %s", row)
		}
	}
}

// TestCallsAreCurrent: the committed document has the tables that follow from the contract.
func TestCallsAreCurrent(t *testing.T) {
	t.Parallel()
	services, err := contractServices()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, slices.Concat([]byte(callsBegin), callTables(services), []byte(callsEnd))) {
		t.Error("docs/api.md has other tables of calls: run make generate")
	}
}
