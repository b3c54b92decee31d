package infinity

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSeedsAreAsDocumented(t *testing.T) {
	t.Parallel()
	s := seeded()
	want := map[kind][]int{
		users: {26, 14}, groups: {7, 4}, queues: {3, 2}, trustedNetworks: {3, 3}, devices: {16, 9},
	}
	for k, counts := range want {
		differ(t, s.resources[k].noun, counts, []int{len(s.store.under(k, DomainUK)), len(s.store.under(k, DomainUS))})
		for i, r := range s.store.All(k) {
			if r.id != i+1 {
				t.Errorf("%s %d is the %d. of its kind", s.resources[k].noun, r.id, i+1)
			}
		}
	}
	for queue, members := range map[int]int{1: 3, 2: 2, 3: 0, 4: 2, 5: 1} {
		if n := len(s.store.under(queueMembers, queue)); n != members {
			t.Errorf("queue %d has %d members, want %d", queue, n, members)
		}
	}
	var free, never, undated []int
	for _, r := range s.store.All(devices) {
		if r.values["userId"] == "" {
			free = append(free, r.id)
		}
	}
	for _, r := range s.store.All(users) {
		switch {
		case r.created.IsZero():
			undated = append(undated, r.id)
		case r.updated.IsZero():
			never = append(never, r.id)
		}
	}
	differ(t, "devices without a user", []int{15, 16, 24, 25}, free)
	differ(t, "users who were never updated", []int{5, 14, 23, 32}, never)
	differ(t, "users without dates", []int{9, 18, 27, 36}, undated)
}

// TestSeedsWouldBeAccepted holds the seeded values against the vendor's own rules.
func TestSeedsWouldBeAccepted(t *testing.T) {
	t.Parallel()
	s := seeded()
	if err := s.AddUsers(1, 2); err != nil {
		t.Fatal(err)
	}
	if err := s.AddDevices(2, 2); err != nil {
		t.Fatal(err)
	}
	for k := range kinds {
		for _, r := range s.store.All(k) {
			p := parameters{scalars: map[string]string{}}
			for _, c := range s.resources[k].columns {
				if c.accepts != nil {
					p.scalars[c.name] = r.values[c.name]
				}
			}
			changes, err := p.changes(s.resources[k].columns, true)
			if err == nil {
				err = s.checkValues(k, r.parent, r.id, changes)
			}
			if err != nil {
				t.Errorf("%s %d: %v", s.resources[k].noun, r.id, err)
			}
		}
	}
}

// TestEveryValueIsShown finds misspelt names in the seeds.
func TestEveryValueIsShown(t *testing.T) {
	t.Parallel()
	s := seeded()
	for k := range kinds {
		shown := map[string]bool{"createdBy": true, associated: true}
		for _, c := range s.resources[k].columns {
			shown[c.name] = true
		}
		for _, r := range s.store.All(k) {
			for name := range r.values {
				if !shown[name] {
					t.Errorf("%s %d has the value %s, which no answer shows", s.resources[k].noun, r.id, name)
				}
			}
		}
	}
}

func TestEveryReferenceResolves(t *testing.T) {
	t.Parallel()
	s := seeded()
	for k := range kinds {
		for _, r := range s.store.All(k) {
			under := s.resources[k].under
			if under != none && s.store.Get(under, r.parent) == nil {
				t.Errorf("%s %d is under %d, which does not exist", s.resources[k].noun, r.id, r.parent)
			}
		}
	}
	for _, device := range s.store.All(devices) {
		if holder := device.values["userId"]; holder != "" && !s.inDomain(users, numeric(holder), device.parent) {
			t.Errorf("device %d is of user %s, who is not in domain %d", device.id, holder, device.parent)
		}
	}
	for m := range s.store.members {
		group := s.store.Get(groups, m.group)
		if group == nil || !s.inDomain(users, m.user, group.parent) {
			t.Errorf("user %d is not in the domain of group %d", m.user, m.group)
		}
	}
}

func TestSeedsAreFictional(t *testing.T) {
	t.Parallel()
	documentation := []netip.Prefix{
		netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32"),
	}
	forms := map[string]*regexp.Regexp{
		"ukCallerId":       regexp.MustCompile(`^\+442079460\d{3}$`),
		"usCallerId":       regexp.MustCompile(`^\+1\d{3}55501\d{2}$`),
		"mobileNumber":     regexp.MustCompile(`^(07700 900\d{3}|\+1 \d{3} 555 01\d{2})$`),
		"email":            regexp.MustCompile(`@brightwater\.example\.com$`),
		"domain":           regexp.MustCompile(`\.example\.com$`),
		"deviceMacAddress": regexp.MustCompile(`^00:00:5E:00:53:[0-9A-F]{2}$`),
	}
	s := seeded()
	for k := range kinds {
		for _, r := range s.store.All(k) {
			for name, form := range forms {
				if value := r.values[name]; value != "" && !form.MatchString(value) {
					t.Errorf("%s %d: %s %s is not fictional", s.resources[k].noun, r.id, name, value)
				}
			}
			if network := r.values["network"]; network != "" && !slices.ContainsFunc(documentation, netip.MustParsePrefix(network).Overlaps) {
				t.Errorf("network %s is not for documentation", network)
			}
		}
	}
}

func TestSeedsAreTheSameAtEachStart(t *testing.T) {
	t.Parallel()
	later := seeded(func(o *Options) { o.Clock = func() time.Time { return testDay().AddDate(1, 0, 0) } })
	for _, path := range []string{"", "/1/users", "/2/groups", "/1/queues/1/members", "/1/devices", "/2/trustednetworks"} {
		differ(t, path, do(t, seeded(), "GET", path, "").Text, do(t, later, "GET", path, "").Text)
	}
}

func TestAnswersCarrySecretsAsTheVendorMay(t *testing.T) {
	t.Parallel()
	s := seeded()
	all := strings.Join([]string{do(t, s, "GET", "/1/users", "").Text, do(t, s, "GET", "/2/users", "").Text, SecretLeaked}, "")
	secrets := Secrets()
	if len(secrets) != 1+40+10 {
		t.Errorf("%d secrets, want the leaked one, 40 hashes and 10 PINs", len(secrets))
	}
	for _, secret := range secrets {
		if len(secret) < 9 || !strings.Contains(all, secret) {
			t.Errorf("%q is no secret of an answer", secret)
		}
	}
	for _, path := range []string{"", "/1/groups", "/1/groups/1/users", "/1/devices", "/1/queues/1/members", "/1/trustednetworks", "/1/users/2/devices"} {
		text := do(t, s, "GET", path, "").Text
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds the secret %q", path, secret)
			}
		}
	}
}
