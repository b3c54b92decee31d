package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// tokenPrefix lets people and secret scanners recognise a token.
const tokenPrefix = "sipfacade_"

// tokenBytes is how many random bytes a token has.
const tokenBytes = 32

// NewToken makes a token, and the entry for the tokens file. Nothing keeps the token.
func NewToken(name string, scopes []string) (token, entry string, err error) {
	if err := checkNew(name, scopes); err != nil {
		return "", "", err
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

// checkNew returns everything that is wrong with what a token is to be made for, a line each.
func checkNew(name string, scopes []string) error {
	var wrong []error
	if !validName(name) {
		wrong = append(wrong, errors.New("the name "+nameRule))
	}
	if len(scopes) == 0 {
		wrong = append(wrong, fmt.Errorf("no scope is given; the scopes are %s", strings.Join(Scopes(), ", ")))
	}
	var unknown []string
	for _, scope := range scopes {
		if !validScope(scope) {
			unknown = append(unknown, strconv.Quote(scope))
		}
	}
	if len(unknown) > 0 {
		wrong = append(wrong, fmt.Errorf("there is no scope %s; the scopes are %s", strings.Join(unknown, " or "), strings.Join(Scopes(), ", ")))
	}
	return errors.Join(wrong...)
}
