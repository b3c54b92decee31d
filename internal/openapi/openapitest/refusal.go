package openapitest

import (
	"encoding/json"
	"regexp"
)

// stated matches the rules that schemas state: those of protovalidate for one field, but not
// lengths in bytes, and those about names and types.
var stated = regexp.MustCompile(`^(STRING|U?INT(32|64)|DOUBLE|ENUM|REPEATED)_|^(UNKNOWN_FIELD|WRONG_TYPE|REQUIRED)$`)

// inBytes is a rule that a schema states less exactly, as a number of characters.
const inBytes = "STRING_MAX_BYTES"

// statedRules returns the rules that a request breaks, by the answer, and that schemas state.
func statedRules(answer []byte) (rules []string) {
	var failure struct {
		Details []struct {
			FieldViolations []struct{ Reason string }
		}
	}
	if json.Unmarshal(answer, &failure) != nil {
		return nil // the check of the answer says so
	}
	for _, detail := range failure.Details {
		for _, violation := range detail.FieldViolations {
			if stated.MatchString(violation.Reason) && violation.Reason != inBytes {
				rules = append(rules, violation.Reason)
			}
		}
	}
	return rules
}
