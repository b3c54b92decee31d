package audit

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestReaderStops: a reader that has stopped delays one line, for a second; lines are refused
// from then on, and each is written once when it reads again.
func TestReaderStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		l, err := openWith("x", func(string) (io.WriteCloser, error) { return &pipe{WriteCloser: writer}, nil })
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		for _, id := range []string{"one", "two"} {
			if err := l.Write(Entry{RequestID: id}); !errors.Is(err, errNotRead) {
				t.Errorf("%s: %v", id, err)
			}
		}
		if err := l.Check(); !errors.Is(err, errNotRead) {
			t.Errorf("checked: %v", err)
		}
		if took := time.Since(began); took != readWait {
			t.Errorf("waited %s", took)
		}
		read := make(chan string)
		go func() {
			all, _ := io.ReadAll(reader) // never fails
			read <- string(all)
		}()
		synctest.Wait()
		if err := errors.Join(l.Check(), l.Write(Entry{RequestID: "three"}), l.Close()); err != nil {
			t.Error(err)
		}
		lines := <-read
		for _, id := range []string{"one", "two", "three"} {
			if strings.Count(lines, `"request_id":"`+id+`"`) != 1 {
				t.Errorf("%s is not there once:\n%s", id, lines)
			}
		}
	})
}

// TestReaderStopsAtTheEnd: closing waits for no reader.
func TestReaderStopsAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, writer := io.Pipe()
		l, err := openWith("x", func(string) (io.WriteCloser, error) { return &pipe{WriteCloser: writer}, nil })
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Write(Entry{RequestID: "one"}) // it is not read
		_ = l.Write(Entry{RequestID: "two"})
		began := time.Now()
		if err := l.Close(); !errors.Is(err, errNotRead) || time.Since(began) > readWait {
			t.Errorf("closed after %s: %v", time.Since(began), err)
		}
	})
}

// TestReaderIsGone: a line for a reader that is gone waits, and is written once to the next.
func TestReaderIsGone(t *testing.T) {
	t.Parallel()
	reader, writer := io.Pipe()
	next := &disk{space: -1}
	l, err := openWith("x", func(string) (io.WriteCloser, error) { return &pipe{WriteCloser: writer}, nil })
	if err != nil {
		t.Fatal(err)
	}
	_ = reader.Close() // it never fails
	if err := l.Write(Entry{RequestID: "one"}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("written: %v", err)
	}
	if err := l.Check(); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("checked: %v", err)
	}
	l.open = next.open
	if err := l.Reopen(); err != nil {
		t.Error(err)
	}
	if err := l.Check(); err != nil {
		t.Error(err)
	}
	if ids := next.requestIDs(t); len(ids) != 1 || ids[0] != "one" {
		t.Errorf("the next reader got %q", ids)
	}
}
