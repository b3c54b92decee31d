package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// keysAge is after what time the keys are fetched again, so that one that the issuer
	// has withdrawn is not accepted for longer.
	keysAge = time.Hour
	// keysRetry is the time until the next try if the issuer could not be reached, or did not
	// answer with keys. Until then the old keys hold.
	keysRetry = time.Minute
)

// keySet verifies signatures with the issuer's keys.
type keySet struct {
	address string
	client  *http.Client
	now     func() time.Time

	mu      sync.Mutex
	current *oidc.RemoteKeySet
	renew   time.Time // when the keys are fetched anew
}

var _ oidc.KeySet = (*keySet)(nil)

// newKeySet returns a key set that fetches the keys when they are needed.
func newKeySet(address string, client *http.Client, now func() time.Time) *keySet {
	k := &keySet{address: address, client: client, now: now, renew: now().Add(keysAge)}
	k.current = k.remote()
	return k
}

// remote returns a key set that has no keys yet.
func (k *keySet) remote() *oidc.RemoteKeySet {
	return oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), k.client), k.address)
}

// VerifySignature implements oidc.KeySet.
func (k *keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := k.verify(ctx, token)
	if isUnknownKey(ctx, err) {
		err = fmt.Errorf("%w: %w", errUnknownKey, err)
	}
	noteCause(ctx, err)
	return payload, err
}

// verify uses new keys if those in use are old and the issuer answers with others.
func (k *keySet) verify(ctx context.Context, token string) ([]byte, error) {
	current, fresh := k.sets()
	if fresh != nil {
		payload, err := fresh.VerifySignature(ctx, token)
		if unreachable := (*fetchError)(nil); !errors.As(err, &unreachable) && ctx.Err() == nil {
			k.replace(fresh)
			return payload, err
		}
	}
	return current.VerifySignature(ctx, token)
}

// errUnknownKey says that the keys are at hand, and that none of them made the signature.
var errUnknownKey = errors.New("the JWT is signed with an unknown key")

// isUnknownKey reports whether an error of a key set means that: the keys were fetched for
// the token, or so shortly before that they are not fetched again.
func isUnknownKey(ctx context.Context, err error) bool {
	unreachable := (*fetchError)(nil)
	return err != nil && ctx.Err() == nil && (!errors.As(err, &unreachable) || errors.Is(err, errFresh))
}

// sets returns the key set in use, and a new one if the keys are old.
func (k *keySet) sets() (current, fresh *oidc.RemoteKeySet) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.now(); !now.Before(k.renew) {
		k.renew = now.Add(keysRetry)
		fresh = k.remote()
	}
	return k.current, fresh
}

// replace uses a key set that has fetched the keys.
func (k *keySet) replace(fresh *oidc.RemoteKeySet) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.current, k.renew = fresh, k.now().Add(keysAge)
}

// causeKey is the context key of a place for the error of a key set: go-oidc passes on
// its text only.
type causeKey struct{}

// noteCause keeps the error of a key set for who verifies a token.
func noteCause(ctx context.Context, err error) {
	if place, ok := ctx.Value(causeKey{}).(*error); ok {
		*place = err
	}
}
