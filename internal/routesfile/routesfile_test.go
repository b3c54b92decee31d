package routesfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/routesfile"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

func vendor() routesfile.Vendor {
	return routesfile.Vendor{
		Routes: []*upstream.Route{
			{Operation: "ListInvites", Path: "/connection/{connection_uuid}/invites"},
			{Operation: "ReadNetwork", Path: "/domains/{domain}/trustedNetwork/{network}"},
		},
		Headers: []string{"X-Auth-Token", "Authorization"},
		Keys:    []string{"name", "port"},
		Segment: []string{"trustednetworks", "trustedNetwork"},
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]routesfile.Overrides{
		"":                                     {},
		"ListInvites: /v2/{connection_uuid}/i": {Paths: map[string]string{"ListInvites": "/v2/{connection_uuid}/i"}},
		"header: authorization":                {Header: "Authorization"},
		"keys: {name: title}":                  {Keys: map[string]string{"name": "title"}},
		"trusted_networks: nets":               {Paths: map[string]string{"ReadNetwork": "/domains/{domain}/nets/{network}"}},
		"trusted_networks: nets\nReadNetwork: /d/{domain}/{network}": {Paths: map[string]string{"ReadNetwork": "/d/{domain}/{network}"}},
	} {
		got, err := routesfile.Parse([]byte(content), vendor())
		if err != nil {
			t.Errorf("%q: %v", content, err)
		}
		if diff := cmp.Diff(want, withoutEmpty(got)); diff != "" {
			t.Errorf("%q: %s", content, diff)
		}
	}
}

// withoutEmpty returns overrides whose empty maps are nil.
func withoutEmpty(o routesfile.Overrides) routesfile.Overrides {
	if len(o.Paths) == 0 {
		o.Paths = nil
	}
	if len(o.Keys) == 0 {
		o.Keys = nil
	}
	return o
}

// TestMistakes: all mistakes of a file are reported at once.
func TestMistakes(t *testing.T) {
	t.Parallel()
	const content = `
ListInvite: /a
ListInvites: /connection/{uuid}/invites
ReadNetwork: domains/{domain}
header: Cookie
keys: {nam: a, port: "a b"}
trusted_networks: a/b
`
	_, err := routesfile.Parse([]byte(content), vendor())
	for _, want := range []string{
		"ListInvite is not an operation; did you mean ListInvites?",
		"ListInvites must have the parameters {connection_uuid} in this order and no other, as /connection/{connection_uuid}/invites has",
		"ReadNetwork must be a path template such as /domains/{domain}/trustedNetwork/{network}",
		"header must be one of X-Auth-Token, Authorization",
		"keys.nam is not a key of a request; did you mean name?",
		"keys.port must be 1 to 64 letters, digits and underscores",
		"trusted_networks must be one path segment, such as trustednetworks",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	for _, broken := range []string{"- a", "a: b: c", "ListInvites: /a\nListInvites: /b", "ListInvites: [a]", "ListInvites: /../{connection_uuid}", "ListInvites: /a?b={connection_uuid}"} {
		if _, err := routesfile.Parse([]byte(broken), vendor()); err == nil {
			t.Errorf("%q is accepted", broken)
		}
	}
}

// TestSyntaxErrors: they say where the mistake is and quote nothing, since the file may be one
// of secrets.
func TestSyntaxErrors(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"hunter2":                  "each once; see line 1",
		"- hunter2":                "each once; see line 1",
		"header: *hunter2":         "each once",
		"hunter2: /a\nhunter2: /b": "each once; see line 2, line 1",
	} {
		_, err := routesfile.Parse([]byte(content), vendor())
		if err == nil || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "routes.yaml")
	if err := os.WriteFile(path, []byte("header: Authorization"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := routesfile.Read(path, vendor()); err != nil || got.Header != "Authorization" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := routesfile.Read("", vendor()); err != nil || got.Header != "" || got.Paths != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestUnreadable: what is no file is refused with the reason, and a pipe is not waited for.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(folder, "missing"): "cannot be read: no such file or directory",
		folder:                           "cannot be read: not a regular file",
		pipe:                             "cannot be read: not a regular file",
		"/dev/zero":                      "cannot be read: not a regular file",
	} {
		if _, err := routesfile.Read(path, vendor()); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}
