package codec

import (
	"math"
	"strconv"
	"strings"
)

// decimal is the parts of a JSON number: sign, digits without the point, and the power of
// ten that they are multiplied with.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// maxExponent replaces all larger exponents. With any of them a number is out of range or has a
// fraction, and adding to it cannot overflow.
const maxExponent = 1 << 30

// parseDecimal reads text by the number grammar of JSON. It returns false if the text is no
// number.
func parseDecimal(text string) (decimal, bool) {
	var number decimal
	text, number.negative = strings.CutPrefix(text, "-")
	whole, text := cutDigits(text)
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return number, false
	}
	var fraction string
	if rest, pointed := strings.CutPrefix(text, "."); pointed {
		if fraction, text = cutDigits(rest); fraction == "" {
			return number, false
		}
	}
	exponent, ok := parseExponent(text)
	number.digits, number.exponent = whole+fraction, exponent-len(fraction)
	return number, ok
}

func cutDigits(text string) (digits, rest string) {
	end := 0
	for end < len(text) && '0' <= text[end] && text[end] <= '9' {
		end++
	}
	return text[:end], text[end:]
}

func parseExponent(text string) (int, bool) {
	if text == "" {
		return 0, true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false
	}
	unsigned := strings.TrimPrefix(strings.TrimPrefix(text[1:], "+"), "-")
	if len(text)-1-len(unsigned) > 1 {
		return 0, false
	}
	digits, rest := cutDigits(unsigned)
	if digits == "" || rest != "" {
		return 0, false
	}
	size, err := strconv.Atoi(digits)
	if err != nil || size > maxExponent {
		size = maxExponent
	}
	if text[1] == '-' {
		size = -size
	}
	return size, true
}

// integer returns the digits of a whole number of at most 20 digits. 1.0 and 1e3
// are whole, 1.5 is not.
func (n decimal) integer() (string, bool) {
	digits := strings.TrimLeft(n.digits, "0")
	significant := strings.TrimRight(digits, "0")
	zeros := n.exponent + len(digits) - len(significant)
	switch {
	case significant == "":
		return "0", true
	case zeros < 0 || zeros+len(significant) > 20:
		return "", false
	}
	return significant + strings.Repeat("0", zeros), true
}

func parseSigned(text string, bits int) (int64, bool) {
	if plainDigits(strings.TrimPrefix(text, "-")) {
		number, err := strconv.ParseInt(text, 10, bits)
		return number, err == nil
	}
	number, ok := parseDecimal(text)
	if !ok {
		return 0, false
	}
	digits, ok := number.integer()
	if !ok {
		return 0, false
	}
	if number.negative {
		digits = "-" + digits
	}
	whole, err := strconv.ParseInt(digits, 10, bits)
	return whole, err == nil
}

func parseUnsigned(text string, bits int) (uint64, bool) {
	if plainDigits(text) {
		number, err := strconv.ParseUint(text, 10, bits)
		return number, err == nil
	}
	number, ok := parseDecimal(text)
	if !ok {
		return 0, false
	}
	digits, ok := number.integer()
	if !ok || number.negative && digits != "0" {
		return 0, false
	}
	whole, err := strconv.ParseUint(digits, 10, bits)
	return whole, err == nil
}

// plainDigits reports the common case: digits only, without a leading zero.
func plainDigits(text string) bool {
	digits, rest := cutDigits(text)
	return digits != "" && rest == "" && (digits[0] != '0' || len(digits) == 1)
}

func parseFloating(text string, bits int) (float64, bool) {
	switch text {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	if _, ok := parseDecimal(text); !ok {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, bits)
	return number, err == nil
}

// appendDouble writes the shortest digits that read back as the same number, in the
// notation of ECMAScript, as protojson and encoding/json do.
func appendDouble(out []byte, number float64) []byte {
	switch size := math.Abs(number); {
	case math.IsNaN(number):
		return append(out, `"NaN"`...)
	case math.IsInf(number, 1):
		return append(out, `"Infinity"`...)
	case math.IsInf(number, -1):
		return append(out, `"-Infinity"`...)
	case size == 0 || 1e-6 <= size && size < 1e21:
		return strconv.AppendFloat(out, number, 'f', -1, 64)
	}
	out = strconv.AppendFloat(out, number, 'e', -1, 64)
	if end := len(out); out[end-4] == 'e' && out[end-3] == '-' && out[end-2] == '0' {
		out[end-2] = out[end-1] // e-09 is e-9 in ECMAScript
		out = out[:end-1]
	}
	return out
}
