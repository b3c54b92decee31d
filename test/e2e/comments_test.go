package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// comment returns what the descriptor image says of an element, on one line.
func comment(d protoreflect.Descriptor) string {
	return strings.Join(strings.Fields(d.ParentFile().SourceLocations().ByDescriptor(d).LeadingComments), " ")
}

// example is the first example that a comment gives.
var example = regexp.MustCompile("for example `([^`]+)`")

// sandboxParents are the ids of path variables in the sandbox.
func sandboxParents() map[string]string {
	return map[string]string{
		"{sip_connection_uuid}": sandbox.ConnectionUUID(1), "{sip_app_uuid}": sandbox.AppUUID(1), "{sip_domain}": someDomain,
		"{domain_id}": "1", "{user_id}": "1", "{group_id}": "1", "{queue_id}": "1",
	}
}

// camelCase returns a filter or an order with its field names in lowerCamelCase. What is
// quoted stays.
func camelCase(expression string) string {
	quoted, upper := false, false
	var out strings.Builder
	for _, letter := range expression {
		if letter == '"' {
			quoted = !quoted
		}
		switch {
		case letter == '_' && !quoted:
			upper = true
			continue
		case upper:
			letter = unicode.ToUpper(letter)
		}
		upper = false
		out.WriteRune(letter)
	}
	return out.String()
}

// TestExamplesOfLists: every list takes the filter and the order that its comments have as
// examples, in both spellings, in each generation that serves it.
func TestExamplesOfLists(t *testing.T) {
	t.Parallel()
	bases := sandboxes(t)
	image := commented(t)
	lists := 0
	for _, method := range methods() {
		if !strings.HasPrefix(string(method.Name()), "List") {
			continue
		}
		lists++
		for _, generation := range generationsOf(t, shortName(method)) {
			t.Run(fmt.Sprintf("%s/generation %d", shortName(method), generation), func(t *testing.T) {
				t.Parallel()
				checkListExamples(t, image, method, bases[generation])
			})
		}
	}
	if lists < 20 {
		t.Errorf("the contract has %d lists", lists)
	}
}

// checkListExamples makes the calls of a list that its comments have as examples.
func checkListExamples(t *testing.T, image *protoregistry.Files, method protoreflect.MethodDescriptor, base string) {
	t.Helper()
	_, path := verbAndPath(httpRule(method))
	for variable, id := range sandboxParents() {
		path = strings.ReplaceAll(path, variable, id)
	}
	for field, parameter := range map[string]string{"filter": "filter", "order_by": "orderBy"} {
		found, err := image.FindDescriptorByName(method.Input().FullName().Append(protoreflect.Name(field)))
		if err != nil {
			t.Fatal(err)
		}
		given := example.FindStringSubmatch(comment(found))
		if given == nil {
			t.Errorf("the comment of %s has no example: %s", found.FullName(), comment(found))
			continue
		}
		for _, spelling := range []string{given[1], camelCase(given[1])} {
			accepted(t, base+path+"?"+url.Values{parameter: {spelling}}.Encode())
		}
	}
}

// accepted gets a URL, which must answer rows.
func accepted(t *testing.T, target string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // the content is all that counts
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("GET %s: %s, %v: %s", target, response.Status, err, text)
	}
}

// unmarked returns the words by which a comment gives away that it guesses, if it does not
// say so.
func unmarked(text string) string {
	text = strings.ToLower(text)
	for _, words := range []string{"presumably", "probably", "the vendor does not say"} {
		if strings.Contains(text, words) && !strings.Contains(text, "a guess") {
			return words
		}
	}
	return ""
}

// TestGuessesAreMarked: a comment of the contract that guesses says that it does.
func TestGuessesAreMarked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Presumably 0 is none.": "presumably", "The vendor does not say what 0 is.": "the vendor does not say",
		"The vendor does not say what 0 is. A guess: none.": "", "Probably none, which is a guess.": "", "None.": "",
	} {
		if got := unmarked(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	commented(t).RangeFilesByPackage(contract.Package, func(file protoreflect.FileDescriptor) bool {
		eachDescriptor(file, func(d protoreflect.Descriptor) {
			if words := unmarked(comment(d)); words != "" {
				t.Errorf("%s says %q and not that it is a guess: %s", d.FullName(), words, comment(d))
			}
		})
		return true
	})
}

// keywords are the words that no field may have, by language: a generated client escapes
// them in a way of its own, or cannot be called with them.
var keywords = map[string]string{
	"Python": "False None True and as assert async await break class continue def del elif else except finally for from global " +
		"if import in is lambda nonlocal not or pass raise return try while with yield",
	"Java": "abstract assert boolean break byte case catch char class const continue default do double else enum extends final " +
		"finally float for goto if implements import instanceof int interface long native new package private protected public " +
		"return short static strictfp super switch synchronized this throw throws transient try void volatile while true false null",
	"TypeScript": "break case catch class const continue debugger default delete do else enum export extends false finally for " +
		"function if import in instanceof new null return super switch this throw true try typeof var void while with " +
		"implements interface let package private protected public static yield",
	"Go": "break case chan const continue default defer else fallthrough for func go goto if import interface map package range " +
		"return select struct switch type var",
}

// allowedKeywords are fields with a keyword for a name, and why that does no harm.
var allowedKeywords = map[protoreflect.FullName]string{
	contract.Package + ".SipConnectionProduct.type": "the field of the Go client is Type, and no other language reserves it",
}

// keywordOf returns the language that reserves a name.
func keywordOf(name string) string {
	for language, words := range keywords {
		for word := range strings.FieldsSeq(words) {
			if word == name {
				return language
			}
		}
	}
	return ""
}

// TestFieldsAreNoKeywords: no field of the contract is a keyword of a language that clients
// are written in, in snake_case or in lowerCamelCase.
func TestFieldsAreNoKeywords(t *testing.T) {
	t.Parallel()
	for word, reserved := range map[string]bool{"from": true, "class": true, "typeof": true, "range": true, "caller": false} {
		if (keywordOf(word) != "") != reserved {
			t.Errorf("%s is a keyword: want %t", word, reserved)
		}
	}
	excused := 0
	commented(t).RangeFilesByPackage(contract.Package, func(file protoreflect.FileDescriptor) bool {
		eachDescriptor(file, func(d protoreflect.Descriptor) {
			field, ok := d.(protoreflect.FieldDescriptor)
			if !ok {
				return
			}
			for _, name := range []string{field.TextName(), field.JSONName()} {
				if language := keywordOf(name); language != "" && allowedKeywords[field.FullName()] == "" {
					t.Errorf("%s: %s is a keyword of %s", field.FullName(), name, language)
				}
			}
			if allowedKeywords[field.FullName()] != "" {
				excused++
			}
		})
		return true
	})
	if excused != len(allowedKeywords) {
		t.Errorf("%d of %d fields that are allowed keywords exist", excused, len(allowedKeywords))
	}
}
