// Package reload follows files that an operator may replace while the server runs. It
// reads them again when their content changes, and keeps what it read last while the new
// content cannot be used.
package reload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"time"
)

// Interval is how often files are compared with what was read. A change that persists for
// two looks is in effect or reported.
const Interval = time.Second

// maxBytes is how large one file may be.
const maxBytes = 1 << 20

// Files is a value that is read from files which belong together, such as a certificate
// and its key. It is safe for concurrent use.
type Files[T any] struct {
	paths   []string
	parse   func(contents [][]byte) (T, error)
	current atomic.Pointer[T]

	seen     [][]byte // the contents that were looked at last; nil if a file could not be read
	problem  string   // why they cannot be used; "" if they can
	reported bool
}

// Read reads the files for the first time. The error says which file cannot be used.
func Read[T any](parse func(contents [][]byte) (T, error), paths ...string) (*Files[T], error) {
	f := &Files[T]{paths: paths, parse: parse}
	contents, err := f.read()
	if err != nil {
		return nil, err
	}
	value, err := parse(contents)
	if err != nil {
		return nil, err
	}
	f.seen = contents
	f.current.Store(&value)
	return f, nil
}

// Current returns what was read last.
func (f *Files[T]) Current() T { return *f.current.Load() }

// Watch looks at the files until the context ends. It calls report with nil when new
// content is in use, and with an error when the files cannot be used and the old content
// stays; an error is reported once.
func (f *Files[T]) Watch(ctx context.Context, report func(error)) {
	ticker := time.NewTicker(Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			f.look(report)
		}
	}
}

// look compares the files with what was seen and parses them if they differ. A problem is
// reported at the second look, since files that belong together are not replaced at once.
func (f *Files[T]) look(report func(error)) {
	contents, err := f.read()
	if err == nil && f.seen != nil && equal(contents, f.seen) {
		f.persist(report)
		return
	}
	var value T
	if err == nil {
		value, err = f.parse(contents)
	}
	f.seen = contents
	if err == nil {
		f.current.Store(&value)
		f.problem, f.reported = "", false
		report(nil)
		return
	}
	if f.problem != err.Error() {
		f.problem, f.reported = err.Error(), false
		return
	}
	f.persist(report)
}

// persist reports a problem that was there at the look before.
func (f *Files[T]) persist(report func(error)) {
	if f.problem != "" && !f.reported {
		f.reported = true
		report(errors.New(f.problem))
	}
}

// read returns the contents of all files.
func (f *Files[T]) read() ([][]byte, error) {
	contents := make([][]byte, len(f.paths))
	for i, path := range f.paths {
		content, err := ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		contents[i] = content
	}
	return contents, nil
}

// ReadFile reads a regular file of at most 1 MiB. Its error does not repeat the path. It
// checks the kind before it opens the file, because opening a pipe would wait for a writer.
func ReadFile(path string) ([]byte, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, withoutPath(err)
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer func() { _ = file.Close() }() // nothing was written
	content, err := io.ReadAll(io.LimitReader(file, maxBytes+1))
	if err == nil && len(content) > maxBytes {
		err = fmt.Errorf("larger than %d bytes", maxBytes)
	}
	return content, err
}

// withoutPath drops the path that the operating system's errors repeat.
func withoutPath(err error) error {
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		return failure.Err
	}
	return err
}

func equal(one, other [][]byte) bool {
	for i := range one {
		if !bytes.Equal(one[i], other[i]) {
			return false
		}
	}
	return true
}
