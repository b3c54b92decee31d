package probe_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	sandboxinfinity "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandboxopentact "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// canaries is a vendor whose texts and numbers are all personal data or secrets of somebody.
type canaries struct {
	next http.Handler
	// bodies are answers of another kind, by the end of the path.
	bodies map[string]string

	mu      sync.Mutex
	given   map[string]string // the canary of each value
	meant   map[string]string // the value of each canary
	answers int
}

func newCanaries(next http.Handler, bodies map[string]string) *canaries {
	return &canaries{next: next, bodies: bodies, given: map[string]string{}, meant: map[string]string{}}
}

// ServeHTTP answers as the emulator does, with a canary in place of each value.
func (c *canaries) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers++
	header := w.Header()
	header.Set("Location", "https://canary-host.example.org/canary/4915170000001?token=canary")
	header.Set("Set-Cookie", "session=canary-cookie; Domain=canary.example.org")
	header.Set("X-Request-Id", "canary-request")
	header.Set("WWW-Authenticate", `Basic realm="canary realm"`)
	header.Set("Retry-After", "4915170000002")
	header.Set("Content-Type", "application/json; charset=canary")
	if body, ok := c.bodies[path.Base(r.URL.Path)]; ok {
		_, _ = io.WriteString(w, body)
		return
	}
	answer := httptest.NewRecorder()
	c.next.ServeHTTP(answer, c.asMeant(r))
	w.WriteHeader(answer.Code)
	decoder := json.NewDecoder(answer.Body)
	decoder.UseNumber()
	for {
		var value any
		if decoder.Decode(&value) != nil {
			return
		}
		_ = json.NewEncoder(w).Encode(c.replace(value))
	}
}

// asMeant is a request with the ids that the emulator knows.
func (c *canaries) asMeant(r *http.Request) *http.Request {
	segments := strings.Split(r.URL.EscapedPath(), "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if known, ok := c.meant[plain]; err == nil && ok {
			segments[i] = url.PathEscape(known)
		}
	}
	asked := r.Clone(r.Context())
	asked.URL = &url.URL{Path: strings.Join(segments, "/"), RawQuery: r.URL.RawQuery}
	return asked
}

// replace puts canaries in place of all values, and adds members of all kinds.
func (c *canaries) replace(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(v)) { // so that each run has the same canaries
			v[member] = c.replace(v[member])
		}
		for member, held := range moreMembers {
			v[member] = held
		}
		return v
	case []any:
		for i := range v {
			v[i] = c.replace(v[i])
		}
		return v
	case json.Number:
		number, _ := c.canary(v.String(), numberForms).(json.Number)
		return number
	case string:
		if v == "" {
			return v
		}
		text, _ := c.canary(v, textForms).(string)
		return text
	default:
		return v
	}
}

// canary returns the canary of a value, the same one each time.
func (c *canaries) canary(value string, forms []string) any {
	known, ok := c.given[value]
	if !ok {
		number := len(c.given)
		known = strings.ReplaceAll(forms[number%len(forms)], "NNNN", fmt.Sprint(1000+number))
		c.given[value], c.meant[known] = known, value
	}
	if strings.HasPrefix(forms[0], "49") {
		return json.Number(known)
	}
	return known
}

// The forms of canaries. Each has canary or one of the digits in canaryDigits.
var (
	textForms = []string{
		"Jane Canary NNNN", "jane.canaryNNNN@example.org", "+491517NNNN000", "canaryNNNN", "https://canary:NNNN@canary.example.org/NNNN?jwt=canary",
		"c0ffee17-NNNN-4bad-8bad-c0ffee170000", "10.66.NNNN", "66.6.66.6:NNNN", "sip:canaryNNNN@canary.example.org;user=phone", "canary-NNNN.example.org",
		"CA:NA:66:66:NN:NN", "66:66:66:66:66:66", "4917666NNNN", "Zoë Canary, NNNN Canary Street", "eyJjYW5hcnkiOiJjYW5hcnkifQ.canaryNNNN.canary",
		"{\"canary\": \"NNNN\"}", "<b>canary NNNN</b>", "fe80:6666::NNNN", "66666NNNN", "canary\u0000\u2028NNNN",
		"666666NNNN", "10.66.6.0/24", "tel:+491517NNNN", "(666) 666-NNNN", "c0ffee17c0ffee17NNNN", "CANARYNNNN", "canary NNNN@",
	}
	numberForms = []string{"491517NNNN0", "66666NNNN", "6666.6NNNN", "-6666NNNN", "6.666NNNNe7", "491517NNNN00000000000"}

	canaryDigits = []string{"canary", "491517", "c0ffee17", "10.66", "66.6.66", "66:66", "49176", "1977-07", "6666", "fe80"}
)

// moreMembers are members that nobody knows: with values that look harmless, and with names that
// are values.
var moreMembers = map[string]any{
	"hologram":      map[string]any{"canaryjane": true, "Jane Canary": 1, "deep": []any{map[string]any{"canary.jane": []any{"canary", json.Number("6666666")}}}},
	"Jane Canary":   "active",
	"canary@x.org":  nil,
	"+491517000":    false,
	"api_key":       map[string]any{"canary": []any{"canary", json.Number("6666"), true}},
	"voicemail_pin": json.Number("6666"),
	"birthDate":     "1977-07-07 07:07:07",
	"joined":        "1977-07-07",
	"joined_at":     "1977-07-07T22:00:00Z",
	"state":         "6666-canary",
}

// TestRecordHoldsNoCanary: whatever vendors answer, nothing of it that is personal or secret is
// in any byte that is written.
func TestRecordHoldsNoCanary(t *testing.T) {
	t.Parallel()
	opentact := newCanaries(sandboxopentact.New(sandboxopentact.Options{Seed: true, Generation: 3, Tokens: []string{"canary-token"}}), map[string]string{
		"auth":           `{"success":true,"payload":{"token":"canary-token","account":{"name":"Jane Canary"}}}`,
		"outbound_voice": "<html><title>Jane Canary</title>canary@example.org</html>",
		"messaging":      `{"success":true,"payload":[{"uuid":"c0ffee17-0000-4bad-8bad-c0ffee170001","name":"Jane Canary`,
		"online":         `{"success":false,"message":"Jane Canary has 666666","status":400,"fields":{"params.canary":{"message":"canary","value":"+491517000"}}}`,
		"product":        "Jane Canary, 491517000",
	})
	infinity := newCanaries(sandboxinfinity.New(sandboxinfinity.Options{Seed: true}), map[string]string{
		"trustednetworks": `"Jane Canary may not see 10.66.6.6"`,
		"queues":          `{"error":"Jane Canary"} {"Jane Canary":`,
	})
	directory := filepath.Join(t.TempDir(), "record")
	_, written := makeRecord(t, directory,
		"--opentact-base-url="+serve(t, opentact)+sandboxopentact.BasePath, "--opentact-generation=3",
		"--opentact-email=jane@canary.example.org", "--opentact-password=canary-password",
		"--infinity-base-url="+serve(t, infinity)+sandboxinfinity.BasePath, "--infinity-api-key="+sandboxinfinity.DefaultAPIKey)
	if written < 30 || len(opentact.given)+len(infinity.given) < 500 {
		t.Errorf("%d files, %d and %d canaries", written, len(opentact.given), len(infinity.given))
	}
	files, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		holdsNoCanary(t, filepath.Join(directory, file.Name()))
	}
}

// holdsNoCanary reports each canary in a file, as it is and in other letters.
func holdsNoCanary(t *testing.T, file string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("%s has mode %o", file, mode)
	}
	for line := range bytes.Lines(content) {
		for _, canary := range canaryDigits {
			if bytes.Contains(bytes.ToLower(line), []byte(canary)) {
				t.Errorf("%s has %q: %s", filepath.Base(file), canary, line)
			}
		}
	}
}
