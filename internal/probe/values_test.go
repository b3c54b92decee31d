package probe_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	sandboxinfinity "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandboxopentact "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// TestPrintsNoValues: no value of a resource, no credential and no token is printed.
func TestPrintsNoValues(t *testing.T) {
	t.Parallel()
	opentact := &vendor{next: sandboxopentact.New(sandboxopentact.Options{Seed: true, Generation: 3})}
	infinity := &vendor{next: sandboxinfinity.New(sandboxinfinity.Options{Seed: true})}
	report := check(t, append(account(serve(t, opentact), "3"),
		"--infinity-base-url="+serve(t, infinity)+sandboxinfinity.BasePath,
		"--infinity-username="+sandboxinfinity.DefaultUsername, "--infinity-password="+sandboxinfinity.DefaultPassword)...)
	printed, values := text(t, report), 0
	for _, body := range slices.Concat(opentact.answers, infinity.answers) {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		for {
			var answer any
			if decoder.Decode(&answer) != nil {
				break
			}
			eachValue(answer, func(value string) {
				if len(value) < 5 { // such as a flag or a count
					return
				}
				values++
				if strings.Contains(printed, value) && !inNames[value] {
					t.Errorf("%q is printed", value)
				}
			})
		}
	}
	if values < 500 {
		t.Errorf("only %d values were looked for", values)
	}
	for _, secret := range []string{sandboxopentact.DefaultEmail, sandboxopentact.DefaultPassword, sandboxinfinity.DefaultPassword} {
		if strings.Contains(printed, secret) {
			t.Errorf("%q is printed", secret)
		}
	}
}

// inNames are values that are also words of routes and members.
var inNames = map[string]bool{"online": true}

// eachValue calls a function with each text and number of an answer.
func eachValue(value any, call func(text string)) {
	switch v := value.(type) {
	case map[string]any:
		for _, member := range v {
			eachValue(member, call)
		}
	case []any:
		for _, element := range v {
			eachValue(element, call)
		}
	case string:
		call(v)
	case json.Number:
		call(v.String())
	}
}

// text is the report in both forms.
