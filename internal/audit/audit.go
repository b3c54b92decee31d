// Package audit writes one JSON line for each write that callers attempt: who tried to
// change what, and what became of it. It writes names and ids, never a value.
package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// Entry is one line.
type Entry struct {
	// Time is when the attempt ended.
	Time time.Time `json:"time"`
	// Caller is the caller's name, "" if nobody was authenticated.
	Caller string `json:"caller"`
	// Method is the full method, as in the log.
	Method string `json:"method"`
	// Resource is the path of what was written, without the verb.
	Resource string `json:"resource"`
	// Fields are the proto names of the fields that the caller wrote.
	Fields []string `json:"fields"`
	// Code is the gRPC code, such as PERMISSION_DENIED or OK.
	Code string `json:"code"`
	// Reason and Delivery are those of the ErrorInfo, "" after a success.
	Reason   string `json:"reason"`
	Delivery string `json:"delivery"`
	// RequestID is the call's, IdempotencyKey the one by which a repeat is known.
	RequestID      string `json:"request_id"`
	IdempotencyKey string `json:"idempotency_key"`
	// TraceID is that of the caller's traceparent.
	TraceID string `json:"trace_id"`
}

// Standard is the path that means standard output.
const Standard = "-"

// maxPending is how many bytes of lines wait at most for a file that cannot be written.
const maxPending = 1 << 20

// Log is the audit file. It is safe for concurrent use.
type Log struct {
	path string
	open func(path string) (io.WriteCloser, error)

	mu      sync.Mutex
	file    io.WriteCloser // nil if it could not be opened
	pending []byte         // lines that could not be written
}

// Open opens the file for lines at its end; "-" is standard output.
func Open(path string) (*Log, error) { return openWith(path, openFile) }

func openWith(path string, open func(string) (io.WriteCloser, error)) (*Log, error) {
	l := &Log{path: path, open: open}
	if err := l.reopen(); err != nil {
		return nil, err
	}
	return l, nil
}

// Reopen opens the path anew, after the file was renamed to be kept. If that fails, no
// line can be written until it succeeds.
func (l *Log) Reopen() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reopen()
}

func (l *Log) reopen() error {
	if l.file != nil {
		_ = l.flush()      // what cannot be written here goes to the new file
		_ = l.file.Close() // every line was written, or waits
		l.file = nil
	}
	file, err := l.open(l.path)
	if err != nil {
		return fmt.Errorf("open the audit file: %w", err)
	}
	l.file = file
	return nil
}

// Check returns an error if lines cannot be written. It tries to write those that wait.
func (l *Log) Check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.flush()
}

// Write adds a line. After an error the line waits until the file can be written.
func (l *Log) Write(entry Entry) error {
	line, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("write an audit line: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending)+len(line) < maxPending {
		l.pending = append(append(l.pending, line...), '\n')
		return l.flush()
	}
	if err := l.flush(); err != nil {
		return fmt.Errorf("an audit line is lost: %w", err)
	}
	l.pending = append(append(l.pending, line...), '\n')
	return l.flush()
}

// flush writes what waits.
func (l *Log) flush() error {
	if l.file == nil {
		if err := l.reopen(); err != nil {
			return err
		}
	}
	if len(l.pending) == 0 {
		return nil
	}
	written, err := l.file.Write(l.pending)
	if err != nil {
		written -= l.takeBack(written)
	}
	l.pending = append(l.pending[:0], l.pending[written:]...)
	if err != nil {
		return fmt.Errorf("write to the audit file: %w", err)
	}
	return nil
}

// takeBack removes the part of a line at the end of what was written, so that the whole line
// waits. It returns how many bytes that is; none if the file cannot be made shorter, as a pipe.
func (l *Log) takeBack(written int) int {
	part := written - 1 - bytes.LastIndexByte(l.pending[:written], '\n')
	shorter, ok := l.file.(shortener)
	if !ok || part == 0 || shorter.Shorten(int64(part)) != nil {
		return 0
	}
	return part
}

// Close writes what waits, and closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil && len(l.pending) == 0 {
		return nil
	}
	err := l.flush()
	if l.file != nil {
		err = errors.Join(err, l.file.Close())
		l.file = nil
	}
	return err
}
