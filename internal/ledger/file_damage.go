package ledger

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
)

// errDamaged says that the file cannot be used any more, not even by another process.
var errDamaged = errors.New("the ledger file is damaged; move it away and start again")

// openError tells a file that was cut off within its head from other errors of opening it. bbolt
// has no value for that error.
func openError(err error) error {
	if strings.HasPrefix(err.Error(), "file size too small") {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return err
}

// guarded does what reads or writes the file. bbolt maps the file into memory: it panics if a page
// is not valid, and the processor faults if the file has become shorter. Both are returned as
// errDamaged. bbolt can hold its locks for ever afterwards, so nothing may be done with the file
// again: not even closing it would end. Work of bbolt in goroutines of its own cannot be guarded.
// bbolt starts such goroutines in Batch and in Tx.Check, which this package does not use, and for
// files without a list of free pages; files of a ledger have one.
func guarded(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: %v", errDamaged, cause)
		}
	}()
	return do()
}
