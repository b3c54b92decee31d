package upstream

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Secretive is a dialect with a secret that requests do not show, such as the password of a
// login.
type Secretive interface{ Secrets() []string }

// masker returns what masks all secrets of the attempt in text of the vendor. It is made for
// failed attempts only.
func (a *attempt) masker() *secret.Masker { return secret.NewMasker(a.secrets()...) }

// secrets are the credential, in the forms in which it was sent, and what the caller's request
// carried in secret fields.
func (a *attempt) secrets() []string {
	values := secret.Values(a.capped)
	if dialect, ok := a.dialect.(Secretive); ok {
		values = slices.Concat(values, dialect.Secrets())
	}
	if a.request != nil {
		values = slices.Concat(values, credentialsIn(a.request))
	}
	return values
}

// keptTexts masks texts of a success that callers are shown as they came, such as members that
// the service does not know. Most hold no secret, and cost no more than to look for each as it
// is. In base64 only the credential of a header is looked for.
type keptTexts struct {
	attempt *attempt
	values  []string // nil until they are asked for
	masker  *secret.Masker
}

var _ tolerant.Masker = (*meteredBody)(nil)

// Mask returns a text of the answer without the secrets that the call sent.
func (b *meteredBody) Mask(text string) string { return b.kept.mask(text) }

func (k *keptTexts) mask(text string) string {
	if k.values == nil {
		k.values = k.attempt.longSecrets()
	}
	holds := func(value string) bool { return strings.Contains(text, value) }
	if !slices.ContainsFunc(k.values, holds) && !strings.ContainsAny(text, secret.Escapes) {
		return text
	}
	if k.masker == nil {
		k.masker = secret.NewMasker(k.values...)
	}
	return k.masker.Mask(text)
}

// shortestSecret is the length below which a secret is not looked for in a success: it could
// be any number in it.
const shortestSecret = 4

// longSecrets are the secrets that are looked for in a success. The user of a credential is
// none: an answer may well name it.
func (a *attempt) longSecrets() []string {
	user, password, _ := a.request.BasicAuth()
	return slices.DeleteFunc(a.secrets(), func(value string) bool {
		return len(value) < shortestSecret || value == user && value != password
	})
}

// plainHeaders are those of a request that hold no credential. All others are of
// Dialect.Authorize.
var plainHeaders = map[string]bool{"Accept": true, "Content-Type": true, "User-Agent": true}

// credentialsIn returns every form in which the request's headers hold its credential:
// the whole value, what follows the scheme, and the user and password of Basic.
func credentialsIn(request *http.Request) (values []string) {
	for name, all := range request.Header {
		if plainHeaders[name] {
			continue
		}
		for _, value := range all {
			values = append(values, value)
			if _, after, found := strings.Cut(value, " "); found {
				values = append(values, strings.TrimSpace(after))
			}
		}
	}
	if user, password, ok := request.BasicAuth(); ok {
		values = append(values, user+":"+password, user, password)
	}
	return values
}

// maskedError is an error whose text held a secret. The error itself can be compared,
// but not unwrapped, so that no text of it is printed.
type maskedError struct {
	text   string
	hidden func() error
}

// maskError returns the error, or one with masked text if its text holds a secret.
func maskError(err error, masker *secret.Masker) error {
	text := err.Error()
	masked := masker.Mask(text)
	if masked == text {
		return err
	}
	return &maskedError{text: masked, hidden: func() error { return err }}
}

// Error returns the masked text.
func (e *maskedError) Error() string { return e.text }

// Is reports whether the error or one that it wraps is the target.
func (e *maskedError) Is(target error) bool { return errors.Is(e.hidden(), target) }

// UnexpectedMessage is an answer that holds a message of the vendor and should hold
// something else. Only the pipeline shows the text, after it has masked it.
type UnexpectedMessage struct {
	// Problem says what is wrong with that.
	Problem error
	// Text is the vendor's text as it came.
	Text string
}

// Error is without the vendor's text.
func (u *UnexpectedMessage) Error() string { return u.Problem.Error() }

// Unwrap returns the problem.
func (u *UnexpectedMessage) Unwrap() error { return u.Problem }

// masked returns the error for the log.
func (u *UnexpectedMessage) masked(masker *secret.Masker) error {
	return fmt.Errorf("%w: %q", u.Problem, clip(masker.Mask(u.Text)))
}
