// Package limits bounds what one request may hold, so that its cost is bounded before
// anything evaluates it. The JSON codec, the gRPC server and the validator apply the
// same numbers.
package limits

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// The service's own limits, beside those that the contract states for single fields.
const (
	// MaxBytes is the size of the largest request over either protocol, also after
	// decompression.
	MaxBytes = 4 << 20
	// MaxDecompressions is how many requests of one protocol may be decompressed and read at a time: a
	// few compressed bytes can become as many as a request may have.
	MaxDecompressions = 16
	// MaxElements is how many messages, list elements and map entries a request may
	// have in all, the values of a google.protobuf.Struct included. A connection that
	// was read with a thousand leases stays below it.
	MaxElements = 20_000
	// MaxDepth is how deep messages may be nested.
	MaxDepth = 100
	// MaxStructValues is how many values a google.protobuf.Struct may have in all.
	MaxStructValues = 1000
	// maxStructDepth is how deep the values of a google.protobuf.Struct may be nested.
	maxStructDepth = 16
	// MaxMaskPaths is how many paths a field mask may have. No resource has half as
	// many fields.
	MaxMaskPaths = 100
	// MaxViolations is how many violations of one request are collected. Nobody reads more, and
	// finding hints for them takes time.
	MaxViolations = 100
	// maxPatternBytes bounds a string whose rule is a pattern or a format and states no
	// length. Some of these rules take long over a string of megabytes.
	maxPatternBytes = 4096
)

// What the caller reads if a request is beyond a limit.
var (
	TooManyBytes        = fmt.Sprintf("the request is larger than %d bytes", MaxBytes)
	TooManyElements     = fmt.Sprintf("the request has more than %d messages, list elements and map entries in all", MaxElements)
	TooDeep             = fmt.Sprintf("nested deeper than %d levels", MaxDepth)
	TooManyStructValues = fmt.Sprintf("has more than %d values in all", MaxStructValues)
	tooDeepStruct       = fmt.Sprintf("is nested deeper than %d levels", maxStructDepth)
	TooManyMaskPaths    = fmt.Sprintf("has more than %d paths", MaxMaskPaths)
	tooLongPattern      = fmt.Sprintf("must be at most %d bytes", maxPatternBytes)
	notFinite           = "holds a number that is not finite, which JSON does not have"
)

// Excess is the first limit that a request exceeds.
type Excess struct {
	// Field is the path of the field at fault, as violations name it.
	Field string
	// Problem says which limit it exceeds.
	Problem string
}

// RuleTooMuch is the rule that a request breaks which exceeds a limit.
const RuleTooMuch = "TOO_MUCH"

// Rule returns the rule that the excess breaks.
func (e *Excess) Rule() string {
	if e.Problem == notFinite {
		return "FINITE"
	}
	return RuleTooMuch
}

// below puts the name of a field in front of the path of an excess; nil stays nil.
func (e *Excess) below(name string) *Excess {
	switch {
	case e == nil:
		return nil
	case e.Field == "":
		e.Field = name
	default:
		e.Field = name + "." + e.Field
	}
	return e
}

// Items returns how many elements a list or a map may have by the rule of its field, and what the
// caller reads if it has more. Ok is false if there is no such rule; then only MaxElements bounds
// it.
func Items(field protoreflect.FieldDescriptor) (most int, problem string, ok bool) {
	rules := contract.Rules(field)
	switch {
	case rules.GetRepeated().HasMaxItems():
		most = int(rules.GetRepeated().GetMaxItems())
		return most, fmt.Sprintf("must have at most %d elements", most), true
	case rules.GetMap().HasMaxPairs():
		most = int(rules.GetMap().GetMaxPairs())
		return most, fmt.Sprintf("must have at most %d entries", most), true
	default:
		return 0, "", false
	}
}

// hasUnboundedPattern reports whether a string field has a rule and no maximal length.
func hasUnboundedPattern(field protoreflect.FieldDescriptor) bool {
	rules := contract.Rules(field)
	text := rules.GetString()
	return rules != nil && !text.HasMaxLen() && !text.HasMaxBytes() && !text.HasLen() && !text.HasLenBytes()
}

// counter counts the elements of one request.
type counter struct {
	elements int
}

// add counts elements of a request; more than MaxElements are an excess.
func (c *counter) add(elements int) *Excess {
	if c.elements += elements; c.elements > MaxElements {
		return &Excess{Problem: TooManyElements}
	}
	return nil
}

// rarelyBounded is the number of elements from which on the rule of a list is looked up.
// A list that is shorter costs little, whatever its rule says.
const rarelyBounded = 256

// itemsExcess reports a list or map with more elements than the rule of its field allows.
func itemsExcess(field protoreflect.FieldDescriptor, length int) *Excess {
	if length <= rarelyBounded {
		return nil
	}
	if most, problem, ok := Items(field); ok && length > most {
		return &Excess{Problem: problem}
	}
	return nil
}
