package infinity

import (
	"context"
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// authorization is the header that carries every kind of credential.
const authorization = "Authorization"

// form is what all credentials share: the vendor's name, its error form, and that
// there is no other credential to fetch.
type form struct{}

// Vendor names the vendor.
func (form) Vendor() string { return Vendor }

// Refusal reads the vendor's error form.
func (form) Refusal(body []byte) (upstream.Rejection, bool) { return readRefusal(body) }

// FromCaller returns false: the credential is the service's own.
func (form) FromCaller() bool { return false }

// Renew returns false: there is no other credential.
func (form) Renew(context.Context, *http.Request) (bool, error) { return false, nil }

// callerHeader takes the whole header value that the call brought.
type callerHeader struct{ form }

// FromCaller returns true: each call brings its own.
func (callerHeader) FromCaller() bool { return true }

// Authorize sets the caller's header.
func (callerHeader) Authorize(ctx context.Context, request *http.Request) error {
	value := upstream.CallerCredential(ctx, Vendor)
	if value == "" {
		return upstream.CredentialMissing(Vendor)
	}
	request.Header.Set(authorization, value)
	return nil
}

// basic is a user of the vendor's portal.
type basic struct {
	form
	username string
	password func() string
}

// Authorize sets HTTP Basic.
func (b basic) Authorize(_ context.Context, request *http.Request) error {
	request.SetBasicAuth(b.username, b.password())
	return nil
}

// apiKey is a key of the vendor's portal.
type apiKey struct {
	form
	key func() string
}

// Authorize sets the key.
func (a apiKey) Authorize(_ context.Context, request *http.Request) error {
	request.Header.Set(authorization, "ApiKey "+a.key())
	return nil
}

// none is the credential of a service that was given none.
type none struct{ form }

// Authorize refuses every call.
func (none) Authorize(context.Context, *http.Request) error { return upstream.CredentialUnset(Vendor) }
