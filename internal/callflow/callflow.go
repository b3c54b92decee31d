// Package callflow checks call-flow XML before it is sent to a vendor that says
// only that it must be correct. A mistake is found with its line, column and verb.
package callflow

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/sipfacade/sipfacade/internal/spelling"
)

// root is the one element that a call flow consists of.
const root = "Response"

const (
	// maxDepth is how deep verbs may nest: Switch holds Case, which holds Switch.
	maxDepth = 32
	// maxMarkup is how many of the characters < and = a call flow may have, and so how
	// many tags and attributes. The decoder takes up to 50 times their size in memory.
	maxMarkup = 10_000
	// maxMistake is how many bytes of the decoder's own words a mistake repeats. They
	// can have a name of any length in them.
	maxMistake = 256
)

// A Mistake says what is wrong with a call flow, and in which place.
type Mistake struct {
	// Line and Column begin at 1; columns count bytes.
	Line, Column int
	// Text says what is wrong.
	Text string
}

// Error returns the place and the text.
func (m *Mistake) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", m.Line, m.Column, m.Text)
}

// verbs are the elements that the vendor executes, in the order in which messages list
// them.
var verbs = []string{
	"Answer", "Call", "Callback", "Dial", "Gather", "Hangup", "Pause", "Play",
	"Record", "Redirect", "Reject", "Say", "Switch",
}

// children are the elements that each element may hold. One that is not listed
// holds only text.
var children = map[string][]string{
	root:      verbs,
	"Gather":  {"Say", "Play", "Pause"},
	"Switch":  {"Case", "Default", "Error"},
	"Case":    verbs,
	"Default": verbs,
	"Error":   verbs,
	"Dial":    {"Number", "Sip"},
}

// holdsText reports whether an element may hold text.
func holdsText(element string) bool { return element == "Dial" || children[element] == nil }

// otherCharset refuses a document that says that it is not UTF-8: in a JSON or protobuf string
// it always is.
func otherCharset(charset string, _ io.Reader) (io.Reader, error) {
	return nil, fmt.Errorf("the document is UTF-8, and says that it is %q", charset)
}

// Check returns the first mistake of a call flow, or nil.
func Check(flow string) *Mistake {
	if strings.Count(flow, "<")+strings.Count(flow, "=") > maxMarkup {
		return &Mistake{Line: 1, Column: 1, Text: fmt.Sprintf("there are more than %d tags and attributes", maxMarkup)}
	}
	flow = strings.TrimPrefix(flow, "\uFEFF")
	c := &checker{flow: flow, decoder: xml.NewDecoder(strings.NewReader(flow))}
	c.decoder.CharsetReader = otherCharset
	for {
		done, mistake := c.next()
		if done || mistake != nil {
			return mistake
		}
	}
}

// checker reads a call flow token by token.
type checker struct {
	flow    string
	decoder *xml.Decoder
	open    []string // the elements that have begun and not ended, canonically spelt
	closed  bool     // the root has ended
	line    int      // the beginning of the current token
	column  int
}

// next checks one token.
func (c *checker) next() (done bool, mistake *Mistake) {
	c.line, c.column = c.decoder.InputPos()
	start := c.decoder.InputOffset()
	token, err := c.decoder.Token()
	switch {
	case errors.Is(err, io.EOF):
		return true, c.end()
	case err != nil:
		return true, c.broken(err)
	}
	if mistake := c.references(token, c.flow[start:c.decoder.InputOffset()]); mistake != nil {
		return false, mistake
	}
	switch t := token.(type) {
	case xml.StartElement:
		return false, c.start(t)
	case xml.EndElement:
		c.open = c.open[:len(c.open)-1]
		c.closed = len(c.open) == 0
	case xml.CharData:
		return false, c.text(t)
	case xml.Directive:
		return false, c.mistake("a document type or entity declaration is not allowed")
	case xml.ProcInst:
		if t.Target != "xml" || start != 0 {
			return false, c.mistake("the processing instruction <?%s?> is not allowed here", spelling.Clip(t.Target))
		}
	}
	return false, nil
}

// references checks the character references of a token, given as it is written. The decoder
// takes one of half a character for another character.
func (c *checker) references(token xml.Token, written string) *Mistake {
	switch token.(type) {
	case xml.StartElement, xml.CharData:
	default:
		return nil
	}
	if strings.HasPrefix(written, "<![CDATA[") {
		return nil
	}
	for {
		_, rest, found := strings.Cut(written, "&#")
		if !found {
			return nil
		}
		digits, after, _ := strings.Cut(rest, ";")
		hexadecimal, isHexadecimal := strings.CutPrefix(digits, "x")
		base := 10
		if isHexadecimal {
			base = 16
		}
		if code, err := strconv.ParseUint(hexadecimal, base, 32); err == nil && utf16.IsSurrogate(rune(code)) {
			return c.mistake("not well-formed: &#%s; is not a character", spelling.Clip(digits))
		}
		written = after
	}
}

// start checks an element by its start tag.
func (c *checker) start(element xml.StartElement) *Mistake {
	name := canonicalName(element.Name)
	switch {
	case len(c.open) == 0 && (c.closed || name != root):
		return c.mistake("<%s> cannot be here: a call flow is one <%s>", spelling.Clip(name), root)
	case len(c.open) >= maxDepth:
		return c.mistake("<%s> is nested more than %d deep", name, maxDepth)
	case len(c.open) > 0 && !slices.Contains(children[c.parent()], name):
		return c.misplaced(name)
	}
	if twice := repeatedAttribute(element.Attr); twice != "" {
		return c.mistake("<%s> has the attribute %s twice", name, spelling.Clip(twice))
	}
	c.open = append(c.open, name)
	return nil
}

func (c *checker) parent() string { return c.open[len(c.open)-1] }

// misplaced says that an element cannot be in its parent, and what can be.
func (c *checker) misplaced(name string) *Mistake {
	shown, holds := spelling.Clip(name), strings.Join(children[c.parent()], ", ")
	switch {
	case holds == "":
		return c.mistake("<%s> cannot be in <%s>, which holds only text", shown, c.parent())
	case !known(name):
		return c.mistake("<%s> is not a verb; <%s> holds %s", shown, c.parent(), holds)
	default:
		return c.mistake("<%s> cannot be in <%s>, which holds %s", shown, c.parent(), holds)
	}
}

// text checks the text between two tags.
func (c *checker) text(data xml.CharData) *Mistake {
	blank := strings.TrimFunc(string(data), unicode.IsSpace) == ""
	switch {
	case blank || len(c.open) > 0 && holdsText(c.parent()):
		return nil
	case len(c.open) == 0:
		return c.mistake("there is text outside of <%s>", root)
	default:
		return c.mistake("there is text in <%s>, which holds %s", c.parent(), strings.Join(children[c.parent()], ", "))
	}
}

// end checks that the document has a root element.
func (c *checker) end() *Mistake {
	if !c.closed {
		return c.mistake("there is no <%s>", root)
	}
	return nil
}

// broken returns a mistake of the XML itself, with the element that it is in.
func (c *checker) broken(err error) *Mistake {
	line, column := c.decoder.InputPos()
	text := err.Error()
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		text = syntax.Msg
	}
	text = spelling.ClipTo(text, maxMistake)
	if len(c.open) > 0 {
		text += " (in <" + c.parent() + ">)"
	}
	// At the end of a line the decoder may report column 0.
	return &Mistake{Line: line, Column: max(column, 1), Text: "not well-formed: " + text}
}

func (c *checker) mistake(format string, args ...any) *Mistake {
	return &Mistake{Line: c.line, Column: c.column, Text: fmt.Sprintf(format, args...)}
}

// canonicalName returns the name of an element. Callback is known in any case; a name with a prefix
// keeps it, so that it does not count as a verb.
func canonicalName(name xml.Name) string {
	switch {
	case name.Space != "":
		return name.Space + ":" + name.Local
	case strings.EqualFold(name.Local, "Callback"):
		return "Callback"
	default:
		return name.Local
	}
}

// known reports whether any element can hold this one.
func known(name string) bool {
	for _, allowed := range children {
		if slices.Contains(allowed, name) {
			return true
		}
	}
	return name == root
}

// repeatedAttribute returns the first name that occurs twice, which XML forbids and the
// decoder accepts; "" if there is none.
func repeatedAttribute(attributes []xml.Attr) string {
	seen := map[xml.Name]bool{}
	for _, attribute := range attributes {
		if seen[attribute.Name] {
			return attribute.Name.Local
		}
		seen[attribute.Name] = true
	}
	return ""
}
