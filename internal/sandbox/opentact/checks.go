package opentact

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// check looks at one member of a request body, as encoding/json decodes it with
// numbers kept. It returns the value to keep, or what is wrong.
type check func(value any) (kept any, wrong string)

// uuidForm is the vendor's own pattern: lower case only.
var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// longestText is the most characters that any text of the vendor may have.
const longestText = 255

// text is a string of at least so many characters.
func text(fewest int) check {
	return func(value any) (any, string) {
		s, ok := value.(string)
		if !ok {
			return nil, "must be a string"
		}
		if n := utf8.RuneCountInString(s); n < fewest || n > longestText {
			return nil, fmt.Sprintf("must have %d to %d characters", fewest, longestText)
		}
		return s, ""
	}
}

func uuid(value any) (any, string) {
	if s, ok := value.(string); ok && uuidForm.MatchString(s) {
		return s, ""
	}
	return nil, "must match " + uuidForm.String()
}

func ipv4(value any) (any, string) {
	s, ok := value.(string)
	if !ok {
		return nil, "must be a string"
	}
	if address, err := netip.ParseAddr(s); err != nil || !address.Is4() {
		return nil, "must be an IPv4 address"
	}
	return s, ""
}

// domainForm and longestDomain are a choice: the vendor does not document what the name of a
// domain may be.
var domainForm = regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z._-]*[0-9A-Za-z])?$`)

const longestDomain = 253

func domainName(value any) (any, string) {
	if s, ok := value.(string); ok && len(s) <= longestDomain && domainForm.MatchString(s) {
		return s, ""
	}
	return nil, fmt.Sprintf("must have at most %d characters and match %s", longestDomain, domainForm)
}

// day is a date, or a date-time.
func day(value any) (any, string) {
	if s, ok := value.(string); ok {
		if at, err := time.Parse(time.DateOnly, s); err == nil {
			return at, ""
		}
	}
	return dateTime(value)
}

// link is a URL with a scheme.
func link(value any) (any, string) {
	s, ok := value.(string)
	if !ok {
		return nil, "must be a string"
	}
	if at, err := url.Parse(s); err != nil || at.Scheme == "" || at.Host == "" {
		return nil, "must be a URL with a scheme"
	}
	return s, ""
}

func boolean(value any) (any, string) {
	if b, ok := value.(bool); ok {
		return b, ""
	}
	return nil, "must be a boolean"
}

// number is a JSON number in a range; 1e3 and 1.0 are as good as integers.
func number(least, most float64) check {
	return func(value any) (any, string) {
		n, ok := value.(json.Number)
		if !ok {
			return nil, "must be a number"
		}
		f, err := n.Float64()
		if err != nil || f < least || f > most {
			return nil, outside(least, most)
		}
		return f, ""
	}
}

func outside(least, most float64) string {
	if math.IsInf(most, 1) {
		return fmt.Sprintf("must be at least %v", least)
	}
	return fmt.Sprintf("must be %.0f to %.0f", least, most)
}

func integer(least, most int64) check {
	inRange := number(float64(least), float64(most))
	return func(value any) (any, string) {
		kept, wrong := inRange(value)
		if wrong != "" {
			return nil, wrong
		}
		whole, _ := kept.(float64)
		if whole != math.Trunc(whole) {
			return nil, "must be an integer"
		}
		return int64(whole), ""
	}
}

func oneOf(allowed ...string) check {
	return func(value any) (any, string) {
		if s, ok := value.(string); ok && slices.Contains(allowed, s) {
			return s, ""
		}
		return nil, "must be one of " + strings.Join(allowed, ", ")
	}
}

func dateTime(value any) (any, string) {
	s, ok := value.(string)
	if !ok {
		return nil, "must be a string"
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return nil, "must be an RFC 3339 date-time"
	}
	return at.UTC().Truncate(time.Millisecond), ""
}

func uuidList(value any) (any, string) {
	list, ok := value.([]any)
	if !ok {
		return nil, "must be an array of UUIDs"
	}
	ids := make([]string, len(list))
	for i, element := range list {
		id, wrong := uuid(element)
		if wrong != "" {
			return nil, fmt.Sprintf("element %d %s", i, wrong)
		}
		ids[i], _ = id.(string)
	}
	return ids, ""
}

// trunkSettings is any object. A choice: the vendor's list of members for a
// request is not public, so that only media_type is looked at and all the others
// are kept as they are.
func trunkSettings(value any) (any, string) {
	settings, ok := value.(map[string]any)
	if !ok {
		return nil, "must be an object"
	}
	if media, given := settings["media_type"]; given {
		if _, wrong := mediaType(media); wrong != "" {
			return nil, "media_type " + wrong
		}
	}
	return settings, ""
}

func mediaType(value any) (any, string) {
	return oneOf("Bypass Media", "Proxy Media + Transcoding", "Proxy Media")(value)
}
