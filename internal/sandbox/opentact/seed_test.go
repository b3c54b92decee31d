package opentact

import (
	"bytes"
	"net/http/httptest"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEveryReferenceResolves(t *testing.T) {
	t.Parallel()
	s := seeded()
	for k := range kinds {
		for _, r := range s.store.All(k) {
			for _, f := range resources[k].fields {
				value := r.values[f.name]
				if f.one != none && value != nil && s.store.Get(f.one, idOf(value)) == nil {
					t.Errorf("%s %s: %s is %v, which does not exist", resources[k].name, r.id, f.name, value)
				}
			}
		}
	}
}

// TestSeedsWouldBeAccepted holds the seeded values against the vendor's own rules.
func TestSeedsWouldBeAccepted(t *testing.T) {
	t.Parallel()
	s := seeded()
	for k := range kinds {
		for _, r := range s.store.All(k) {
			for _, generation := range []Generation{FirstGeneration, SecondGeneration, ThirdGeneration} {
				fields := writableIn(generation, resources[k].fields)
				if _, err := changes(fields, asBody(t, r, fields), false); err != nil {
					t.Errorf("%s %s in generation %d: %v", resources[k].name, r.id, generation, err)
				}
			}
		}
	}
}

// asBody is what a caller would send to set the record's values.
func asBody(t *testing.T, r *record, fields []field) map[string]any {
	t.Helper()
	written := object{}
	for _, f := range fields {
		if f.accepts != nil && !f.hidden {
			written = append(written, member{f.name, r.values[f.name]})
		}
	}
	request := httptest.NewRequest("POST", "/", bytes.NewReader(appendValue(nil, written)))
	request.Header.Set("Content-Type", "application/json")
	body, err := readJSON(request)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestEveryValueIsShown finds misspelt names in the seeds.
func TestEveryValueIsShown(t *testing.T) {
	t.Parallel()
	s := seeded()
	for k := range kinds {
		shown := map[string]bool{"account": true, "created_by": true, "modified_by": true, "tnorder": true}
		for _, f := range resources[k].fields {
			shown[f.name] = true
		}
		for _, r := range s.store.All(k) {
			for name := range r.values {
				if !shown[name] {
					t.Errorf("%s %s has the value %s, which no answer shows", resources[k].name, r.id, name)
				}
			}
		}
	}
}

// familyRow is a row of the table of seeded ids in docs/operations.md: the family, what it is,
// and how many there are.
var familyRow = regexp.MustCompile("(?m)^\\| `([0-9a-f]{8})` \\| [^|]* \\| ([0-9]+) \\|")

// documentedFamilies returns how many rows docs/operations.md has of each family of ids.
func documentedFamilies(t *testing.T) map[string]int {
	t.Helper()
	text, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	families := map[string]int{}
	for _, row := range familyRow.FindAllStringSubmatch(string(text), -1) {
		families[row[1]], _ = strconv.Atoi(row[2]) // digits, by the pattern
	}
	return families
}

func TestSeedsAreAsDocumented(t *testing.T) {
	t.Parallel()
	s := seeded()
	got := map[string]int{}
	for k := range kinds {
		for _, r := range s.store.All(k) {
			if family, _, isUUID := strings.Cut(r.id, "-0000-4000-8000-"); isUUID {
				got[family]++
			}
		}
	}
	if diff := cmp.Diff(documentedFamilies(t), got); diff != "" {
		t.Errorf("entities by the family of their ids (-docs/operations.md +seeded):\n%s", diff)
	}
	for k, want := range map[kind]int{timeZones: 1, products: 4, domains: 9, numbers: 26} {
		if got := s.store.Len(k); got != want {
			t.Errorf("%d of kind %s, want %d", got, resources[k].name, want)
		}
	}
	for n, want := range map[int]int{1: 6, 2: 3, 3: 3, 4: 2, 5: 0, 6: 4, 7: 0} {
		if got := len(s.store.having(leases, "sip_connection", ConnectionUUID(n))); got != want {
			t.Errorf("connection %d has %d leases, want %d", n, got, want)
		}
	}
	var expired []string
	for _, r := range s.store.All(invites) {
		if at, expires := r.values["expired_on"].(time.Time); expires && at.Before(testDay()) {
			expired = append(expired, r.id)
		}
	}
	if diff := cmp.Diff([]string{InviteUUID(2), InviteUUID(5), InviteUUID(9), InviteUUID(12)}, expired); diff != "" {
		t.Errorf("expired invites (-want +got):\n%s", diff)
	}
}

func TestSeedsAreFictional(t *testing.T) {
	t.Parallel()
	documentation := netip.MustParsePrefix("192.0.2.0/24")
	phone := regexp.MustCompile(`^\+?120655501\d\d$`)
	s := seeded()
	for k := range kinds {
		for _, r := range s.store.All(k) {
			for _, name := range []string{"ip", "remote_ip"} {
				if ip := r.text(name); ip != "" && !documentation.Contains(netip.MustParseAddr(ip)) {
					t.Errorf("%s %s: %s %s is not for documentation", resources[k].name, r.id, name, ip)
				}
			}
			for _, name := range []string{"phone_number", "from", "to"} {
				if number := r.text(name); number != "" && !phone.MatchString(number) {
					t.Errorf("%s %s: %s %s is not fictional", resources[k].name, r.id, name, number)
				}
			}
			if mail := r.text("email"); mail != "" && !strings.HasSuffix(mail, ".example.com") {
				t.Errorf("%s %s: email %s is not fictional", resources[k].name, r.id, mail)
			}
		}
	}
}

func TestSeedsAreTheSameAtEachStart(t *testing.T) {
	t.Parallel()
	paths := []string{"/sip/connection", "/sip/app", "/profile/messaging", "/sip/connection/" + ConnectionUUID(1), "/sip/connection/" + ConnectionUUID(6) + "/users"}
	later := seeded(func(o *Options) { o.Clock = func() time.Time { return testDay().AddDate(0, 3, 0) } })
	expiry := regexp.MustCompile(`"expired_on":"[^"]*"`)
	for _, path := range paths {
		first, second := do(t, seeded(), "GET", path, "").Text, do(t, later, "GET", path, "").Text
		if diff := cmp.Diff(expiry.ReplaceAllString(first, ""), expiry.ReplaceAllString(second, "")); diff != "" {
			t.Errorf("%s (-one day +another):\n%s", path, diff)
		}
	}
}

func TestAnswersCarrySecretsAsTheVendorDoes(t *testing.T) {
	t.Parallel()
	s := seeded()
	all := Secrets()
	for _, test := range []struct {
		path   string
		secret string
	}{
		{"/sip/app/" + AppUUID(1), SecretPasswordHash},
		{"/sip/app/" + AppUUID(1), SecretUserToken},
		{"/sip/connection", SecretTrunkPassword},
		{"/sip/connection/" + ConnectionUUID(1) + "/users", s.store.Get(sipUsers, SIPUserUUID(1)).text("ha1")},
		{"/sip/connection/" + ConnectionUUID(1), s.store.Get(sipUsers, SIPUserUUID(2)).text("ha1b")},
	} {
		text := do(t, s, "GET", test.path, "").Text
		if !strings.Contains(text, test.secret) || !slices.Contains(all, test.secret) {
			t.Errorf("%s does not show %s, or Secrets does not name it", test.path, test.secret)
		}
		if strings.Contains(text, SecretSIPPassword) {
			t.Errorf("%s shows a SIP password, which the vendor does not keep", test.path)
		}
	}
}

func TestAnEmptySandboxHasOwnerAndProducts(t *testing.T) {
	t.Parallel()
	s := New(Options{})
	for path, want := range map[string]int{"/sip/connection": 0, "/sip/app": 0, "/profile/messaging": 0, "/profile/outbound_voice": 0, "/sip/connection/product": 4} {
		if got := do(t, s, "GET", path, ""); got.Code != 200 || len(got.list(t)) != want {
			t.Errorf("%s: %s", path, got.Text)
		}
	}
	if got := do(t, s, "GET", "/account", "").entity(t); got["messaging_profile_default"] != nil {
		t.Errorf("default messaging profile %v", got["messaging_profile_default"])
	}
	created := do(t, s, "POST", "/sip/connection", `{"name":"First"}`).entity(t)
	if id, _ := created["uuid"].(string); !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("uuid %q is not a version 4 UUID", id)
	}
}
