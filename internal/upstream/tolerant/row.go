package tolerant

import "fmt"

// MaxRowBytes is the largest row that is accepted, counted from BeginRow: the white space and
// the comma before the row are included.
const MaxRowBytes = 8 << 20

// ErrRowTooLarge says that one row is larger than the service accepts.
var ErrRowTooLarge = fmt.Errorf("a row is larger than %d bytes", MaxRowBytes)

// BeginRow bounds what is read until EndRow, so that a row without an end cannot fill the
// memory. No byte beyond the bound is read.
func (r *Reader) BeginRow() { r.scanner.limit = r.Offset() + MaxRowBytes }

// EndRow ends the bound. It returns the error with which the row was read, or if there is
// none, whether the row is too large.
func (r *Reader) EndRow(err error) error {
	tooLarge := r.Offset() > r.scanner.limit
	r.scanner.limit = 0
	if err == nil && tooLarge {
		r.scanner.fail(ErrRowTooLarge)
		return ErrRowTooLarge
	}
	return err
}

// beyond reports whether the row at hand goes on where it has to end.
func (s *scanner) beyond() bool {
	if s.limit == 0 || s.used+int64(s.end) < s.limit {
		return false
	}
	s.ended = ErrRowTooLarge
	return true
}

// free is the part of the buffer that may be read into.
func (s *scanner) free() []byte {
	if s.limit == 0 {
		return s.buffer[s.end:]
	}
	return s.buffer[s.end:min(int64(len(s.buffer)), s.limit-s.used)]
}
