package opentact

import (
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func login(t *testing.T, s *Server, email, password string) reply {
	t.Helper()
	r := httptest.NewRequest("GET", BasePath+"/auth", nil)
	r.SetBasicAuth(email, password)
	return send(t, s, r)
}

func TestLogin(t *testing.T) {
	t.Parallel()
	s := seeded()
	got := login(t, s, DefaultEmail, DefaultPassword)
	user := got.entity(t)
	if got.Code != 200 || user["email"] != DefaultEmail || user["uuid"] != OwnerUUID || user["role"] != "Admin" {
		t.Fatalf("%d %s", got.Code, got.Text)
	}
	token, _ := user["token"].(string)
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("token %q is not a JWT", token)
	}
	want := []map[string]any{
		{"alg": "HS256", "typ": "JWT"},
		{"uuid": OwnerUUID, "iat": float64(testDay().Unix()), "exp": float64(testDay().Unix() + 86400)},
	}
	for i, part := range parts[:2] {
		text, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			t.Fatal(err)
		}
		var decoded map[string]any
		if err := json.Unmarshal(text, &decoded); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[i], decoded); diff != "" {
			t.Errorf("part %d (-want +got):\n%s", i, diff)
		}
	}
	if account, _ := user["account"].(map[string]any); account["name"] != "Northwind Dental Group" {
		t.Errorf("account %v", account)
	}
}

func TestRefusedLogins(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, test := range [][2]string{{DefaultEmail, "wrong"}, {"other@example.com", DefaultPassword}, {"", ""}} {
		if got := login(t, s, test[0], test[1]); got.Code != 401 || got.Status != 401 || got.Message != "Wrong email or password" {
			t.Errorf("%v: %d %s", test, got.Code, got.Text)
		}
	}
	own := seeded(func(o *Options) { o.Email, o.Password = "a@example.com", "b" })
	if got := login(t, own, "a@example.com", "b"); got.Code != 200 {
		t.Errorf("own login: %d %s", got.Code, got.Text)
	}
	if got := login(t, own, DefaultEmail, DefaultPassword); got.Code != 401 {
		t.Errorf("default login beside an own one: %d", got.Code)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	s := seeded(func(o *Options) { o.Tokens = []string{"static-1", "static-2"} })
	other := seeded()
	forged := func(alg string) string {
		claims := strings.Split(s.IssueToken(), ".")[1]
		return encode([]byte(`{"alg":"`+alg+`","typ":"JWT"}`)) + "." + claims + "."
	}
	for _, test := range []struct {
		name, header, query, basic string
		code                       int
	}{
		{"issued JWT", s.IssueToken(), "", "", 200},
		{"static token", "static-2", "", "", 200},
		{"JWT in the query", "", "jwt=" + s.IssueToken(), "", 200},
		{"bearer in the query", "", "bearer=static-1", "", 200},
		{"Basic on any call", "", "", DefaultPassword, 200},
		{"nothing", "", "", "", 401},
		{"the default token beside own ones", DefaultToken, "", "", 401},
		{"garbage", "garbage", "", "", 401},
		{"dots", "..", "", "", 401},
		{"another server's JWT", other.IssueToken(), "", "", 401},
		{"a changed JWT", s.IssueToken() + "x", "", "", 401},
		{"no algorithm", forged("none"), "", "", 401},
		{"a JWT as bearer", "", "bearer=" + s.IssueToken(), "", 401},
		{"wrong jwt in the query", "", "jwt=no", "", 401},
		{"wrong Basic", "", "", "no", 401},
		{"a wrong header is not made good by the query", "no", "bearer=static-1", "", 401},
	} {
		r := httptest.NewRequest("GET", BasePath+"/account?"+test.query, nil)
		if test.header != "" {
			r.Header.Set("X-Auth-Token", test.header)
		}
		if test.basic != "" {
			r.SetBasicAuth(DefaultEmail, test.basic)
		}
		if got := send(t, s, r); got.Code != test.code || (got.Code == 401) != (got.Status == 401) {
			t.Errorf("%s: want %d, got %d %s", test.name, test.code, got.Code, got.Text)
		}
	}
}

func TestTokensExpire(t *testing.T) {
	t.Parallel()
	now := testDay()
	s := seeded(func(o *Options) {
		o.Clock = func() time.Time { return now }
		o.TokenTTL = time.Hour
	})
	token := s.IssueToken()
	for _, test := range []struct {
		after time.Duration
		code  int
	}{{0, 200}, {time.Hour - time.Second, 200}, {time.Hour, 401}, {48 * time.Hour, 401}} {
		now = testDay().Add(test.after)
		r := httptest.NewRequest("GET", BasePath+"/account", nil)
		r.Header.Set("X-Auth-Token", token)
		if got := send(t, s, r); got.Code != test.code {
			t.Errorf("after %v: want %d, got %d %s", test.after, test.code, got.Code, got.Text)
		}
	}
}

func TestWhoIsAskedBeforeWhat(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, path := range []string{"/sip/app/not-a-uuid", "/sip/app/99999999-0000-4000-8000-000000000001"} {
		if got := send(t, s, httptest.NewRequest("PATCH", BasePath+path, strings.NewReader("{"))); got.Code != 401 {
			t.Errorf("%s without credentials: %d %s", path, got.Code, got.Text)
		}
	}
}
