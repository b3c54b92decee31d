package audit

import (
	"bytes"
	"errors"
	"io"
	"time"
)

// readWait is how long a line waits for the reader of a pipe.
const readWait = time.Second

// errNotRead is the error of a pipe that is full, because its reader has stopped.
var errNotRead = errors.New("its reader does not read")

// pipe is what a reader empties: a named pipe, standard output, or a device. A reader that has
// stopped delays one line, and keeps no call and no stop of the server waiting for longer.
type pipe struct {
	io.WriteCloser
	late chan result // of the write that is under way; nil if there is none
}

// result is what a write returned.
type result struct {
	written int
	err     error
}

// Write writes lines. Those that are not read in time stay under way and count as written, since
// nobody can take them back; until they are, nothing more is.
func (p *pipe) Write(lines []byte) (int, error) {
	if !p.free() {
		return 0, errNotRead
	}
	ended := make(chan result, 1)
	copied := bytes.Clone(lines) // the caller uses its own again
	go func() {
		written, err := p.WriteCloser.Write(copied)
		ended <- result{written, err}
	}()
	timer := time.NewTimer(readWait)
	defer timer.Stop()
	select {
	case r := <-ended:
		return r.written, r.err
	case <-timer.C:
		p.late = ended
		return len(lines), errNotRead
	}
}

// free reports whether no write is under way.
func (p *pipe) free() bool {
	select {
	case <-p.late:
		p.late = nil
	default:
	}
	return p.late == nil
}
