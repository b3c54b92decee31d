package upstream

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Secrets of a request: its credential, and a value in its body that the contract
// marks as secret. They have characters that every form of escaping changes.
const (
	sentUser     = "integration"
	sentPassword = `p"a/ss wörd+1&\`
	sentToken    = "eyJhbGciOi.eyJ1dWlk.c2lnbmF0dXJl"
	sentPIN      = "83&51 \"é"
)

// signedIn is a dialect that sends two credentials.
type signedIn struct{ plain }

func (*signedIn) Authorize(_ context.Context, request *http.Request) error {
	request.SetBasicAuth(sentUser, sentPassword)
	request.Header.Set("X-Auth-Token", sentToken)
	return nil
}

// quoted is a text as a JSON string.
func quoted(text string) string {
	encoded, _ := json.Marshal(text) // a string can always be encoded
	return string(encoded)
}

// writings are the ways in which a vendor may write the request into its answer.
var writings = map[string]func(string) string{
	"raw":         func(text string) string { return text },
	"base64":      func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) },
	"base64 URL":  func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) },
	"query":       url.QueryEscape,
	"path":        url.PathEscape,
	"JSON string": quoted,
	"Go string":   strconv.Quote,
	"JSON twice":  func(text string) string { return quoted(quoted(text)) },
}

// answersWith are the places of an answer in which a vendor may put text.
var answersWith = map[string]func(echo string) string{
	"message of an error": func(echo string) string {
		return withBody("400 Bad", `{"message":`+quoted(echo)+`}`)
	},
	"message of a field": func(echo string) string {
		return withBody("400 Bad", `{"message":"bad","fields":{"name":`+quoted(echo)+`}}`)
	},
	"name of a field": func(echo string) string {
		return withBody("400 Bad", `{"message":"bad","fields":{`+quoted(echo)+`:"bad"}}`)
	},
	"message of a success": func(echo string) string {
		return withBody("200 OK", `{"success":false,"message":`+quoted(echo)+`}`)
	},
	"message in place of the answer": func(echo string) string { return withBody("200 OK", quoted(echo)) },
	"status line":                    func(echo string) string { return "HTTP/9 " + oneLine(echo) + "\r\n\r\n" },
	"status code":                    func(echo string) string { return "HTTP/1.1 " + oneLine(echo) + "\r\n\r\n" },
	"header": func(echo string) string {
		return "HTTP/1.1 200 OK\r\n" + oneLine(echo) + "\r\n\r\n"
	},
}

func withBody(status, body string) string {
	return "HTTP/1.1 " + status + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

func oneLine(text string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(text) }

// echoingCall is a create whose body has a secret and whose Decode shows all that the
// vendor says.
func echoingCall() *Call {
	call := callOf(Create)
	call.Body = []byte(`{"name":"x","pin":` + quoted(sentPIN) + `}`)
	call.Decode = func(_ int, _ http.Header, body io.Reader) error {
		var answer any
		if err := json.NewDecoder(body).Decode(&answer); err != nil {
			return err
		}
		switch value := answer.(type) {
		case string:
			return &UnexpectedMessage{Problem: errors.New("a message in place of an object"), Text: value}
		case map[string]any:
			message, _ := value["message"].(string)
			return &Rejection{Message: message}
		default:
			return fmt.Errorf("got %v", value)
		}
	}
	return call
}

// shownTexts are all texts of an error, for callers and for the log.
func shownTexts(failure *Error) (texts []string) {
	texts = append(texts, failure.Message)
	for _, field := range failure.Fields {
		texts = append(texts, field.Name, field.Message)
	}
	for err := error(failure); err != nil; err = errors.Unwrap(err) {
		texts = append(texts, err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%q", err))
	}
	return texts
}

// leaks returns which secret a text shows, in any form.
func leaks(text string) string {
	basic := base64.StdEncoding.EncodeToString([]byte(sentUser + ":" + sentPassword))
	for _, value := range []string{sentPassword, sentToken, sentPIN, basic} {
		for name, write := range writings {
			form := strings.Trim(strings.TrimRight(write(value), "="), `"\`)
			if strings.Contains(text, form) {
				return name + " of " + value
			}
		}
	}
	// The base64 of a longer text holds that of the secret at one of three offsets.
	for offset := range 3 {
		inner := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", offset) + sentToken))
		if strings.Contains(text, inner[4:len(inner)-4]) {
			return "base64 within base64"
		}
	}
	return ""
}

// TestEchoedRequestShowsNoSecret: the vendor writes the whole request into its answer. No
// text of the error shows a secret, neither to callers nor in the log.
func TestEchoedRequestShowsNoSecret(t *testing.T) {
	t.Parallel()
	for place, answer := range answersWith {
		for writing, write := range writings {
			t.Run(place+"/"+writing, func(t *testing.T) {
				t.Parallel()
				for _, part := range []string{sentUser + ":" + sentPassword, sentPassword, sentToken, sentPIN, ""} {
					server := listen(t, echoing(func(request string) string {
						if part != "" {
							request = part
						}
						return answer(write(request))
					}))
					ctx := secret.WithValues(t.Context(), func() []string { return []string{sentPIN} })
					failure := failureOf(t, pipelineTo(t, server.url, &signedIn{}).Do(ctx, echoingCall()))
					for _, text := range shownTexts(failure) {
						if leak := leaks(text); leak != "" {
							t.Errorf("%s in %s", leak, text)
						}
					}
				}
			})
		}
	}
}

// TestHarmlessTextIsKept: only the secrets in the vendor's text are masked.
func TestHarmlessTextIsKept(t *testing.T) {
	t.Parallel()
	server := listen(t, answering(withBody("400 Bad", `{"message":"name 'x' is taken by sales (pin `+`83&51 \"é`+`)","fields":{"name":"taken"}}`)))
	ctx := secret.WithValues(t.Context(), func() []string { return []string{sentPIN} })
	failure := failureOf(t, pipelineTo(t, server.url, &signedIn{}).Do(ctx, echoingCall()))
	if want := "name 'x' is taken by sales (pin " + secret.Redacted + ")"; failure.Message != want || len(failure.Fields) != 1 || failure.Fields[0] != (FieldError{"name", "taken"}) {
		t.Errorf("%q, %v", failure.Message, failure.Fields)
	}
}

// TestSecretAtTheCut: text is masked before it is clipped, so no beginning of a secret
// remains.
func TestSecretAtTheCut(t *testing.T) {
	t.Parallel()
	for shown := range len(sentToken) {
		message := strings.Repeat("x", maxMessageBytes-shown) + sentToken
		for _, answer := range []string{withBody("400 Bad", `{"message":`+quoted(message)+`}`), withBody("200 OK", quoted(message))} {
			server := listen(t, answering(answer))
			failure := failureOf(t, pipelineTo(t, server.url, &signedIn{}).Do(t.Context(), echoingCall()))
			if strings.Contains(failure.Error(), sentToken[:2]) {
				t.Errorf("with %d bytes of the token: %v", shown, failure)
			}
		}
	}
}

// TestMaskedErrorIsStillKnown: a masked cause can be compared.
func TestMaskedErrorIsStillKnown(t *testing.T) {
	t.Parallel()
	known := errors.New("known")
	masked := maskError(fmt.Errorf("%w: %s", known, sentToken), secret.NewMasker(sentToken))
	if !errors.Is(masked, known) || errors.Is(masked, errTooLarge) || errors.Unwrap(masked) != nil || strings.Contains(fmt.Sprintf("%#v", masked), sentToken) {
		t.Errorf("got %#v", masked)
	}
	var masks *maskedError
	if plain := maskError(known, secret.NewMasker(sentToken)); errors.As(plain, &masks) || !errors.Is(plain, known) {
		t.Errorf("an error without a secret became %#v", plain)
	}
}

// TestSuccessMakesNoMasker: only failed calls ask what is secret.
func TestSuccessMakesNoMasker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pipeline, end := pipelineOf(t, sequence(good))
		defer end()
		ctx, cancel := WithCap(secret.WithValues(t.Context(), func() []string {
			t.Error("asked for the secrets of a call that succeeds")
			return nil
		}), time.Minute)
		defer cancel()
		if err := pipeline.Do(ctx, callOf(Create)); err != nil {
			t.Error(err)
		}
	})
}

// kept is what a success shows of a text that is kept as it came.
func kept(t *testing.T, dialect Dialect, sent []string, text string) (shown string) {
	t.Helper()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
	call := callOf(Create)
	call.Decode = func(_ int, _ http.Header, body io.Reader) error {
		masker, ok := body.(tolerant.Masker)
		if !ok {
			return errors.New("the body masks nothing")
		}
		read, err := io.ReadAll(body)
		shown = masker.Mask(string(read))
		return err
	}
	ctx := secret.WithValues(t.Context(), func() []string { return sent })
	if err := pipelineTo(t, server.URL, dialect).Do(ctx, call); err != nil {
		t.Error(err)
	}
	return shown
}

// TestKeptTextsHoldNoSecret: what a success says in its own words is shown without what the
// call sent in secret, and otherwise as it came.
func TestKeptTextsHoldNoSecret(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"a value of the request":   {"is " + sentPIN + " now", "is [redacted] now"},
		"the token":                {sentToken, "[redacted]"},
		"the password":             {"pw=" + sentPassword, "pw=[redacted]"},
		"as JSON":                  {`{"a":` + quoted(sentPassword) + `}`, `{"a":"[redacted]"}`},
		"the header":               {"Basic " + base64.StdEncoding.EncodeToString([]byte(sentUser+":"+sentPassword)), "[redacted]"},
		"the user":                 {"made by " + sentUser, "made by " + sentUser},
		"no more than any number":  {"712", "712"},
		"escapes without a secret": {`100 % of C:\x&y`, `100 % of C:\x&y`},
		"nothing":                  {"Front desk", "Front desk"},
	} {
		if got := kept(t, &signedIn{}, []string{sentPIN, "12", "7"}, c.text); got != c.want {
			t.Errorf("%s: %q is shown as %q", name, c.text, got)
		}
	}
}

// TestKeptTextsAllocateNothing: beyond the first one, a text without a secret costs nothing.
func TestKeptTextsAllocateNothing(t *testing.T) {
	request, err := callOf(Read).newRequest(t.Context(), &url.URL{Scheme: "http", Host: "vendor.example"})
	if err != nil {
		t.Fatal(err)
	}
	texts := keptTexts{attempt: &attempt{execution: &execution{Pipeline: &Pipeline{dialect: &signedIn{}}, deadlines: deadlines{capped: t.Context()}}, request: request}}
	_ = (&signedIn{}).Authorize(t.Context(), request)
	if allocations := testing.AllocsPerRun(100, func() { _ = texts.mask("Front desk") }); allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}
