package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// knownKeys are enough settings for tests of the file format.
func knownKeys() keySet {
	return keySet{"grpc_address": false, "log_level": false, "sandbox": false, "opentact_password": false, "allowed_hosts": true}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]map[string]string{
		"":                      {},
		"# only a comment\n":    {},
		"---\n":                 {},
		"---\nsandbox: yes\n":   {"sandbox": "yes"},
		"{sandbox: true}":       {"sandbox": "true"},
		"\ufeffsandbox: true\n": {"sandbox": "true"},
		"grpc_address: '[::1]:9090'\nlog_level: \"warn\" # loud\n": {"grpc_address": "[::1]:9090", "log_level": "warn"},
		"opentact_password: 007\n":                                 {"opentact_password": "007"},
		"opentact_password: 1e3\nlog_level: 2026-01-01\n":          {"opentact_password": "1e3", "log_level": "2026-01-01"},
		"opentact_password: |\n  two\n  lines\n":                   {"opentact_password": "two\nlines\n"},
		"allowed_hosts: a, b":                                      {"allowed_hosts": "a, b"},
		"allowed_hosts:\n- a\n- b:1\n":                             {"allowed_hosts": "a,b:1"},
		"allowed_hosts: []\n":                                      {},
		"log_level:\nsandbox: null\ngrpc_address: ''\n":            {},
	} {
		found := &findings{}
		got := readFile(write(t, content), knownKeys(), found)
		if diff := cmp.Diff(want, got); diff != "" || found.err() != nil {
			t.Errorf("%q: %v (-want +got):\n%s", content, found.err(), diff)
		}
	}
}

func TestReadFileRefuses(t *testing.T) {
	t.Parallel()
	const prefix = "config (SIPFACADE_CONFIG): "
	for content, want := range map[string]string{
		"grpc_adress: x\n":                           `"grpc_adress": unknown key in line 1 of the file, the nearest is grpc_address`,
		"\ngrpc-address: x\n":                        `"grpc-address": unknown key in line 2 of the file, the nearest is grpc_address`,
		"config: other.yaml\n":                       `"config": unknown key in line 1 of the file, the nearest is sandbox`,
		"Sandbox: true\n":                            `"Sandbox": unknown key in line 1 of the file, the nearest is sandbox`,
		"[sandbox]: true\n":                          "line 1 of the file: a key must be the name of a setting",
		"sandbox: true\nsandbox: true\n":             "sandbox (SIPFACADE_SANDBOX): given twice in the file, again in line 2",
		"log_level: [debug]\n":                       "log_level (SIPFACADE_LOG_LEVEL): must be a single value in line 1 of the file",
		"allowed_hosts: [[a]]\n":                     "allowed_hosts (SIPFACADE_ALLOWED_HOSTS): must be a single value in line 1 of the file",
		"allowed_hosts: {a: b}\n":                    "allowed_hosts (SIPFACADE_ALLOWED_HOSTS): must be a single value in line 1 of the file",
		"log_level: {a: b}\n":                        "log_level (SIPFACADE_LOG_LEVEL): must be a single value in line 1 of the file",
		"log_level: !!binary aGk=\n":                 "log_level (SIPFACADE_LOG_LEVEL): must be a single value in line 1 of the file",
		"log_level: !mine x\n":                       "log_level (SIPFACADE_LOG_LEVEL): must be a single value in line 1 of the file",
		"grpc_address: &a x\nlog_level: *a\n":        "log_level (SIPFACADE_LOG_LEVEL): must be a single value in line 2 of the file",
		"sandbox: true\n---\nsandbox: false\n":       prefix + "the file must hold one YAML document, not several",
		"sandbox: true\nlog_level\n":                 prefix + "the file is not valid YAML: line 2: could not find expected ':'",
		"- sandbox\n":                                prefix + "the file must hold `key: value` lines",
		"sandbox\n":                                  prefix + "the file must hold `key: value` lines",
		"opentact_password: *hunter2\n":              prefix + "the file is not valid YAML: a value that begins with * needs quotes",
		"sandbox: true\n\tlog_level: info\n":         prefix + "the file is not valid YAML: line 2: ",
		"sandbox: 'true\n":                           prefix + "the file is not valid YAML: line ",
		"sandbox: true\n--- 'x\n":                    prefix + "the file is not valid YAML: line ",
		"sandbox: \xff\xfe\n":                        prefix + "the file is not valid YAML: ",
		strings.Repeat("# much\n", maxFileBytes/7+1): prefix + "cannot be read: larger than 1MiB",
	} {
		found := &findings{}
		readFile(write(t, content), knownKeys(), found)
		if err := found.err(); err == nil || !strings.HasPrefix(err.Error(), want) || len(found.mistakes) != 1 {
			t.Errorf("%.60q:\n got %v\nwant %s", content, err, want)
		}
	}
}

func TestReadFileThatIsNotThere(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "missing"): "cannot be read: no such file or directory",
		t.TempDir():                           "cannot be read: not a regular file",
	} {
		found := &findings{}
		readFile(path, knownKeys(), found)
		if err := found.err(); err == nil || err.Error() != "config (SIPFACADE_CONFIG): "+want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}

// FuzzReadFile checks that any file gives known keys or mistakes of one line each, and
// that no mistake repeats a password.
func FuzzReadFile(f *testing.F) {
	for _, content := range []string{
		"sandbox: true\n", "a: [b, {c: d}]", "? x\n: y", "<<: *a", "&a sandbox: *a", "--- |\n x\n...\n---\n", "\x00", "%YAML 9.9\n---\n", "!!map {}",
		"sandbox: !!int x", "sandbox: !<tag:yaml.org,2002:binary> x", "--- &a\n? *a\n",
	} {
		f.Add(content, "secret-value")
	}
	directory := f.TempDir()
	f.Fuzz(func(t *testing.T, content, password string) {
		path := filepath.Join(directory, fmt.Sprint(os.Getpid()))
		written := fmt.Sprintf("opentact_password: %s%s\n%s", "HUNTER", password, content)
		if err := os.WriteFile(path, []byte(written), 0o600); err != nil {
			t.Fatal(err)
		}
		found := &findings{}
		got := readFile(path, knownKeys(), found)
		for key := range got {
			if _, ok := knownKeys()[key]; !ok {
				t.Errorf("unknown key %q was taken", key)
			}
		}
		for _, mistake := range found.mistakes {
			if text := mistake.line; strings.ContainsAny(text, "\n\r") || strings.Contains(text, "HUNTER") {
				t.Errorf("mistake %q", text)
			}
		}
	})
}
