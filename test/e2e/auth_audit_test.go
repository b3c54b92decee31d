package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// auditLines are the lines of an audit file, without their times.
func auditLines(t testing.TB, path string) (lines []map[string]any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if entry["time"] == "" {
			t.Errorf("%q has no time", line)
		}
		delete(entry, "time")
		lines = append(lines, entry)
	}
	return lines
}

// auditLine is a line with what all lines of a test have in common.
func auditLine(caller, method, resource, code, reason, delivery string, fields ...any) map[string]any {
	if fields == nil {
		fields = []any{}
	}
	return map[string]any{
		"caller": caller, "method": "/sipfacade.v1." + method, "resource": resource, "fields": fields, "code": code, "reason": reason,
		"delivery": delivery, "request_id": "the-id", "idempotency_key": "", "trace_id": "0af7651916cd43dd8448eb211c80319c",
	}
}

// TestAudit: each write attempt has one line over both protocols, also if it is refused,
// unauthenticated, wrong or of unknown outcome; reads have none, and no line has a value.
func TestAudit(t *testing.T) {
	t.Parallel()
	for i, name := range []string{"grpc", "json"} {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		vendor := startVendor(t, json200(good+"}"))
		f := startFacade(t, vendor.url(), withToken(), "--audit-file="+path,
			tokensFlag(t, tokenEntry("writer", "write"), tokenEntry("reader", "read")))
		way := f.protocols()[i]
		invites := "/v1/sip-connections/" + someConnection + "/invites"
		create := map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": map[string]any{"name": "SECRET-name"}}
		remove := map[string]any{"sipConnectionUuid": someConnection, "uuid": someInvite}
		update := map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": map[string]any{"uuid": someInvite, "name": "SECRET-name"}, "updateMask": "name"}
		for _, row := range []struct {
			answer        http.HandlerFunc
			token, method string
			request       map[string]any
		}{
			{json200(good + "}"), "writer", "CreateSipUserInvite", create},
			{json200(good + "}"), "reader", "GetSipConnection", map[string]any{"uuid": someConnection}},
			{json200(good + "}"), "reader", "CreateSipUserInvite", create},
			{json200(good + "}"), "", "DeleteSipUserInvite", remove},
			{json200(good + "}"), "writer", "UpdateSipUserInvite", update},
			{json200(good + "}"), "writer", "CreateSipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": map[string]any{"name": "x"}}},
			{refusal(404), "writer", "DeleteSipUserInvite", remove},
			{resets, "writer", "CreateSipUserInvite", create},
		} {
			vendor.answer(row.answer)
			c := mustCall(t, "SipConnectionService."+row.method, row.request)
			c.headers = map[string]string{"x-request-id": "the-id", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
			if row.token != "" {
				c.headers["authorization"] = "Bearer " + row.token
			}
			if _, err := way.call(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		want := []map[string]any{
			auditLine("writer", "SipConnectionService/CreateSipUserInvite", invites+"/"+someInvite, "OK", "", "", "name"),
			auditLine("reader", "SipConnectionService/CreateSipUserInvite", invites, "PERMISSION_DENIED", "CALLER_FORBIDDEN", "NOT_SENT", "name"),
			auditLine("", "SipConnectionService/DeleteSipUserInvite", invites+"/"+someInvite, "UNAUTHENTICATED", "CALLER_UNAUTHENTICATED", "NOT_SENT"),
			auditLine("writer", "SipConnectionService/UpdateSipUserInvite", invites+"/"+someInvite, "OK", "", "", "name"),
			auditLine("writer", "SipConnectionService/CreateSipUserInvite", invites, "INVALID_ARGUMENT", "REQUEST_INVALID", "NOT_SENT", "name"),
			auditLine("writer", "SipConnectionService/DeleteSipUserInvite", invites+"/"+someInvite, "NOT_FOUND", "RESOURCE_NOT_FOUND", "REJECTED"),
			auditLine("writer", "SipConnectionService/CreateSipUserInvite", invites, "UNKNOWN", "OUTCOME_UNKNOWN", "UNKNOWN", "name"),
		}
		if diff := cmp.Diff(want, auditLines(t, path)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if content, err := os.ReadFile(path); err != nil || strings.Contains(string(content), secretMark) {
			t.Errorf("%s: the file has a value, or %v", name, err)
		}
	}
}

// TestAuditFileUnavailable: while lines cannot be written, writes are refused and not
// sent; reads go on. A file that is renamed is left when the server is told.
func TestAuditFileUnavailable(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "logs")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "audit.jsonl")
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken(), "--audit-file="+path)
	create := actions()[1]
	f.accept(t, create)
	if err := os.Rename(dir, dir+".old"); err != nil {
		t.Fatal(err)
	}
	f.server.ReopenAudit()
	vendor.take()
	for _, way := range f.protocols() {
		got, made := f.reasonOf(t, way, mustCall(t, create.rpc, create.request))
		if got.reason != "AUDIT_UNAVAILABLE" || got.metadata["delivery"] != "NOT_SENT" || len(vendor.take()) > 0 {
			t.Errorf("%s: %s %v", way.name(), got.reason, got.metadata)
		}
		for _, problem := range promises(made) {
			t.Errorf("%s: %s", way.name(), problem)
		}
	}
	f.accept(t, actions()[0])
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f.accept(t, create)
	if got := len(auditLines(t, path)); got != 4 {
		t.Errorf("the new file has %d lines, want the two refusals and two writes", got)
	}
	if got := len(auditLines(t, filepath.Join(dir+".old", "audit.jsonl"))); got != 2 {
		t.Errorf("the old file has %d lines", got)
	}
}
