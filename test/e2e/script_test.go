package e2e

import (
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Answers of a scripted vendor. Each is given to every call.

// reply returns a handler that answers a status and a body.
func reply(status int, contentType, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // the client may have gone
	}
}

// json200 answers a body as JSON. If the path names one resource, the answer is about that one,
// in place of someInvite.
func json200(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer := body
		if asked, ok := tolerant.CanonicalUUID(path.Base(r.URL.Path)); ok {
			answer = strings.Replace(body, someInvite, asked, 1)
		}
		reply(http.StatusOK, "application/json", answer)(w, r)
	}
}

// refusal answers a status in the vendor's own error form.
func refusal(status int, headers ...string) http.HandlerFunc {
	body := fmt.Sprintf(`{"success":false,"message":"vendor says %d","status":%d}`, status, status)
	return reply(status, "application/json; charset=utf-8", body, headers...)
}

// page answers a status with an HTML page, as a proxy in between does.
func page(status int, headers ...string) http.HandlerFunc {
	return reply(status, "text/html", "<html><body>PROXY-PAGE</body></html>", headers...)
}

// good is the beginning of an answer that every call accepts, to which a test adds the
// rest. It shows someInvite; see json200.
const good = `{"success":true,"payload":{"uuid":"14b17e00-0000-4000-8000-000000000001","name":"Front desk"}`

// breaksOff announces more bytes than it sends.
func breaksOff(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(good)+100))
	_, _ = w.Write([]byte(good)) // the client may have gone
}

// resets closes the connection of a request that was read.
func resets(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // a plain close is as good for these tests
	}
	_ = conn.Close() // that is all there is to do
}

// hangs answers nothing until its client cancels or the test ends.
func hangs(t testing.TB) http.HandlerFunc {
	over := t.Context().Done()
	return func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}
}

// padded is a good answer of at least so many bytes.
func padded(size int) string {
	return good + `,"padding":"` + strings.Repeat("x", size) + `"}`
}

// afterLogin answers the login with a token and everything else as given.
func afterLogin(rest http.HandlerFunc) http.HandlerFunc {
	return atLogin(json200(`{"success":true,"payload":{"email":"x@example.com","token":"`+vendorToken+`"}}`), rest)
}

// atLogin answers the login in one way and everything else in another.
func atLogin(login, rest http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == vendorBase+"/auth" {
			login(w, r)
			return
		}
		rest(w, r)
	}
}

// loginFlags make a server log in by itself.
func loginFlags() []string {
	return []string{"--opentact-email=x@example.com", "--opentact-password=SECRET-password"}
}

// callerFlags make a server that has no credential of its own.
func callerFlags() []string { return []string{"--opentact-credentials=caller"} }
