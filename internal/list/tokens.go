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
)

// maxTokenLength bounds the page tokens that are looked at. Every token that
// seal makes is shorter.
const maxTokenLength = 16 << 10

// Tokens seals and opens page tokens, so that callers can neither read nor make
// them. Instances with the same key open each other's tokens.
type Tokens struct {
	sealer cipher.AEAD
}

// NewTokens makes Tokens from a secret of any length but zero.
func NewTokens(key []byte) (*Tokens, error) {
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
	return &Tokens{sealer: sealer}, nil
}

// seal encrypts under a fresh random nonce, which the sealer itself adds.
func (t *Tokens) seal(content []byte) string {
	return base64.RawURLEncoding.EncodeToString(t.sealer.Seal(nil, nil, content, nil))
}

// open returns what seal was given, or false for anything that seal did not
// make with this key.
func (t *Tokens) open(token string) ([]byte, bool) {
	if len(token) > maxTokenLength || strings.ContainsAny(token, "\r\n") { // base64 would skip line ends.
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, false
	}
	content, err := t.sealer.Open(nil, nil, sealed, nil)
	return content, err == nil
}
