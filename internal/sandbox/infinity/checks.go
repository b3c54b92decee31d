package infinity

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// check checks the text of one parameter. It returns the value to keep, or what is
// wrong. A choice throughout: the vendor publishes no constraints, so these are the
// least that a phone system needs.
type check func(given string) (kept, wrong string)

// longestText is the probable length of a column in the vendor's database.
const longestText = 255

// most is the largest number in a parameter that is not an id.
const most = 9999

func anyText(given string) (kept, wrong string) {
	if !utf8.ValidString(given) {
		return "", "must be UTF-8"
	}
	if utf8.RuneCountInString(given) > longestText {
		return "", fmt.Sprintf("must have at most %d characters", longestText)
	}
	return given, ""
}

func someText(given string) (kept, wrong string) {
	if given == "" {
		return "", "must not be empty"
	}
	return anyText(given)
}

// The forms of the texts that have one.
var (
	userNameForm = regexp.MustCompile(`^[A-Za-z0-9._@+-]+$`)
	macForm      = regexp.MustCompile(`^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$`)
	variableForm = regexp.MustCompile(`\{[^{}]*\}`)
)

func userName(given string) (kept, wrong string) {
	if len(given) > longestText || !userNameForm.MatchString(given) {
		return "", "must be a name such as joe.blogs"
	}
	return given, ""
}

func macAddress(given string) (kept, wrong string) {
	if !macForm.MatchString(given) {
		return "", "must be a MAC address such as 10:20:30:1A:2B:3C"
	}
	return given, ""
}

func digits(fewest, most int) check {
	return func(given string) (string, string) {
		if n := len(given); n < fewest || n > most || strings.Trim(given, "0123456789") != "" {
			return "", fmt.Sprintf("must have %d to %d digits and nothing else", fewest, most)
		}
		return given, ""
	}
}

// orEmpty also accepts an empty text, which clears an optional value.
func orEmpty(accepts check) check {
	return func(given string) (string, string) {
		if given == "" {
			return "", ""
		}
		return accepts(given)
	}
}

func optionalDigits(fewest, most int) check { return orEmpty(digits(fewest, most)) }

// password returns a hash, because the vendor is assumed to keep and answer a hash.
func password(given string) (kept, wrong string) {
	if _, wrong := someText(given); wrong != "" {
		return "", wrong
	}
	sum := sha256.Sum256([]byte("brightwater" + given))
	return "$2y$10$" + base64.RawStdEncoding.EncodeToString(sum[:]), ""
}

func zeroOrOne(given string) (kept, wrong string) { return oneOf("1", "0")(given) }

func within(least, most int) check {
	return func(given string) (string, string) {
		if n, err := strconv.Atoi(given); err != nil || decimal(n) != given || n < least || n > most {
			return "", fmt.Sprintf("must be a whole number from %d to %d", least, most)
		}
		return given, ""
	}
}

func wholeNumber(given string) (kept, wrong string) { return within(0, most)(given) }

func idNumber(given string) (kept, wrong string) { return within(1, 1<<32-1)(given) }

func optionalNumber(given string) (kept, wrong string) { return orEmpty(idNumber)(given) }

// numeric returns the number in a text that a check has accepted; 0 if it is empty.
func numeric(kept string) int {
	n, err := strconv.Atoi(kept)
	if err != nil {
		return 0
	}
	return n
}

func oneOf(allowed ...string) check {
	return func(given string) (string, string) {
		if slices.Contains(allowed, given) {
			return given, ""
		}
		return "", "must be one of " + strings.Join(allowed, ", ")
	}
}

// cidr keeps host bits, because the vendor's own example has some.
func cidr(given string) (kept, wrong string) {
	if _, err := netip.ParsePrefix(given); err != nil {
		return "", "must be a CIDR network such as 10.0.20.10/24"
	}
	return given, ""
}

// callerNameFormat accepts literal text with the documented variables in it. A brace
// without its partner is literal too.
func callerNameFormat(given string) (kept, wrong string) {
	for _, variable := range variableForm.FindAllString(given, -1) {
		if !slices.Contains([]string{"{displayName}", "{srcPhoneNumber}", "{dgrpName}"}, variable) {
			return "", fmt.Sprintf("has the unknown variable %s; use {displayName}, {srcPhoneNumber} or {dgrpName}", variable)
		}
	}
	return anyText(given)
}
