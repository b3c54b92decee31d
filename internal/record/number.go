package record

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

var (
	numeral = newPattern(`^(-?)([0-9]+)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

	small   = newPattern(`^-?[0-9]{1,2}$`)
	setting = newPattern(`^[0-9]{1,5}(\.[0-9]{1,2})?$`)
	count   = newPattern(`^[0-9]{1,7}$`)
)

// number returns what is written for a number, in its own type or in a text.
func (r *replacer) number(at place, digits string) string {
	switch {
	case at.secret:
		r.hide(digits)
		return "0"
	case r.hides(digits), isID(at.name):
	case small.MatchString(digits),
		at.rule == settings && setting.MatchString(digits),
		at.rule == counts && count.MatchString(digits):
		return digits
	}
	return r.otherNumber(digits)
}

// otherNumber returns a number of the same form.
func (r *replacer) otherNumber(digits string) string {
	parts := numeral.FindStringSubmatch(digits)
	if parts == nil { // JSON allows no other number
		return "0"
	}
	sign, whole, fraction, exponent := parts[1], parts[2], parts[3], parts[4]
	if value, _ := strconv.ParseFloat(digits, 64); value != math.Trunc(value) {
		r.seen[digits], fraction = true, ".5"
	} else if exponent != "" {
		r.seen[digits], fraction = true, ""
	}
	if exponent != "" {
		exponent = "e0" // so that a whole number stays whole, and another does not become one
	}
	return sign + r.digits(whole) + fraction + exponent
}

// The lengths of digits that may be a telephone number with its country or area code.
const (
	shortestPhone = 10
	longestPhone  = 15
)

// digits returns other digits: a telephone number for what may be one, else as many digits.
func (r *replacer) digits(text string) string {
	significant := strings.TrimLeft(text, "0")
	zeros := text[:len(text)-len(significant)]
	switch {
	case significant == "":
		return text
	case len(text) >= shortestPhone && len(text) <= longestPhone:
		return r.phone(text)
	}
	kind := "digits " + strconv.Itoa(len(zeros)) + " " + strconv.Itoa(len(significant))
	return r.standIn(kind, text, func(n int) string { return zeros + nth(n, len(significant)) })
}

// nth returns the n-th number with so many digits.
func nth(n, length int) string {
	const most = 18 // of an int64
	if length > most {
		return "1" + strings.Repeat("0", length-most-1) + fmt.Sprintf("%0*d", most, n)
	}
	return strconv.FormatInt(int64(math.Pow10(length-1))+int64(n), 10)
}

// phone returns a telephone number of a range that is kept for fiction: 555-0100 to 555-0199 of
// an American area code, or 07700 900000 to 900999 of Britain. Numbers of ten digits stay on
// their side of the largest whole numbers of 31 and of 32 bits.
func (r *replacer) phone(text string) string {
	switch {
	case strings.HasPrefix(text, "00"):
		return "00" + r.american("telephone", text, "1", lowestArea, highestArea)
	case strings.HasPrefix(text, "0"):
		return r.standIn("telephone 0", text, func(n int) string { return fmt.Sprintf("07700900%03d", n%1000) })
	case len(text) == shortestPhone:
		return r.tenDigits(text)
	case len(text) == len("447700900000"):
		return r.standIn("telephone 44", text, func(n int) string { return fmt.Sprintf("447700900%03d", n%1000) })
	default:
		return r.american("telephone", text, "1", lowestArea, highestArea)
	}
}

// The area codes of numbers of ten digits: those below fit 31 bits, then 32 bits.
const (
	lowestArea, highest31 = 201, 213
	lowest32, highest32   = 301, 428
	lowestLarge           = 501
	highestArea           = 989
)

// tenDigits returns a number of ten digits.
func (r *replacer) tenDigits(text string) string {
	value, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || value < 2_000_000_000: // no American number
		return r.standIn("digits 0 10", text, func(n int) string { return nth(n, shortestPhone) })
	case value <= math.MaxInt32:
		return r.american("telephone 31", text, "", lowestArea, highest31)
	case value <= math.MaxUint32:
		return r.american("telephone 32", text, "", lowest32, highest32)
	default:
		return r.american("telephone 64", text, "", lowestLarge, highestArea)
	}
}

// american returns an American number of the area codes, behind a country code.
func (r *replacer) american(kind, text, country string, lowest, highest int) string {
	var areas []int
	for area := lowest; area <= highest; area++ {
		if area%100 != 11 && area/10%10 != 9 { // 911 and its kind, and codes kept for later
			areas = append(areas, area)
		}
	}
	return r.standIn(kind, text, func(n int) string {
		return fmt.Sprintf("%s%d55501%02d", country, areas[n/100%len(areas)], n%100)
	})
}
