package tolerant

import "strings"

// Difference is how what a vendor sent differs from what the service knows of it.
type Difference int

// The differences.
const (
	// Misread: the value of a known member could not be read and was left unset.
	Misread Difference = iota
	// UnknownMember: no field takes the member.
	UnknownMember
	// UnknownWord: no value of the enum stands for the word.
	UnknownWord
)

// Finding is one difference. It has names and words only, never another value.
type Finding struct {
	Difference Difference
	Member     string
	// Word is the unknown word, or "".
	Word string
}

// Drift counts the differences of one answer.
type Drift map[Finding]int

// maxFindings bounds how many differences of one answer are told apart, and
// maxNameLength how long their names may be. The others are counted under OtherName.
const maxFindings = 64

// OtherName stands for names that are not kept.
const OtherName = "(other)"

// Add counts a difference.
func (d *Drift) Add(found Finding) {
	if *d == nil {
		*d = Drift{}
	}
	if len(found.Member) > maxNameLength || len(found.Word) > maxNameLength {
		found = found.other()
	}
	if _, known := (*d)[found]; !known {
		if len(*d) >= maxFindings {
			found = found.other()
		}
		found.Word = strings.Clone(found.Word) // its memory may be used for the next row
	}
	(*d)[found]++
}

// other is the finding without the names that a vendor chose.
func (f Finding) other() Finding {
	switch f.Difference {
	case UnknownMember:
		f.Member = OtherName
	case UnknownWord:
		f.Word = OtherName
	default:
	}
	return f
}
