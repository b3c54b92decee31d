package contract

import "strings"

// macSeparators are what callers may write between the pairs of a MAC address.
var macSeparators = strings.NewReplacer(":", "", "-", "")

// MACDigits returns the digits of a MAC address, whichever way it is written.
func MACDigits(address string) string { return macSeparators.Replace(address) }

// MACWithColons returns a MAC address as it is sent and shown, whichever way it is written. A
// text of another length than an address has stays as it is.
func MACWithColons(address string) string {
	digits := MACDigits(address)
	if len(digits) != 12 {
		return address
	}
	pairs := make([]string, 0, 6)
	for i := 0; i < len(digits); i += 2 {
		pairs = append(pairs, digits[i:i+2])
	}
	return strings.Join(pairs, ":")
}
