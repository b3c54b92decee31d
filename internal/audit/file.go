package audit

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// errUnread is the error of a named pipe that nobody has open for reading.
var errUnread = errors.New("it is a pipe that nobody reads")

// shortener is a file whose end can be removed.
type shortener interface {
	// Shorten removes so many bytes.
	Shorten(bytes int64) error
}

// openFile opens a file that only its owner reads. A named pipe must have its reader by then:
// waiting for one would keep the server from starting, and from ending.
func openFile(path string) (io.WriteCloser, error) {
	if path == Standard {
		return &pipe{WriteCloser: standardOutput{os.Stdout}}, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, explained(path, err)
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return &pipe{WriteCloser: file}, nil //nolint:nilerr // it can be written all the same
	}
	return &regular{File: file, unended: endsInPart(path, info.Size())}, nil
}

// explained returns the error of opening a file, in clearer words for a pipe without a reader.
func explained(path string, err error) error {
	if info, failed := os.Stat(path); failed == nil && info.Mode()&fs.ModeNamedPipe != 0 && errors.Is(err, syscall.ENXIO) {
		return &fs.PathError{Op: "open", Path: path, Err: errUnread}
	}
	return err
}

// endsInPart reports whether a file ends in a part of a line, as far as it can be read.
func endsInPart(path string, size int64) bool {
	file, err := os.Open(path)
	if err != nil || size == 0 {
		return false
	}
	defer func() { _ = file.Close() }() // nothing was written
	var last [1]byte
	_, err = file.ReadAt(last[:], size-1)
	return err == nil && last[0] != '\n'
}

// regular is a file that can be made shorter.
type regular struct {
	*os.File
	unended bool // it ends in a part of a line, which a process that was killed may have left
}

// Write writes lines, after it has ended the part of a line.
func (r *regular) Write(lines []byte) (int, error) {
	if r.unended {
		if _, err := r.File.Write([]byte{'\n'}); err != nil {
			return 0, err
		}
		r.unended = false
	}
	return r.File.Write(lines)
}

// Shorten removes the end of the file.
func (r *regular) Shorten(bytes int64) error {
	info, err := r.Stat()
	if err != nil {
		return err
	}
	return r.Truncate(info.Size() - bytes)
}

// standardOutput stays open.
type standardOutput struct{ io.Writer }

// Close does nothing.
func (standardOutput) Close() error { return nil }
