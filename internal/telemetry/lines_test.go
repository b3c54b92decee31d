package telemetry

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// slowReader takes what is written after its gate was opened.
type slowReader struct {
	gate chan struct{}
	read bytes.Buffer
}

func (s *slowReader) Write(p []byte) (int, error) {
	<-s.gate
	return s.read.Write(p)
}

// TestLines: lines are written in order, and all of them by the end.
func TestLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var want strings.Builder
	lines := NewLines(&out)
	for i := range 1000 {
		line := fmt.Sprintln("line", i, strings.Repeat("x", i))
		if n, err := lines.Write([]byte(line)); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
		want.WriteString(line)
	}
	lines.Close()
	if out.String() != want.String() || lines.Lost() != 0 {
		t.Errorf("%d bytes of %d were written, %d lines lost", out.Len(), want.Len(), lines.Lost())
	}
}

// TestLinesOfAStalledReader: nothing waits for a reader that has stopped, so many lines are
// kept for it as may wait, and it is told how many were lost.
func TestLinesOfAStalledReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reader := &slowReader{gate: make(chan struct{})}
		lines := NewLines(reader)
		lines.Report(func(lost int) { _, _ = fmt.Fprintln(lines, "lost", lost) })
		long := []byte(strings.Repeat("x", 1023) + "\n")
		_, _ = lines.Write(long)
		synctest.Wait() // this one is under way
		began := time.Now()
		for range maxWaitingLines/len(long) + 7 {
			_, _ = lines.Write(long)
		}
		if lines.Lost() != 7 || !time.Now().Equal(began) {
			t.Errorf("%d lines are lost after %s", lines.Lost(), time.Since(began))
		}
		close(reader.gate)
		synctest.Wait()
		lines.Close()
		kept, report, _ := strings.Cut(reader.read.String(), "lost")
		if len(kept) != maxWaitingLines+len(long) || report != " 7\n" || lines.Lost() != 7 {
			t.Errorf("%d bytes were kept, then %q, %d lost", len(kept), report, lines.Lost())
		}
	})
}

// TestLongLine: a line that is longer than all that may wait is written, too.
func TestLongLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	lines, long := NewLines(&out), strings.Repeat("x", maxWaitingLines)+"\n"
	_, _ = lines.Write([]byte(long))
	lines.Close()
	if out.String() != long || lines.Lost() != 0 {
		t.Errorf("%d bytes were written, %d lines lost", out.Len(), lines.Lost())
	}
}

// TestLinesAtTheEnd: a reader that has stopped does not keep the process from ending.
func TestLinesAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reader := &slowReader{gate: make(chan struct{})}
		lines, began := NewLines(reader), time.Now()
		_, _ = lines.Write([]byte("one\n"))
		lines.Close()
		if took := time.Since(began); took != closeWait {
			t.Errorf("closing took %s", took)
		}
		_, _ = lines.Write([]byte("two\n"))
		close(reader.gate)
		synctest.Wait()
		if reader.read.String() != "one\n" || lines.Lost() != 1 {
			t.Errorf("%q was written, %d lost", reader.read.String(), lines.Lost())
		}
	})
}
