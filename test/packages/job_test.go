package packages

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/test/sandbox"
)

// root is the root of the repository.
const root = "../.."

// tools are the programs that the packages and jobs need.
var tools = []string{"make", "git", "curl", "jq", "node", "npm", "python3", "javac", "mvn"}

// The name of a field in an error, as gRPC and the JSON API spell it.
const (
	grpcName = "sip_app.name"
	jsonName = "name"
)

// jobs are the languages of examples, with the name of a field in their errors.
var jobs = []struct{ language, field string }{
	{"go", grpcName},
	{"typescript", grpcName},
	{"python", grpcName},
	{"java", grpcName},
	{"fetch", jsonName},
	{"curl", jsonName},
}

func TestJobs(t *testing.T) {
	requireTools(t)
	readInputs(t)
	run(t, root, nil, "make", "-s", "-f", "clients/Makefile")
	checkTimes(t, filepath.Join(root, "bin/clients"))
	for _, job := range jobs {
		t.Run(job.language, func(t *testing.T) {
			t.Parallel()
			project := filepath.Join(t.TempDir(), "project")
			checkJob(t, job.field, root, []string{"PROJECT=" + project}, "examples/run.sh", job.language)
			if job.language == "typescript" {
				checkJob(t, jsonName, project, nil, "node", "dist/job.js", "json")
			}
		})
	}
}

// checkJob runs a job against a sandbox of its own, and checks what it printed and did.
func checkJob(t *testing.T, field, folder string, environment []string, name string, arguments ...string) {
	t.Helper()
	vendors := sandbox.Start(t)
	environment = append(environment, "SIPFACADE_GRPC="+vendors.GRPC, "SIPFACADE_JSON=http://"+vendors.HTTP,
		"SIPFACADE_ADMIN=http://"+vendors.Admin)
	run(t, root, environment, "examples/faults.sh")
	printed := run(t, folder, environment, name, arguments...)
	if diff := cmp.Diff(golden(t, field), printed); diff != "" {
		t.Errorf("what the job printed (-want +got):\n%s", diff)
	}
	checkVendors(t, vendors)
}

// checkVendors compares what the emulator holds with what the job did.
func checkVendors(t *testing.T, vendors *sandbox.Sandbox) {
	t.Helper()
	counts := map[string]int{}
	for _, path := range []string{"/v1/sip-connections/5f1c2b3a-0000-4000-8000-000000000006/invites", "/v1/sip-apps"} {
		var page struct{ SipUserInvites, SipApps []struct{ Name string } }
		get(t, "http://"+vendors.HTTP+path, &page)
		for _, row := range append(page.SipUserInvites, page.SipApps...) {
			counts[row.Name]++
		}
	}
	got := [3]int{counts["Contact centre, team C"], counts["Contact centre, team D"], counts["Night desk"]}
	if want := [3]int{0, 1, 1}; got != want {
		t.Errorf("invites before and after their change, and apps: got %v, want %v", got, want)
	}
	var menus struct {
		Vendors map[string]struct{ Faults []struct{ Kind string } }
	}
	get(t, "http://"+vendors.Admin+"/sandbox/faults", &menus)
	if faults := menus.Vendors["opentact"].Faults; len(faults) > 0 {
		t.Errorf("faults that the job did not meet: %v", faults)
	}
}

// get reads a JSON document.
func get(t *testing.T, url string, into any) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // nothing was written
	if response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", url, response.Status)
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
}

func golden(t *testing.T, field string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/job.golden")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "{NAME}", field)
}

// requireTools skips the test if a tool is missing; in CI it fails.
func requireTools(t *testing.T) {
	t.Helper()
	var missing []string
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	switch {
	case len(missing) == 0:
	case os.Getenv("CI") == "true":
		t.Fatalf("the packages for other languages need %s", strings.Join(missing, ", "))
	default:
		t.Skipf("the packages for other languages need %s", strings.Join(missing, ", "))
	}
}

// readInputs reads what the packages are made of, so that the go command does not take an
// old result for that of changed sources.
func readInputs(t *testing.T) {
	t.Helper()
	for _, folder := range []string{"clients", "examples"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			_, err = os.ReadFile(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// run runs a program in a folder and returns what it printed.
func run(t *testing.T, folder string, environment []string, name string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), environment...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(arguments, " "), err, &stdout, &stderr)
	}
	return stdout.String()
}
