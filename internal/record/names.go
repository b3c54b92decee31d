package record

import (
	"strings"
	"sync"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/mapping"
)

var (
	memberName = newPattern(`^[a-z_][A-Za-z_]*([0-9]{1,2}[A-Za-z_]+)*[0-9]{0,2}$`)
	enumName   = newPattern(`^[a-z][A-Za-z_-]{0,39}$`)
	phrase     = newPattern(`^[A-Z][a-z]+( [A-Z][a-z]+| \+){0,4}$`)
)

// maxName is the longest name of a member that is told.
const maxName = 64

// MemberName reports whether a text looks like the name of a member: anything else, such as a
// number or an address, may be a value.
func MemberName(text string) bool { return len(text) <= maxName && memberName.MatchString(text) }

// Word reports whether a text looks like a word of the enum that a member has: huntLongestIdle,
// not a sentence, a number or a person's name.
func Word(member, text string) bool {
	return enumName.MatchString(text) || phrases[member] && phrase.MatchString(text)
}

// phrases are the members whose words a vendor writes as Proxy Media.
var phrases = map[string]bool{"media_type": true}

// name returns what is written for the name of a member.
func (r *replacer) name(in *shape, name string) string {
	switch {
	case in != nil && in.members[name] != nil, speaks(name), in != nil && MemberName(name) && !r.hides(name):
		return name
	default:
		return r.standIn("member", name, numbered("(member %d)"))
	}
}

// speaks reports whether a name has only words that are known from names of members. Objects
// that the contract does not model may have names of people as names of members.
func speaks(name string) bool {
	parts := wordsOf(name)
	for _, part := range parts {
		if !vocabulary()[part] {
			return false
		}
	}
	return len(parts) > 0
}

// wordsOf splits shaken_verify_policy, createDatetime and params.to into words in lower case.
func wordsOf(name string) []string {
	var spaced strings.Builder
	for i, letter := range name {
		switch {
		case letter == '_' || letter == '.':
			letter = ' '
		case i > 0 && unicode.IsUpper(letter):
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(letter))
	}
	return strings.Fields(spaced.String())
}

// vocabulary has the words of all names that the contract and the tables have, and of what
// surrounds the objects of an answer.
var vocabulary = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	add := func(names ...string) {
		for _, name := range names {
			for _, word := range wordsOf(name) {
				known[word] = true
			}
		}
	}
	add("success", "payload", "message", "status", "fields", "meta", "data", "total", "take", "skip", "mode", "order",
		"error", "errors", "code", "value", "params", "body", "query", "path", "logs", "request", "response")
	for _, dialect := range []mapping.Dialect{mapping.OpenTACT, mapping.Infinity} {
		for _, resource := range dialect.Resources {
			add(resource.WithoutField()...)
			for field := range contract.Fields(resource.Descriptor()) {
				add(string(field.Name()))
				add(dialect.VendorNames(resource, field)...)
				add(wordsFor(field)...)
			}
		}
	}
	return known
})

// wordsFor returns the vendor's words for the values of the enum that a field has, if it has one.
func wordsFor(field protoreflect.FieldDescriptor) (found []string) {
	if field.Enum() == nil {
		return nil
	}
	for i := range field.Enum().Values().Len() {
		found = append(found, mapping.Word(field.Enum().FullName(), field.Enum().Values().Get(i).Number()))
	}
	return found
}
