package reconcile

// Likeness says how far a resource of the vendor agrees with what was sent.
type Likeness int

// The likenesses, in their order: of several parts the least counts.
const (
	// Another contradicts what was sent, or is older.
	Another Likeness = iota
	// Doubtful leaves out something that was sent, or when it was made, or spells a text in
	// another way.
	Doubtful
	// Same shows all of it.
	Same
)
