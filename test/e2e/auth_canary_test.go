package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
)

// The canaries are the secrets of a run: if one is found where somebody reads it, the
// redaction is incomplete. Most need escapes in every encoding.
const (
	canaryCaller   = "canary-Caller_Token~0001/with+signs=="
	canaryLogin    = `canary"Login/Pässword+2%<&>`
	canaryJWT      = "canary.JWT-of-the.Login_3~"
	canaryInfinity = `canary\Infinity/Pässword+4%<&>`
	canaryOpentact = "canary.JWT-of-a-caller.5"
	canaryAPIKey   = "canary+API/Key=6"
	canaryPassword = `canary"User\Pässword/7+%<&>`
	canaryPIN      = "90417253"
	canaryTrunk    = `canary"Trunk\Pässword/8+%<&>`
	canaryEmail    = "canary@example.com"
)

// canaries are all of them.
func canaries() []string {
	return []string{
		canaryCaller, canaryLogin, canaryJWT, canaryInfinity, canaryOpentact, canaryAPIKey, canaryPassword, canaryPIN, canaryTrunk,
		canaryEmail + ":" + canaryLogin, infinityUsername + ":" + canaryInfinity,
	}
}

// forms are the forms in which a secret can be written.
func forms(secret string) []string {
	escaped := func(text string) string {
		encoded, _ := json.Marshal(text) // a string can always be encoded
		return strings.Trim(string(encoded), `"`)
	}
	plain := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret)
	all := []string{
		secret, base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		url.QueryEscape(secret), url.PathEscape(secret), escaped(secret), escaped(escaped(secret)), plain,
		strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(plain),
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// echo is a vendor that refuses each request with an error that repeats it, in another
// form and with another status each time. It collects what it was sent.
type echo struct {
	count    atomic.Int64
	statuses map[bool][]int // by whether the request is a read
}

func newEcho() *echo {
	return &echo{statuses: map[bool][]int{true: {400, 404, 403, 422, 200, 409, 415}, false: {400, 500, 409, 200, 422, 302, 418, 503}}}
}

// ServeHTTP logs callers in, and repeats everything else.
func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == vendorBase+"/auth" {
		json200(`{"success":true,"payload":{"token":"`+canaryJWT+`"}}`)(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}
	n := int(e.count.Add(1))
	statuses := e.statuses[r.Method == http.MethodGet]
	status := statuses[n%len(statuses)]
	message := e.repeat(n/len(statuses), r, string(body))
	quoted, _ := json.Marshal(message) // a string can always be encoded
	answer := fmt.Sprintf(`{"success":false,"message":%s,"status":%d,"errors":%s}`, quoted, status, quoted)
	if strings.HasPrefix(r.URL.Path, infinityBase) && (status == http.StatusOK || n%2 == 0) {
		answer = string(quoted) // with 200, an object would be a row
	}
	if status == http.StatusOK && n%3 == 0 {
		reply(status, "text/html", "<html>"+message+"</html>")(w, r)
		return
	}
	reply(status, "application/json", answer, "Location", "/elsewhere?"+url.QueryEscape(message))(w, r)
}

// secretMember finds the secrets of a body by the vendors' names of them.
var secretMember = regexp.MustCompile(`"(?:password|userPIN|userPassword|pin|reg_password)"\s*:\s*("(?:[^"\\]|\\.)*")`)

// repeat returns the request in one of many forms.
func (e *echo) repeat(n int, r *http.Request, body string) string {
	credential := r.Header.Get("Authorization") + r.Header.Get("X-Auth-Token")
	_, behind, _ := strings.Cut(credential, " ")
	user, password, _ := r.BasicAuth()
	encoded, _ := json.Marshal(body) // a string can always be encoded
	texts := []string{
		body, credential, behind + " " + body, string(encoded), url.QueryEscape(body), url.PathEscape(credential),
		user + ":" + password, url.QueryEscape(password), fmt.Sprint(r.Header), password + body,
	}
	for _, match := range secretMember.FindAllStringSubmatch(body, -1) {
		var value string
		if json.Unmarshal([]byte(match[1]), &value) == nil {
			texts = append(texts, value, base64.StdEncoding.EncodeToString([]byte(value)), url.QueryEscape(value), match[1])
		}
	}
	return "you sent: " + texts[n%len(texts)]
}

// plant puts canaries into all secret fields of a request that a caller can set, at any
// depth that the request has.
func plant(message protoreflect.Message) {
	if settings, ok := message.Interface().(*sipfacadev1.TrunkSettings); ok {
		secret, _ := structpb.NewStruct(map[string]any{"reg_password": canaryTrunk}) // such a map is valid
		settings.OtherSettings = secret
		return
	}
	for i := range message.Descriptor().Fields().Len() {
		field := message.Descriptor().Fields().Get(i)
		switch {
		case contract.Secret(field) && field.Name() == "pin":
			message.Set(field, protoreflect.ValueOfString(canaryPIN))
		case contract.Secret(field) && field.Kind() == protoreflect.StringKind && !field.IsList():
			message.Set(field, protoreflect.ValueOfString(canaryPassword))
		case field.Message() != nil && !field.IsList() && !field.IsMap() && !isOutput(field) && (message.Has(field) || field.Message().Name() == "TrunkSettings"):
			plant(message.Mutable(field).Message())
		}
	}
}

// reader is one place where somebody reads what a server writes.
type reader struct{ place, text string }

// readers are all those places of a facade.
func (f *facade) readers(t *testing.T, answers, audit string) []reader {
	t.Helper()
	written, err := os.ReadFile(audit)
	if err != nil {
		t.Fatal(err)
	}
	_, metrics := f.get(t, "admin", "/metrics", "", nil)
	_, statusz := f.get(t, "admin", "/statusz", "", nil)
	return []reader{{"answers", answers}, {"the log", f.logs.String()}, {"the audit file", string(written)}, {"metrics", metrics}, {"statusz", statusz}}
}

// TestCanaries: the steps of all case files, with a secret in each field that holds one
// and a vendor that repeats what it was sent, show no secret to anybody in any form.
func TestCanaries(t *testing.T) {
	t.Parallel()
	for mode, row := range map[string]struct {
		flags   []string
		headers map[string]string
	}{
		"the service's credentials": {[]string{"--opentact-email=" + canaryEmail, "--opentact-password=" + canaryLogin, "--infinity-username=" + infinityUsername, "--infinity-password=" + canaryInfinity}, nil},
		"a static token and a key":  {[]string{"--opentact-token=" + canaryJWT, "--infinity-api-key=" + canaryAPIKey}, nil},
		"the callers' credentials": {
			[]string{"--opentact-credentials=caller", "--infinity-credentials=caller"},
			map[string]string{"x-opentact-token": canaryOpentact, "x-infinity-authorization": "ApiKey " + canaryAPIKey},
		},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			vendor := startVendor(t, newEcho())
			audit := filepath.Join(t.TempDir(), "audit.jsonl")
			entry := strings.Replace(tokenEntry(canaryCaller, "write"), "name: "+canaryCaller, "name: canary-bird", 1)
			f := startFacade(t, vendor.url(), append(row.flags, tokensFlag(t, entry), "--audit-file="+audit, "--breaker-volume=1000000")...)
			headers := map[string]string{"authorization": "Bearer " + canaryCaller}
			maps.Copy(headers, row.headers)
			answers := f.callEverything(t, headers)
			if calls := len(vendor.take()); calls < 300 {
				t.Errorf("the vendor received only %d requests", calls)
			}
			for _, reads := range f.readers(t, answers, audit) {
				checkCanaries(t, reads)
			}
		})
	}
}

// checkCanaries searches a text for all secrets.
func checkCanaries(t *testing.T, in reader) {
	t.Helper()
	if len(in.text) == 0 {
		t.Errorf("there is nothing in %s", in.place)
	}
	for _, canary := range canaries() {
		for _, form := range forms(canary) {
			if at := strings.Index(in.text, form); at >= 0 {
				t.Errorf("%s: found %q: …%s…", in.place, form, in.text[max(0, at-200):min(len(in.text), at+len(form)+100)])
				break
			}
		}
	}
}

// callEverything makes the calls of all cases over both protocols and returns all answers.
func (f *facade) callEverything(t *testing.T, headers map[string]string) string {
	t.Helper()
	var answers strings.Builder
	done := map[string]bool{}
	for _, c := range loadCases(t) {
		for _, s := range c.Steps {
			made, ok := plantedCall(s)
			if same := fmt.Sprint(s.Call, made.request); !ok || done[same] {
				continue
			}
			done[fmt.Sprint(s.Call, made.request)] = true
			made.headers = maps.Clone(headers)
			for _, way := range f.protocols() {
				if c.Protocol != "" && c.Protocol != way.name() {
					continue
				}
				got, err := way.call(t.Context(), made)
				if err != nil {
					continue // such a request is only for the other protocol
				}
				answers.WriteString(got.raw)
				wrong := made
				wrong.headers = map[string]string{"authorization": "Basic " + canaryCaller}
				if refused, err := way.call(t.Context(), wrong); err == nil {
					answers.WriteString(refused.raw)
				}
			}
		}
	}
	return answers.String()
}

// plantedCall is the call of a step with canaries, if it is a call that can be made without
// the steps before it.
func plantedCall(s step) (call, bool) {
	if s.Call == "" {
		return call{}, false
	}
	made, err := newCall(s.Call, withoutReferences(s.Request))
	if err != nil {
		return call{}, false
	}
	made.request = proto.Clone(made.request)
	plant(made.request.ProtoReflect())
	return made, true
}

// withoutReferences puts an id where a step refers to what an earlier one saved.
func withoutReferences(value any) any {
	switch x := value.(type) {
	case string:
		return reference.ReplaceAllString(x, someConnection)
	case []any:
		list := make([]any, len(x))
		for i := range x {
			list[i] = withoutReferences(x[i])
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for name, member := range x {
			object[name] = withoutReferences(member)
		}
		return object
	}
	return value
}
