package telemetry

import (
	"io"
	"sync"
	"time"
)

const (
	// maxWaitingLines is how many bytes of lines may wait for the reader of the log, or one line
	// that is longer.
	maxWaitingLines = 4 << 20
	// keptBuffer is the largest buffer that is used again.
	keptBuffer = 64 << 10
	// closeWait is how long Close waits for the reader of the log.
	closeWait = time.Second
)

// Lines writes the lines of a log one batch after the other, in a goroutine of its own. So no
// call waits for the reader of the log. If the reader stops, lines wait for it until they take
// up their memory; further ones are lost, and counted.
type Lines struct {
	out   io.Writer
	wake  chan struct{} // has a value if lines may wait
	ended chan struct{} // closed when the last ones were written

	mu       sync.Mutex
	waiting  []byte
	closed   bool
	lost     int // lines since the start
	reported int // how many of these were reported
	report   func(lost int)
}

// NewLines returns a writer of lines to out. It must be closed.
func NewLines(out io.Writer) *Lines {
	l := &Lines{out: out, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go l.write()
	return l
}

// Write takes one line. It never fails and never waits.
func (l *Lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	if l.closed || len(l.waiting) > 0 && len(l.waiting)+len(line) > maxWaitingLines {
		l.lost++
	} else {
		l.waiting = append(l.waiting, line...)
	}
	l.mu.Unlock()
	l.notify()
	return len(line), nil
}

// Lost returns how many lines were lost since the start.
func (l *Lines) Lost() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

// Report calls the function when the reader of the log reads again, with the number of lines that
// were lost since the start.
func (l *Lines) Report(report func(lost int)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.report = report
}

// Close writes what waits, unless the reader of the log does not read it for a second.
func (l *Lines) Close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.notify()
	late := time.NewTimer(closeWait)
	defer late.Stop()
	select {
	case <-l.ended:
	case <-late.C:
	}
}

func (l *Lines) notify() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// write writes what waits until the writer is closed. Nobody could be told of an error: the
// log is what is told of errors.
func (l *Lines) write() {
	defer close(l.ended)
	var batch []byte
	for closed := false; !closed; {
		<-l.wake
		if batch, closed = l.take(batch); len(batch) > 0 { // else they went with the batch before
			l.reportLost()
			_, _ = l.out.Write(batch)
		}
	}
}

// take returns the lines that wait, and whether they are the last ones. The buffer is for the
// next lines.
func (l *Lines) take(buffer []byte) (batch []byte, closed bool) {
	if cap(buffer) > keptBuffer {
		buffer = nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	batch, l.waiting = l.waiting, buffer[:0]
	return batch, l.closed
}

// reportLost reports how many lines were lost, if more were than at the last time. That must be
// done while there is space for one more.
func (l *Lines) reportLost() {
	l.mu.Lock()
	lost, report := l.lost, l.report
	isNews := lost > l.reported && report != nil
	l.reported = lost
	l.mu.Unlock()
	if isNews {
		report(lost)
	}
}
