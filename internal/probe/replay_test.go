package probe_test

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/sipfacade/sipfacade/internal/accountcheck"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/goldentest"
	"github.com/sipfacade/sipfacade/internal/probe"
	"github.com/sipfacade/sipfacade/internal/record"
	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	sandboxinfinity "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandboxopentact "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

var recordAnew = flag.Bool("record", false, "make the records of the emulators anew")

// recorded are the records that are kept: of the emulators, and those that owners of accounts
// have sent.
var recorded = filepath.Join("testdata", "records")

// emulated are the accounts that the kept records of the emulators are made of.
func emulated(t *testing.T) map[string][]string {
	t.Helper()
	accounts := map[string][]string{"sandbox-infinity": infinityAccount(serve(t, sandboxinfinity.New(sandboxinfinity.Options{Seed: true})))}
	for generation := sandboxopentact.Generation(1); generation <= 3; generation++ {
		number := strconv.Itoa(int(generation))
		emulator := sandboxopentact.New(sandboxopentact.Options{Seed: true, Generation: generation})
		accounts["sandbox-opentact-"+number] = account(serve(t, emulator), number)
	}
	return accounts
}

// infinityAccount are the flags of an account at the emulated Infinity.
func infinityAccount(url string) []string {
	return []string{
		"--infinity-base-url=" + url + sandboxinfinity.BasePath,
		"--infinity-username=" + sandboxinfinity.DefaultUsername, "--infinity-password=" + sandboxinfinity.DefaultPassword,
	}
}

// makeRecord runs the probe and records what it is answered.
func makeRecord(t *testing.T, directory string, args ...string) (*probe.Report, int) {
	t.Helper()
	invocation, err := config.Parse(append([]string{"probe"}, args...), nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	report, written, err := accountcheck.ProbeAndRecord(t.Context(), invocation.Config, slog.New(slog.DiscardHandler),
		accountcheck.Recording{Directory: directory, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return report, written
}

// replay checks the vendors of a record, and returns what is reported of them.
func replay(t *testing.T, of *record.Record) *probe.Report {
	t.Helper()
	var args []string
	var replays []*record.Replay
	for _, vendor := range of.Index.Vendors {
		answering, err := record.NewReplay(of, vendor.Vendor)
		if err != nil {
			t.Fatal(err)
		}
		replays = append(replays, answering)
		args = append(args, "--"+vendor.Vendor+"-base-url="+serve(t, answering), "--"+vendor.Vendor+"-routes-file="+routesFile(t, vendor.Paths))
		args = append(args, credential(of, vendor)...)
	}
	report := check(t, args...)
	for _, one := range replays {
		if missing := one.Missing(); len(missing) > 0 {
			t.Errorf("the record has no answer to %q; if it is one of an emulator, go test ./internal/probe -record makes it anew", missing)
		}
	}
	return report
}

// credential are the flags with which the vendor of a record is called: those of a login if the
// record has one.
func credential(of *record.Record, vendor record.Vendor) (flags []string) {
	if vendor.Generation == nil {
		return []string{"--infinity-api-key=replay"}
	}
	flags = []string{"--opentact-generation=" + strconv.Itoa(vendor.Generation.Configured)}
	for _, exchange := range of.Exchanges {
		if exchange.Operation == opentact.LoginRoute().Operation {
			return append(flags, "--opentact-email=replay@example.com", "--opentact-password=replay")
		}
	}
	return append(flags, "--opentact-token=replay")
}

// routesFile writes the paths that were overridden into a file; without any there is none.
func routesFile(t *testing.T, paths map[string]string) string {
	t.Helper()
	if len(paths) == 0 {
		return ""
	}
	content, err := yaml.Marshal(paths)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "routes.yaml")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// sameReport compares a report with that of a record.
func sameReport(t *testing.T, of *record.Record, report *probe.Report) {
	t.Helper()
	var want, got any
	encoded, err := json.Marshal(report)
	if err := errors.Join(err, json.Unmarshal(of.Index.Report, &want), json.Unmarshal(encoded, &got)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRecordsReplay: a check of each record that is kept reports what the check of the account
// did, so each answer is read as it was.
func TestRecordsReplay(t *testing.T) {
	t.Parallel()
	if *recordAnew {
		for name, args := range emulated(t) {
			directory := filepath.Join(recorded, name)
			if err := os.RemoveAll(directory); err != nil {
				t.Fatal(err)
			}
			makeRecord(t, directory, args...)
		}
	}
	directories, err := filepath.Glob(filepath.Join(recorded, "*", record.IndexFile))
	if err != nil || len(directories) < len(emulated(t)) {
		t.Fatalf("%d records, %v", len(directories), err)
	}
	for _, file := range directories {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			kept, err := record.Read(filepath.Dir(file))
			if err != nil {
				t.Fatal(err)
			}
			report := replay(t, kept)
			if goldentest.Updating() && !t.Failed() || *recordAnew {
				keepReport(t, file, kept, report)
			}
			sameReport(t, kept, report)
		})
	}
}

// keepReport writes the report of a record anew: the service may have learnt of a member since.
func keepReport(t *testing.T, file string, of *record.Record, report *probe.Report) {
	t.Helper()
	var err error
	if of.Index.Report, err = json.Marshal(report); err != nil {
		t.Fatal(err)
	}
	if err := of.WriteIndex(filepath.Dir(file)); err != nil {
		t.Fatal(err)
	}
}

// TestRecordRoundTrip: what is recorded of an emulator now replays to the same report, with the
// generation that answers.
func TestRecordRoundTrip(t *testing.T) {
	t.Parallel()
	for name, args := range emulated(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			directory := filepath.Join(t.TempDir(), "record")
			report, written := makeRecord(t, directory, args...)
			made, err := record.Read(directory)
			if err != nil {
				t.Fatal(err)
			}
			if len(made.Exchanges) < 10 || written != len(made.Exchanges)+1 {
				t.Errorf("%d exchanges in %d files", len(made.Exchanges), written)
			}
			sameReport(t, made, report)
			sameReport(t, made, replay(t, made))
		})
	}
}

// TestRecordsOfOtherForms: answers in all forms that vendors may have, and answers that are none,
// replay to the same report.
func TestRecordsOfOtherForms(t *testing.T) {
	t.Parallel()
	faults := []fault.Fault{
		{Kind: fault.HTML, Status: http.StatusBadGateway, Route: "ListSIPControlApps"},
		{Kind: fault.HTML, Status: http.StatusNotFound, Route: "ListSIPQueues"},
		{Kind: fault.Truncated, Route: "ListSIPConnections"}, {Kind: fault.Truncated, Route: "ListSIPGroups"},
		{Kind: fault.MalformedJSON, Route: "ListSIPConnections"}, {Kind: fault.MalformedJSON, Route: "ListSIPGroups"},
		{Kind: fault.Status, Status: http.StatusForbidden, Route: "ListMessagingProfiles"},
		{Kind: fault.ResetAfter, Route: "ListMessagingProfiles"}, {Kind: fault.ResetBefore, Route: "ListSIPGroups"},
		{Kind: fault.NotSuccess, Route: "ListMessagingProfiles"}, {Kind: fault.Empty, Route: "ListSIPGroups"},
		{Kind: fault.Redirect, Route: "ListSIPControlApps"}, {Kind: fault.Unauthorized, Route: "ListSIPDomains"},
		{Kind: fault.RateLimited, RetryAfter: "30", Route: "ListSIPControlApps"},
	}
	for _, shape := range sandboxopentact.NewFaultMenu().Dialect().Shapes {
		faults = append(faults, fault.Fault{Kind: fault.Reshape, Shape: shape.Name})
	}
	for _, shape := range sandboxinfinity.NewFaultMenu().Dialect().Shapes {
		if shape.Name == "long_row" {
			continue // a row of megabytes shows no more than a short one
		}
		faults = append(faults, fault.Fault{Kind: fault.Reshape, Shape: shape.Name})
	}
	tried := 0
	for _, injected := range faults {
		for _, args := range faulty(t, injected) {
			tried++
			t.Run(strings.Join([]string{string(injected.Kind), injected.Shape, args[0][2:10]}, " "), func(t *testing.T) {
				t.Parallel()
				directory := t.TempDir()
				makeRecord(t, directory, args...)
				made, err := record.Read(directory)
				if err != nil {
					t.Fatal(err)
				}
				sameReport(t, made, replay(t, made))
			})
		}
	}
	if tried < len(faults) {
		t.Errorf("%d checks with %d faults", tried, len(faults))
	}
}

// TestRecordOfOverriddenPaths: a record has the paths that were overridden, so it replays.
func TestRecordOfOverriddenPaths(t *testing.T) {
	t.Parallel()
	routes := routesFile(t, map[string]string{"ListSIPConnections": "/sip/connections", "Auth": "/login"})
	directory := t.TempDir()
	emulator := http.StripPrefix(sandboxopentact.BasePath, overridden(sandboxopentact.New(sandboxopentact.Options{Seed: true})))
	report, _ := makeRecord(t, directory, append(account(serve(t, emulator), "1"), "--opentact-routes-file="+routes)...)
	if route := routeOf(report, 0, "ListSIPConnections"); route.Path != "/sip/connections" || route.Outcome != probe.Answered {
		t.Errorf("%+v", route)
	}
	made, err := record.Read(directory)
	if err != nil {
		t.Fatal(err)
	}
	sameReport(t, made, replay(t, made))
}

// overridden serves the emulator with other paths for the connections and the login.
func overridden(emulator http.Handler) http.Handler {
	names := map[string]string{"/sip/connections": "/sip/connection", "/login": "/auth"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.Clone(r.Context())
		if name, ok := names[r.URL.Path]; ok {
			asked.URL.Path = name
		}
		asked.URL.Path, asked.URL.RawPath = sandboxopentact.BasePath+asked.URL.Path, ""
		emulator.ServeHTTP(w, asked)
	})
}

// faulty are the accounts of the emulators that have the fault.
func faulty(t *testing.T, injected fault.Fault) (accounts [][]string) {
	t.Helper()
	if menu := sandboxopentact.NewFaultMenu(); added(menu, injected) {
		emulator := sandboxopentact.New(sandboxopentact.Options{Seed: true, Generation: 3, Faults: menu})
		accounts = append(accounts, account(serve(t, emulator), "3"))
	}
	if menu := sandboxinfinity.NewFaultMenu(); added(menu, injected) {
		accounts = append(accounts, infinityAccount(serve(t, sandboxinfinity.New(sandboxinfinity.Options{Seed: true, Faults: menu}))))
	}
	return accounts
}

// added reports whether the menu of a vendor has the fault.
func added(menu *fault.Menu, injected fault.Fault) bool {
	_, err := menu.Add(injected)
	return err == nil
}
