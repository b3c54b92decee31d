package infinity

import (
	"strings"
	"sync"
	"testing"
)

func TestARemovedUserLeavesGroupsAndDevices(t *testing.T) {
	t.Parallel()
	s := seeded()
	before := s.store.Count()
	if got := do(t, s, "DELETE", "/1/users/3", ""); got.Code != 204 {
		t.Fatal(got.Text)
	}
	differ(t, "group 1", []string{"4", "5", "6", "7"}, of(do(t, s, "GET", "/1/groups/1/users", "").rows(t), "userId"))
	device := do(t, s, "GET", "/1/devices/4", "").row(t)
	if device["userId"] != "" || device["user"] != "" || device["updateDatetime"] != testMoment {
		t.Errorf("its device has %v", device)
	}
	if kept := s.store.Count(); kept != before-3 {
		t.Errorf("%d kept, want %d less the user and two memberships", kept, before)
	}
	if got := do(t, s, "POST", "/1/users", strings.Replace(goodUser, "joe.blogs", "priya.nair", 1)); got.row(t)["userId"] != "41" {
		t.Errorf("the name is free and the id is not: %s", got.Text)
	}
}

func TestARemovedQueueTakesItsMembersAndFreesTheirGroups(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, step := range []struct {
		method, path string
		code         int
	}{
		{"DELETE", "/1/groups/7", 409},
		{"DELETE", "/1/queues/1", 204},
		{"GET", "/1/queues/1/members/1", 404},
		{"DELETE", "/1/groups/7", 204},
		{"DELETE", "/1/groups/7", 404},
		{"GET", "/1/groups/7/users", 404},
	} {
		if got := do(t, s, step.method, step.path, ""); got.Code != step.code {
			t.Fatalf("%s %s: %d %s", step.method, step.path, got.Code, got.Text)
		}
	}
	if left := s.store.having(queueMembers, "groupId", "7"); len(left) != 0 {
		t.Errorf("%d members are left", len(left))
	}
	differ(t, "user 24", []string{}, of(do(t, s, "GET", "/1/users/24/groups", "").rows(t), "groupId"))
}

func TestADeviceChangesHands(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, step := range []struct {
		method, path, form string
		code               int
	}{
		{"POST", "/1/users/7/devices", "pbxDeviceId=1", 409},
		{"DELETE", "/1/users/1/devices/1", "", 204},
		{"DELETE", "/1/users/1/devices/1", "", 404},
		{"POST", "/1/users/7/devices", "pbxDeviceId=1", 201},
		{"GET", "/1/users/1/devices/1", "", 404},
	} {
		if got := do(t, s, step.method, step.path, step.form); got.Code != step.code {
			t.Fatalf("%s %s %s: %d %s", step.method, step.path, step.form, got.Code, got.Text)
		}
	}
	if got := do(t, s, "GET", "/1/devices/1", "").row(t); got["user"] != "sofia.marino" {
		t.Errorf("the device has %v", got)
	}
	for _, path := range []string{"/1/devices", "/1/users/7/devices", "/1/users/7/devices/1"} {
		if text := do(t, s, "GET", path, "").Text; strings.Contains(text, "oken") {
			t.Errorf("%s shows the token, which only its create may", path)
		}
	}
}

func TestTokensAreRandom(t *testing.T) {
	t.Parallel()
	s := seeded(func(o *Options) { o.NewToken = nil })
	first := do(t, s, "POST", "/1/users/7/devices", "pbxDeviceId=15").row(t)["pbxDeviceToken"]
	second := do(t, s, "POST", "/1/users/7/devices", "pbxDeviceId=16").row(t)["pbxDeviceToken"]
	if len(first) != len("432e2286a22f28a3e3a4d2dde") || first == second {
		t.Errorf("tokens %q and %q", first, second)
	}
}

func TestAPasswordIsKeptAsAHash(t *testing.T) {
	t.Parallel()
	s := seeded()
	before := do(t, s, "GET", "/1/users/1", "").row(t)["password"]
	do(t, s, "POST", "/1/users/1", "password=correct+horse")
	row := do(t, s, "GET", "/1/users/1", "")
	if after := row.row(t)["password"]; after == before || !strings.HasPrefix(after, "$2y$10$") || strings.Contains(row.Text, "correct") {
		t.Errorf("password %q became %q", before, after)
	}
}

func TestARefusedMembershipChangesNothing(t *testing.T) {
	t.Parallel()
	s := seeded()
	do(t, s, "POST", "/1/groups/7/users", "userSpec[]=1&userSpec[]=99")
	do(t, s, "PUT", "/1/queues/1/members/order", "queueMemberId[]=3&queueMemberId[]=2")
	differ(t, "group 7", []string{"24"}, of(do(t, s, "GET", "/1/groups/7/users", "").rows(t), "userId"))
	differ(t, "order", []string{"0", "1", "2"}, of(do(t, s, "GET", "/1/queues/1/members", "").rows(t), "ringOrder"))
}

func TestTheSandboxIsBounded(t *testing.T) {
	t.Parallel()
	kept := New(Options{Seed: true}).store.Count()
	s := seeded(func(o *Options) { o.MaxEntities = kept + 2 })
	if got := do(t, s, "POST", "/1/groups/7/users", "userSpec[]=1&userSpec[]=2&userSpec[]=3"); got.Code != 507 {
		t.Errorf("three memberships, of which two fit: %d", got.Code)
	}
	for i, want := range []int{201, 201, 507} {
		if got := do(t, s, "POST", "/1/trustedNetworks", goodNetwork); got.Code != want {
			t.Errorf("create %d: %d %s", i, got.Code, got.Text)
		}
	}
	if s.AddUsers(1, 1) == nil || s.AddDevices(1, 1) == nil {
		t.Error("found space in a full sandbox")
	}
	do(t, s, "DELETE", "/1/trustedNetwork/7", "")
	if got := do(t, s, "POST", "/1/trustedNetworks", goodNetwork); got.Code != 201 {
		t.Errorf("create after a delete: %d %s", got.Code, got.Text)
	}
}

func TestManyUsersAndDevices(t *testing.T) {
	t.Parallel()
	s := seeded()
	if err := s.AddUsers(DomainUS, 3000); err != nil {
		t.Fatal(err)
	}
	if err := s.AddDevices(DomainUS, 300); err != nil {
		t.Fatal(err)
	}
	listed := do(t, s, "GET", "/2/users", "").rows(t)
	names, extensions := map[string]bool{}, map[string]bool{}
	for _, r := range listed {
		names[r["user"]], extensions[r["extensionNumber"]] = true, true
	}
	if len(listed) != 3014 || len(names) != 3014 || len(extensions) != 3014 {
		t.Errorf("%d users, %d names, %d extensions", len(listed), len(names), len(extensions))
	}
	if n := len(do(t, s, "GET", "/2/devices", "").rows(t)); n != 309 {
		t.Errorf("%d devices", n)
	}
	if err := s.AddUsers(9, 1); err == nil || err.Error() != "not found" {
		t.Errorf("to an unknown domain: %v", err)
	}
}

func TestAnEmptySandboxCanGetDomains(t *testing.T) {
	t.Parallel()
	s := New(Options{Clock: testDay})
	if got := do(t, s, "GET", "", ""); got.Code != 200 || got.Text != "\n" {
		t.Errorf("%d %q", got.Code, got.Text)
	}
	id, err := s.AddDomain("new.example.com", "New")
	if err != nil || id != 1 {
		t.Fatalf("domain %d, %v", id, err)
	}
	want := map[string]string{
		"domainId": "1", "domain": "new.example.com", "displayName": "New", "rec": "0", "siteCode": "",
		"createDatetime": testMoment, "updateDatetime": testMoment,
	}
	differ(t, "domain", want, do(t, s, "GET", "/1", "").row(t))
	if got := do(t, s, "POST", "/1/users", goodUser); got.row(t)["userId"] != "1" {
		t.Errorf("first user: %s", got.Text)
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	s := seeded()
	kept := s.store.Count()
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 20 {
				device := "/1/devices/"
				got := do(t, s, "POST", "/1/trustedNetworks", goodNetwork)
				network := got.row(t)["trustedNetworkId"]
				do(t, s, "POST", "/1/groups/7/users", "userSpec[]=1&userSpec[]=2")
				do(t, s, "POST", "/1/users/7/devices", "pbxDeviceId=15")
				do(t, s, "GET", device+"15", "").row(t)
				do(t, s, "PUT", "/1/queues/1/members/order", "queueMemberId[]=3&queueMemberId[]=1&queueMemberId[]=2")
				do(t, s, "GET", "/1/devices?sort[]=user-asc&limit=3", "").rows(t)
				do(t, s, "DELETE", "/1/users/7/devices/15", "")
				do(t, s, "DELETE", "/1/groups/7/users?userSpec[]=1&userSpec[]=2", "")
				if got := do(t, s, "DELETE", "/1/trustedNetwork/"+network, ""); got.Code != 204 {
					t.Errorf("delete: %d %s", got.Code, got.Text)
				}
			}
		})
	}
	callers.Wait()
	if s.store.Count() != kept {
		t.Errorf("%d kept, want %d", s.store.Count(), kept)
	}
	if n := s.Calls("CreateSIPTrustedNetwork"); n != 160 {
		t.Errorf("Calls = %d, want 160", n)
	}
}
