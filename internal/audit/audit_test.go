package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// disk is a file that can be full.
type disk struct {
	text  bytes.Buffer
	space int // -1: without end
	opens int
	gone  bool
}

var (
	errFull = errors.New("no space left on device")
	errGone = errors.New("no such directory")
)

func (d *disk) open(string) (io.WriteCloser, error) {
	if d.gone {
		return nil, errGone
	}
	d.opens++
	return d, nil
}

func (d *disk) Write(p []byte) (int, error) {
	switch {
	case d.space < 0:
		return d.text.Write(p)
	case len(p) <= d.space:
		d.space -= len(p)
		return d.text.Write(p)
	}
	written, _ := d.text.Write(p[:d.space]) // never fails
	d.space = 0
	return written, errFull
}

func (*disk) Close() error { return nil }

// requestIDs are those of the lines on the disk.
func (d *disk) requestIDs(t *testing.T) (ids []string) {
	t.Helper()
	for line := range strings.Lines(d.text.String()) {
		var entry Entry
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		ids = append(ids, entry.RequestID)
	}
	return ids
}

// TestFullDisk: a line that does not fit waits, and is written whole when there is space.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	d := &disk{space: 250}
	l, err := openWith("x", d.open)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Write(Entry{RequestID: "1"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := errors.Join(l.Write(Entry{RequestID: "2"})); !errors.Is(err, errFull) {
			t.Errorf("on a full disk: %v", err)
		}
		if err := l.Check(); !errors.Is(err, errFull) {
			t.Errorf("check on a full disk: %v", err)
		}
	}
	d.space = -1
	if err := l.Check(); err != nil {
		t.Errorf("with space again: %v", err)
	}
	if diff := cmp.Diff([]string{"1", "2", "2"}, d.requestIDs(t)); diff != "" {
		t.Error(diff)
	}
}

// shortDisk is a disk whose file can be made shorter.
type shortDisk struct{ *disk }

func (d shortDisk) open(path string) (io.WriteCloser, error) {
	_, err := d.disk.open(path)
	return d, err
}

func (d shortDisk) Shorten(bytes int64) error {
	d.text.Truncate(d.text.Len() - int(bytes))
	return nil
}

// TestWholeLines: a full disk leaves no part of a line in the file. The lines that wait are
// written to the file that is opened anew, or when it is closed.
func TestWholeLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		space int // for the old file
		again int // space that there is when the file is opened anew
		old   []string
		next  []string
	}{
		"a part of the second":  {300, 0, []string{"1"}, []string{"2", "3"}},
		"a part of the first":   {20, 0, nil, []string{"1", "2", "3"}},
		"nothing":               {0, 0, nil, []string{"1", "2", "3"}},
		"with space once again": {300, -1, []string{"1", "2", "3"}, nil},
	} {
		old, next := shortDisk{&disk{space: c.space}}, shortDisk{&disk{}}
		l, err := openWith("x", old.open)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"1", "2", "3"} {
			_ = l.Write(Entry{RequestID: id}) // a later write makes up for it
			if diff := cmp.Diff(strings.Count(old.text.String(), "\n"), len(old.requestIDs(t))); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		l.open, old.space = next.open, c.again
		if err := l.Reopen(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		next.space = -1
		if err := l.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff([][]string{c.old, c.next}, [][]string{old.requestIDs(t), next.requestIDs(t)}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestPartOfALine: a part of a line that was left in the file is ended before the next line.
func TestPartOfALine(t *testing.T) {
	t.Parallel()
	for before, want := range map[string]string{"": "", "{}\n": "{}\n", `{"time":`: `{"time":` + "\n"} {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(l.Write(Entry{}), l.Write(Entry{}), l.Close()); err != nil {
			t.Error(err)
		}
		content, err := os.ReadFile(path)
		lines, found := strings.CutPrefix(string(content), want)
		if err != nil || !found || strings.Count(lines, "\n") != 2 || !strings.HasPrefix(lines, `{"time"`) {
			t.Errorf("%q became %q, %v", before, content, err)
		}
	}
}

// TestShorten: the end of a file can be removed, and lines go on behind what is left.
func TestShorten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	file, err := openFile(path)
	if err != nil {
		t.Fatal(err)
	}
	shorter, ok := file.(shortener)
	if !ok {
		t.Fatal("a regular file cannot be made shorter")
	}
	_, first := io.WriteString(file, "1\n2")
	shortened := shorter.Shorten(1)
	_, second := io.WriteString(file, "3\n")
	tooFar := shorter.Shorten(1000)
	if err := errors.Join(first, shortened, second, file.Close()); err != nil {
		t.Error(err)
	}
	if closed := shorter.Shorten(1); tooFar == nil || closed == nil {
		t.Errorf("more than all was removed: %v; the end of a closed file: %v", tooFar, closed)
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != "1\n3\n" {
		t.Errorf("%q, %v", content, err)
	}
}

// TestManyLinesWait: no more than a megabyte of lines waits. Once there is space, they are
// written to make room for the next, and none of these is lost.
func TestManyLinesWait(t *testing.T) {
	t.Parallel()
	d := &disk{}
	l, err := openWith("x", d.open)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err := l.Write(Entry{Resource: strings.Repeat("r", 100_000)}); err == nil {
			t.Error("a full disk took a line")
		}
	}
	if len(l.pending) > maxPending {
		t.Errorf("%d bytes wait", len(l.pending))
	}
	d.space = -1
	if err := l.Write(Entry{RequestID: "next", Resource: strings.Repeat("r", 100_000)}); err != nil {
		t.Errorf("with space again: %v", err)
	}
	if ids := d.requestIDs(t); len(ids) < 2 || ids[len(ids)-1] != "next" {
		t.Errorf("written: %q", ids)
	}
}

// TestReopen: a file that cannot be opened anew takes no lines until it can.
func TestReopen(t *testing.T) {
	t.Parallel()
	d := &disk{space: -1}
	l, err := openWith("x", d.open)
	if err != nil {
		t.Fatal(err)
	}
	d.gone = true
	if err := l.Reopen(); !errors.Is(err, errGone) {
		t.Errorf("reopen: %v", err)
	}
	if err := errors.Join(l.Check(), l.Write(Entry{RequestID: "1"})); !errors.Is(err, errGone) {
		t.Errorf("check and write: %v", err)
	}
	d.gone = false
	if err := l.Check(); err != nil || d.opens != 2 {
		t.Errorf("with the directory back: %v after %d opens", err, d.opens)
	}
	if diff := cmp.Diff([]string{"1"}, d.requestIDs(t)); diff != "" {
		t.Error(diff)
	}
}

// TestFile: lines go to the end of the file, and to a new one after the old was renamed.
func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(path, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	entry := Entry{
		Time: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), Caller: "ci", Method: "/s/M", Resource: "/v1/x/1", Fields: []string{"name"},
		Code: "OK", RequestID: "r", IdempotencyKey: "i", TraceID: "t",
	}
	rename := func() error { return os.Rename(path, path+".1") }
	if err := errors.Join(l.Write(entry), rename(), l.Reopen(), l.Write(Entry{}), l.Close()); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(path + ".1")
	if err != nil {
		t.Fatal(err)
	}
	want := `{}
{"time":"2026-06-01T12:00:00Z","caller":"ci","method":"/s/M","resource":"/v1/x/1","fields":["name"],"code":"OK","reason":"","delivery":"","request_id":"r","idempotency_key":"i","trace_id":"t"}
`
	if diff := cmp.Diff(want, string(old)); diff != "" {
		t.Error(diff)
	}
	if now, err := os.ReadFile(path); err != nil || strings.Count(string(now), "\n") != 1 {
		t.Errorf("the new file has %q, %v", now, err)
	}
	if _, err := Open(filepath.Join(path, "below")); err == nil {
		t.Error("opened a file below a file")
	}
}

// TestWrites: what is written, by its path, and which fields, without their values.
func TestWrites(t *testing.T) {
	t.Parallel()
	var services []protoreflect.ServiceDescriptor
	for _, file := range []protoreflect.FileDescriptor{
		sipfacadev1.File_sipfacade_v1_sip_app_service_proto, sipfacadev1.File_sipfacade_v1_pbx_config_service_proto, sipfacadev1.File_sipfacade_v1_sip_connection_service_proto,
	} {
		services = append(services, file.Services().Get(0))
	}
	writes := WritesOf(services...)
	user := func() *sipfacadev1.PbxUser {
		return &sipfacadev1.PbxUser{UserId: proto.Uint32(7), Login: proto.String("amy"), Password: proto.String("hunter2"), Dashboard: proto.Bool(false)}
	}
	for name, row := range map[string]struct {
		method            string
		request, response proto.Message
		resource          string
		fields            []string
	}{
		"a create": {
			"PbxConfigService/CreatePbxUser", &sipfacadev1.CreatePbxUserRequest{DomainId: 1, PbxUser: user()},
			&sipfacadev1.CreatePbxUserResponse{PbxUser: user()}, "/v1/pbx/domains/1/users/7", []string{"login", "password", "dashboard"},
		},
		"a create that failed": {
			"PbxConfigService/CreatePbxUser", &sipfacadev1.CreatePbxUserRequest{DomainId: 1, PbxUser: user()}, nil,
			"/v1/pbx/domains/1/users", []string{"login", "password", "dashboard"},
		},
		"an update with a mask": {
			"PbxConfigService/UpdatePbxUser", &sipfacadev1.UpdatePbxUserRequest{
				DomainId: 1, PbxUser: user(), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"login", "hunter2", "login.x", "email"}},
			}, nil, "/v1/pbx/domains/1/users/7", []string{"login", "email"},
		},
		"an update of everything": {
			"PbxConfigService/UpdatePbxUser", &sipfacadev1.UpdatePbxUserRequest{
				DomainId: 1, PbxUser: user(), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"*"}},
			}, nil, "/v1/pbx/domains/1/users/7", []string{"login", "password", "dashboard"},
		},
		"a delete without its ids": {
			"PbxConfigService/DeletePbxUser", &sipfacadev1.DeletePbxUserRequest{DomainId: 1}, nil, "/v1/pbx/domains/1/users/-", []string{},
		},
		"an id that is none": {
			"SipAppService/DeleteSipApp", &sipfacadev1.DeleteSipAppRequest{Uuid: "hunter2 and more"}, nil, "/v1/sip-apps/-", []string{},
		},
		"an assignment": {
			"SipAppService/AssignSipAppTnLeases", &sipfacadev1.AssignSipAppTnLeasesRequest{SipAppUuid: "a", AddTnLeaseUuids: []string{"b"}}, nil,
			"/v1/sip-apps/a/tn-leases", []string{"add_tn_lease_uuids"},
		},
		"nothing at all": {"SipAppService/CreateSipApp", &sipfacadev1.CreateSipAppRequest{}, nil, "/v1/sip-apps", []string{}},
	} {
		write := writes["/sipfacade.v1."+row.method]
		if write == nil {
			t.Errorf("%s is no write", row.method)
			continue
		}
		if got := write.Resource(row.request, row.response); got != row.resource {
			t.Errorf("%s: resource %s, want %s", name, got, row.resource)
		}
		if diff := cmp.Diff(row.fields, write.Fields(row.request)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if writes["/sipfacade.v1.SipAppService/GetSipApp"] != nil {
		t.Error("a read is a write")
	}
}
