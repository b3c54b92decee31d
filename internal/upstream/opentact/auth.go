package opentact

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/sync/singleflight"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// tokenHeader carries the JWT. Some documents print it with a dot.
const tokenHeader = "X-Auth-Token"

// Headers returns the headers that can carry the JWT; some documents have the second.
func Headers() []string { return []string{tokenHeader, "Authorization"} }

// The life of a login.
const (
	// assumedLife is used if the token does not say when it expires.
	assumedLife = 24 * time.Hour
	// longestLife is the longest life that is used, whatever the token says.
	longestLife = 365 * 24 * time.Hour
	// renewAhead is how long before its end a token is renewed, unless half of its
	// life is shorter.
	renewAhead = time.Minute
	// failurePause is how long a failed login is remembered, so that many calls do
	// not become many logins.
	failurePause = time.Second
)

// form is what all credentials share: the vendor's name and its error form. All
// credentials except callerToken are the service's own.
type form struct{}

// Vendor names the vendor.
func (form) Vendor() string { return Vendor }

// FromCaller returns false: the credential is the service's own.
func (form) FromCaller() bool { return false }

// Refusal reads the vendor's error form.
func (form) Refusal(body []byte) (upstream.Rejection, bool) { return readRefusal(body) }

// callerToken takes the JWT that the call brought.
type callerToken struct {
	form
	header string
}

// Authorize sets the caller's token.
func (c callerToken) Authorize(ctx context.Context, request *http.Request) error {
	token := upstream.CallerCredential(ctx, Vendor)
	if token == "" {
		return upstream.CredentialMissing(Vendor)
	}
	request.Header.Set(c.header, token)
	return nil
}

// FromCaller returns true: each call brings its own.
func (callerToken) FromCaller() bool { return true }

// Renew returns false: there is no other credential.
func (callerToken) Renew(context.Context, *http.Request) (bool, error) { return false, nil }

// staticToken uses a JWT as it was given.
type staticToken struct {
	form
	header string
	token  func() string
}

// Authorize sets the token.
func (s staticToken) Authorize(_ context.Context, request *http.Request) error {
	request.Header.Set(s.header, s.token())
	return nil
}

// expires returns when the token ends.
func (s staticToken) expires() time.Time { return expiryOf(s.token()) }

// Renew reports whether the token has been replaced since the request.
func (s staticToken) Renew(_ context.Context, request *http.Request) (bool, error) {
	return request.Header.Get(s.header) != s.token(), nil
}

// none is the credential of a service that was given none.
type none struct{ form }

// Authorize refuses every call.
func (none) Authorize(context.Context, *http.Request) error { return upstream.CredentialUnset(Vendor) }

// Renew returns false: there is no other credential.
func (none) Renew(context.Context, *http.Request) (bool, error) { return false, nil }

// basic is the credential of the login request itself.
type basic struct {
	form
	email    string
	password func() string
}

// Authorize sets HTTP Basic.
func (b basic) Authorize(_ context.Context, request *http.Request) error {
	request.SetBasicAuth(b.email, b.password())
	return nil
}

// Renew returns false: there is no other credential.
func (basic) Renew(context.Context, *http.Request) (bool, error) { return false, nil }

// login fetches a JWT and keeps it until shortly before it expires. All calls that
// need one at the same time wait for the same login. The login has a pipeline of its
// own: if it shared the breaker with the calls, the call that probes the vendor would
// hold the only permit and could not log in.
type login struct {
	form
	pipeline *upstream.Pipeline
	password func() string
	header   string
	route    *upstream.Route // of the login itself
	now      func() time.Time
	flight   singleflight.Group

	mu       sync.Mutex
	token    string
	renewAt  time.Time
	failure  error
	failedAt time.Time
}

func newLogin(options Options) *login {
	own := options.Options
	own.BreakerChanged = nil // the vendor's breaker is that of the calls, which counts failed logins too
	return &login{
		pipeline: upstream.NewPipeline(own, basic{email: options.Email, password: options.Password}),
		password: options.Password,
		header:   options.Dialect.header(),
		route:    newTable(options.Dialect).route(routeAuth),
		now:      options.Now,
	}
}

// expires returns when the token that is kept ends.
func (l *login) expires() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return expiryOf(l.token)
}

// Secrets returns the secrets that the vendor knows and that calls do not send.
func (l *login) Secrets() []string { return []string{l.password()} }

// Format prints no token, whatever the verb.
func (l *login) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "login to "+Vendor) }

// Authorize sets the token, after a login if there is no valid one.
func (l *login) Authorize(ctx context.Context, request *http.Request) error {
	token, err := l.current(ctx)
	if err != nil {
		return err
	}
	request.Header.Set(l.header, token)
	return nil
}

// Renew forgets the token that the vendor refused and fetches another, unless that
// has happened since the request was made.
func (l *login) Renew(ctx context.Context, request *http.Request) (bool, error) {
	l.mu.Lock()
	if l.token == request.Header.Get(l.header) {
		l.token = ""
	}
	l.mu.Unlock()
	_, err := l.current(ctx)
	return err == nil, err
}

// current returns a valid token. A login goes on when the call that began it ends,
// since others may wait for it, and has a cap of its own.
func (l *login) current(ctx context.Context) (string, error) {
	if token, known, err := l.known(); known {
		return token, err
	}
	result := l.flight.DoChan("login", func() (any, error) {
		if token, known, err := l.known(); known {
			return token, err
		}
		return l.fetch(upstream.Detach(ctx))
	})
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case done := <-result:
		token, _ := done.Val.(string)
		return token, done.Err
	}
}

// known returns the token that is kept, or the failure that is still remembered.
func (l *login) known() (token string, known bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if l.failure != nil && now.Sub(l.failedAt) < failurePause {
		return "", true, l.failure
	}
	return l.token, l.token != "" && now.Before(l.renewAt), nil
}

// fetch logs in and keeps the token or the failure.
func (l *login) fetch(ctx context.Context) (string, error) {
	token, err := l.requestToken(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.failure, l.failedAt = refusedLogin(err), l.now()
		return "", l.failure
	}
	now := l.now()
	life := lifeOf(token, now)
	l.token, l.failure, l.renewAt = token, nil, now.Add(life-min(renewAhead, life/2))
	return token, nil
}

var _ upstream.Forgetful = (*login)(nil)

// ForgetFailures makes the next call that needs a token log in, whatever became of the last
// login.
func (l *login) ForgetFailures() {
	l.pipeline.ForgetFailures()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failure = nil
}

// requestToken trades email and password for a JWT. It returns a panic as an error:
// singleflight would raise it again in a goroutine of its own, which ends the process.
func (l *login) requestToken(ctx context.Context) (token string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = upstream.Internal(Vendor, fmt.Errorf("panic during the login: %v\n%s", cause, debug.Stack()))
		}
	}()
	err = l.pipeline.Do(ctx, &upstream.Call{Route: l.route, Decode: func(_ int, _ http.Header, body io.Reader) error {
		token, err = readToken(body)
		return err
	}})
	return token, err
}

// readToken reads the answer to a login. A text that a header cannot hold does not count as a
// token: if it were kept, no call could be sent.
func readToken(body io.Reader) (string, error) {
	token := ""
	r := tolerant.NewReader(body)
	defer r.Release()
	unusable, err := readAnswer(r, func() error {
		return r.Object(func(name []byte) error {
			if string(name) != "token" {
				return r.Skip()
			}
			return r.String("token", &token)
		})
	})
	token = strings.TrimSpace(token)
	switch {
	case err != nil:
		return "", err
	case unusable != nil:
		return "", unusable
	case token == "":
		return "", errors.New("the login answered no token")
	case !httpguts.ValidHeaderFieldValue(token):
		return "", errors.New("the login answered a token that no header can carry")
	default:
		return token, nil
	}
}

// refusedLogin returns KindCredentialRejected if the vendor refused the login, and any
// other error as it is.
func refusedLogin(err error) error {
	var failure *upstream.Error
	if !errors.As(err, &failure) {
		return err
	}
	refused := failure.Kind == upstream.KindStatus && failure.Status < 500 && failure.Status != http.StatusTooManyRequests
	if refused || failure.Kind == upstream.KindRejected {
		return failure.Reclassify(upstream.KindCredentialRejected)
	}
	return err
}
