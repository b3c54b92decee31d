package certificate

import (
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/sipfacade/sipfacade/internal/reload"
)

// File is one of the files.
type File int

// The files.
const (
	CertFile File = iota
	KeyFile
	ClientCAFile
)

// Problem is why a file cannot be used.
type Problem struct {
	// File is the one; CertFile also if certificate and key do not belong together.
	File File
	Err  error
}

// Check returns everything that is wrong with the files that are given, while Read stops at
// the first mistake.
func Check(options Options) (problems []Problem) {
	rows := []struct {
		file  File
		path  string
		parse func(content []byte) error
	}{
		{CertFile, options.CertFile, func(content []byte) error { return find(content, "CERTIFICATE") }},
		{KeyFile, options.KeyFile, func(content []byte) error { return find(content, "PRIVATE KEY") }},
		{ClientCAFile, options.ClientCAFile, func(content []byte) error { _, err := parseCA(content); return err }},
	}
	usable := map[File][]byte{}
	for _, row := range rows {
		if row.path == "" {
			continue
		}
		content, err := reload.ReadFile(row.path)
		if err != nil {
			err = fmt.Errorf("cannot be read: %w", err)
		} else {
			err = row.parse(content)
		}
		if err != nil {
			problems = append(problems, Problem{row.file, err})
			continue
		}
		usable[row.file] = content
	}
	if usable[CertFile] != nil && usable[KeyFile] != nil {
		if _, err := parsePair(usable[CertFile], usable[KeyFile]); err != nil {
			problems = append(problems, Problem{CertFile, err})
		}
	}
	return problems
}

// find returns an error if no block of the PEM has a type that ends so.
func find(content []byte, kind string) error {
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		if strings.HasSuffix(block.Type, kind) {
			return nil
		}
	}
	return fmt.Errorf("has no %s in PEM", strings.ToLower(kind))
}
