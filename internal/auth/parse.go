package auth

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// tokensFile is the tokens file as it is written.
type tokensFile struct {
	Tokens []struct {
		Name    string   `yaml:"name"`
		SHA256  string   `yaml:"sha256"`
		Scopes  []string `yaml:"scopes"`
		Expires string   `yaml:"expires"`
	} `yaml:"tokens"`
	Certificates []struct {
		Name   string   `yaml:"name"`
		SAN    string   `yaml:"san"`
		Scopes []string `yaml:"scopes"`
	} `yaml:"certificates"`
}

// ParseDirectory reads the tokens file. Its errors name all mistakes and repeat no value,
// since a token may stand in place of its digest.
func ParseDirectory(content []byte) (*Directory, error) {
	file, err := decodeFile(content)
	if err != nil {
		return nil, fmt.Errorf("the tokens file: %w", err)
	}
	d := &Directory{tokens: map[uint64][]*tokenEntry{}}
	if problems := append(d.addTokens(file), d.addCertificates(file)...); len(problems) > 0 {
		return nil, errors.New("the tokens file: " + strings.Join(problems, "; "))
	}
	return d, nil
}

var (
	errNoContent     = errors.New("it has neither tokens nor certificates; an empty list revokes all")
	errManyDocuments = errors.New("it must hold one YAML document")
	errSyntax        = errors.New("it is not valid YAML")
)

// decodeFile reads the YAML strictly: a misspelt member would be one that nobody reads.
func decodeFile(content []byte) (file tokensFile, err error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	err = decoder.Decode(&file)
	switch {
	case errors.Is(err, io.EOF), err == nil && file.Tokens == nil && file.Certificates == nil:
		// An editor that is about to write the file leaves it empty for a moment.
		return file, errNoContent
	case err != nil:
		return file, withoutValues(err)
	case !errors.Is(decoder.Decode(&tokensFile{}), io.EOF):
		return file, errManyDocuments
	}
	return file, nil
}

// lineNumbers finds where the parser saw a problem.
var lineNumbers = regexp.MustCompile(`line \d+`)

// withoutValues says where the YAML is wrong and leaves out the parser's words: they quote
// the file.
func withoutValues(err error) error {
	lines := lineNumbers.FindAllString(err.Error(), 3)
	if len(lines) == 0 {
		return errSyntax
	}
	return fmt.Errorf("it is not valid, see %s: its members are tokens (name, sha256, scopes, expires) and certificates (name, san, scopes)",
		strings.Join(lines, ", "))
}

func (d *Directory) addTokens(file tokensFile) (problems []string) {
	for i, row := range file.Tokens {
		at := fmt.Sprintf("tokens[%d]", i)
		entry := &tokenEntry{}
		entry.caller = fileCaller(at, row.Name, row.Scopes, &problems)
		if digest, err := hex.DecodeString(row.SHA256); err != nil || copy(entry.digest[:], digest) != len(entry.digest) || len(digest) != len(entry.digest) {
			problems = append(problems, at+".sha256 must be the SHA-256 of the token in 64 hexadecimal digits")
		}
		if row.Expires != "" {
			expires, err := time.Parse(time.RFC3339, row.Expires)
			if err != nil {
				problems = append(problems, at+".expires must be a time such as 2027-01-31T00:00:00Z")
			}
			entry.expires = expires
		}
		key := indexOf(entry.digest)
		if slices.ContainsFunc(d.tokens[key], func(other *tokenEntry) bool { return other.digest == entry.digest }) {
			problems = append(problems, at+".sha256 is that of another entry")
		}
		d.tokens[key] = append(d.tokens[key], entry)
		d.count++
	}
	return problems
}

func (d *Directory) addCertificates(file tokensFile) (problems []string) {
	for i, row := range file.Certificates {
		at := fmt.Sprintf("certificates[%d]", i)
		if row.SAN == "" {
			problems = append(problems, at+".san must be a URI or DNS name of the certificate")
		}
		d.certificates = append(d.certificates, certificateEntry{fileCaller(at, row.Name, row.Scopes, &problems), row.SAN})
	}
	return problems
}

// longestName is the most characters of a caller's name, and nameRule says what one is.
const (
	longestName = 128
	nameRule    = "must be 1 to 128 visible ASCII characters without a space"
)

// validName reports whether a caller can have the name: visible ASCII characters without a
// space.
func validName(name string) bool {
	invisible := func(c rune) bool { return c < '!' || c > '~' }
	return name != "" && len(name) <= longestName && !strings.ContainsFunc(name, invisible)
}

// validScope reports whether there is such a scope.
func validScope(scope string) bool { return slices.Contains(Scopes(), scope) }

// fileCaller returns the caller of one entry.
func fileCaller(at, name string, scopes []string, problems *[]string) Caller {
	if !validName(name) {
		*problems = append(*problems, at+".name "+nameRule)
	}
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(scope string) bool { return !validScope(scope) }) {
		*problems = append(*problems, at+".scopes must be one or more of "+strings.Join(Scopes(), ", "))
	}
	return Caller{Name: name, ID: "file:" + name, Scopes: scopes}
}
