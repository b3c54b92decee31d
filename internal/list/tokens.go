package list

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
)

// maxTokenLength bounds the page tokens that are looked at. Every token that
// seal makes is shorter.
const maxTokenLength = 16 << 10

// Tokens seals and opens page tokens, so that callers can neither read nor make
// them. Instances with the same key and account open each other's tokens. It is safe for
// concurrent use.
type Tokens struct {
	sealers *atomic.Pointer[[]cipher.AEAD] // the one in use, and behind it the one before
	account func() string
}

// NewTokens makes Tokens from a secret of any length but zero.
func NewTokens(key []byte) (*Tokens, error) {
	sealer, err := newSealer(key)
	if err != nil {
		return nil, err
	}
	t := &Tokens{sealers: &atomic.Pointer[[]cipher.AEAD]{}, account: func() string { return "" }}
	t.sealers.Store(&[]cipher.AEAD{sealer})
	return t, nil
}

// For returns those of one account, which follow every Rotate. A token remembers a row of the
// account that it was made for, behind which the rows of another begin somewhere. The account is
// asked for when there is a token: most lists have one page.
func (t *Tokens) For(account func() string) *Tokens {
	return &Tokens{sealers: t.sealers, account: account}
}

// Rotate seals with another secret from now on. Tokens of the secret before are still opened,
// and no older ones.
func (t *Tokens) Rotate(key []byte) error {
	sealer, err := newSealer(key)
	if err != nil {
		return err
	}
	t.sealers.Store(&[]cipher.AEAD{sealer, (*t.sealers.Load())[0]})
	return nil
}

// newSealer derives the key of a sealer.
func newSealer(key []byte) (cipher.AEAD, error) {
	if len(key) == 0 {
		return nil, errors.New("page token key: must not be empty")
	}
	derived, err := hkdf.Key(sha256.New, key, nil, "sipfacade page token", 32)
	if err != nil {
		return nil, fmt.Errorf("page token key: derive: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("page token key: start AES: %w", err)
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("page token key: start GCM: %w", err)
	}
	return sealer, nil
}

// seal encrypts under a fresh random nonce, which the sealer itself adds.
func (t *Tokens) seal(content []byte) string {
	return base64.RawURLEncoding.EncodeToString((*t.sealers.Load())[0].Seal(nil, nil, content, []byte(t.account())))
}

// open returns what seal was given, or false for anything that seal did not
// make for the account with the key in use or the one before.
func (t *Tokens) open(token string) ([]byte, bool) {
	if len(token) > maxTokenLength || strings.ContainsAny(token, "\r\n") { // base64 would skip line ends.
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, false
	}
	account := []byte(t.account())
	for _, sealer := range *t.sealers.Load() {
		if content, err := sealer.Open(nil, nil, sealed, account); err == nil {
			return content, true
		}
	}
	return nil, false
}
