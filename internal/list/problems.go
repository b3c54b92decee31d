package list

import (
	"errors"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/status"
)

// maxProblems bounds what is reported of one argument, so that the error still
// fits the header that carries it.
const maxProblems = 8

// problems gathers what is wrong with one argument, each once.
type problems struct {
	texts  []string
	listed []string
}

// add notes an error. Of several unknown fields only the first lists what is
// allowed.
func (p *problems) add(err error) {
	text := err.Error()
	if field := (*fieldProblem)(nil); errors.As(err, &field) {
		if slices.Contains(p.listed, field.allowed) {
			text = field.reason
		}
		p.listed = append(p.listed, field.allowed)
	}
	if len(p.texts) < maxProblems && !slices.Contains(p.texts, text) {
		p.texts = append(p.texts, text)
	}
}

func (p *problems) violations(argument string) violations {
	var list violations
	for _, text := range p.texts {
		list = append(list, broken(argument, "%s", text)...)
	}
	return list
}

// broken returns the violation of an argument. Its rule has the name of the argument.
func broken(argument, format string, args ...any) violations {
	return violations{status.BrokenRule(argument, strings.ToUpper(argument), format, args...)}
}
