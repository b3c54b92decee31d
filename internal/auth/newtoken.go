package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// tokenPrefix lets people and secret scanners recognise a token.
const tokenPrefix = "sipfacade_"

// tokenBytes is how many random bytes a token has.
const tokenBytes = 32

// NewToken makes a token, and the entry for the tokens file. Nothing keeps the token.
func NewToken(name string, scopes []string) (token, entry string, err error) {
	if !validName(name) {
		return "", "", fmt.Errorf("the name must be 1 to 128 visible ASCII characters without a space")
	}
	for _, scope := range scopes {
		if !validScope(scope) {
			return "", "", fmt.Errorf("there is no scope %q; the scopes are %s", scope, strings.Join(Scopes(), ", "))
		}
	}
	random := make([]byte, tokenBytes)
	_, _ = rand.Read(random) // never fails
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	digest := sha256.Sum256([]byte(token))
	lines, err := yaml.Marshal([]struct {
		Name   string   `yaml:"name"`
		SHA256 string   `yaml:"sha256"`
		Scopes []string `yaml:"scopes,flow"`
	}{{name, hex.EncodeToString(digest[:]), scopes}})
	if err != nil {
		return "", "", fmt.Errorf("write the entry of the token: %w", err)
	}
	return token, string(lines), nil
}
