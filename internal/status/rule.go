package status

// The rules that several packages apply beside those of the contract, as BrokenRule names them.
const (
	// RuleInvalidValue: the value is not one that the field takes.
	RuleInvalidValue = "INVALID_VALUE"
	// RuleUnknownField: there is no such field, parameter or header.
	RuleUnknownField = "UNKNOWN_FIELD"
	// RuleDuplicateField: the request states the field twice.
	RuleDuplicateField = "DUPLICATE_FIELD"
	// RuleIDMismatch: the resource states another id than the request or its path.
	RuleIDMismatch = "ID_MISMATCH"
)
