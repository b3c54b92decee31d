package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// ConfidentialError says that a file would hold something confidential.
type ConfidentialError struct{ File, Name string }

// Error names the file and what it would hold, not the value.
func (e *ConfidentialError) Error() string {
	return fmt.Sprintf("nothing is written, because %s would hold the value of %s", e.File, e.Name)
}

// ofAnswers names the secrets of answers in errors.
const ofAnswers = "a secret of the answers"

// check returns an error if a file holds something confidential.
func (r *Record) check(files []file, confidential []Confidential) error {
	secrets, err := r.telling()
	if err != nil {
		return err
	}
	for _, one := range files {
		if name, found := holds(one, confidential); found {
			return &ConfidentialError{one.name, name}
		}
		if holdsSecret(one.content, secrets) {
			return &ConfidentialError{one.name, ofAnswers}
		}
	}
	return nil
}

// holds finds something confidential in a file, in any form in which vendors are known to give
// it back. The name of an account has been replaced if it was a whole value; elsewhere it may be a
// word of the vendor.
func holds(of file, confidential []Confidential) (name string, found bool) {
	text := string(of.content)
	for _, one := range confidential {
		if one.Value == "" || one.Account && speaks(strings.ToLower(one.Value)) {
			continue
		}
		if secret.NewMasker(one.Value).Mask(text) != text {
			return one.Name, true
		}
	}
	return "", false
}

// telling returns the secrets of the answers whose presence in a record says something. A
// secret that is a word of every record, such as opentact, says nothing.
func (r *Record) telling() ([]string, error) {
	bare := &Record{Index: r.Index}
	bare.Index.Report, bare.Index.Vendors = json.RawMessage("{}"), slices.Clone(r.Index.Vendors)
	for _, exchange := range r.Exchanges {
		exchange.Body, exchange.Headers, exchange.Parameters = nil, nil, nil
		bare.Exchanges = append(bare.Exchanges, exchange)
	}
	files, err := bare.files()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(r.secrets), func(value string) bool {
		return speaks(value) || slices.ContainsFunc(files, func(one file) bool { return bytes.Contains(one.content, []byte(value)) })
	}), nil
}

// longSecret is the length from which a secret is looked for in any text. Shorter ones are parts
// of many, so they are compared with whole values and names.
const longSecret = 8

// holdsSecret reports whether a file has one of the secrets.
func holdsSecret(content []byte, secrets []string) bool {
	long := slices.DeleteFunc(slices.Clone(secrets), func(value string) bool { return len(value) < longSecret })
	if text := string(content); secret.NewMasker(long...).Mask(text) != text {
		return true
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(content), jsontext.AllowDuplicateNames(true))
	for {
		token, err := decoder.ReadToken()
		if err != nil {
			return false // the end
		}
		if kind := token.Kind(); (kind == '"' || kind == '0') && slices.Contains(secrets, token.String()) {
			return true
		}
	}
}
