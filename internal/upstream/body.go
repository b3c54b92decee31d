package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// errTooLarge says that an answer is larger than the service accepts.
var errTooLarge = errors.New("the answer is larger than accepted")

// errNoMemory says that the service had no memory left for an answer in time.
var errNoMemory = errors.New("wait for memory for the answer")

// errorBodyBytes is how much of an error's body is read: enough for any message.
const errorBodyBytes = 64 << 10

// The steps in which an answer takes its memory. Small answers take none, so that
// they never wait.
const (
	freeBytes  = 32 << 10
	chunkBytes = 64 << 10
)

// defaultMemoryFactor is how many bytes of memory one byte of an answer takes if it is
// decoded whole.
const defaultMemoryFactor = 4

// meteredBody reads at most a number of bytes, each of which has its memory before it
// is read. It remembers how reading failed, so that a failure of the network is told
// from a mistake in the content.
type meteredBody struct {
	body io.Reader
	left int64 // until the cap
	err  error
	// whole says that the body has been read to its end.
	whole bool

	ctx     context.Context // bounds the wait for memory
	lease   *Lease
	factor  int64
	paid    int64 // bytes that may be read before the lease must grow
	charged int64

	kept keptTexts
}

// Read passes bytes on until the cap.
func (b *meteredBody) Read(p []byte) (int, error) {
	if b.err == nil && b.paid == 0 {
		b.err = b.grow()
	}
	if b.err != nil {
		return 0, b.err
	}
	p = p[:min(int64(len(p)), b.paid)]
	if int64(len(p))-1 > b.left {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	b.left -= int64(n)
	b.paid -= int64(n)
	if b.left < 0 {
		b.err = errTooLarge
		return 0, b.err
	}
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		b.whole = true
	default:
		b.err = err
	}
	return n, err
}

// grow takes memory for the next chunk.
func (b *meteredBody) grow() error {
	size := chunkBytes * b.factor
	if err := b.lease.acquire(b.ctx, size); err != nil {
		return fmt.Errorf("%w: %w", errNoMemory, err)
	}
	b.charged += size
	b.paid = chunkBytes
	return nil
}

// How long the body of an answer is waited for that has decided the call: the message of an
// error is worth more than a connection that can be used again.
const (
	messagePatience = time.Second
	drainPatience   = 100 * time.Millisecond
)

// readErrorBody reads the beginning of an error's body. If the body breaks off, or does not
// come soon, it returns what came.
func readErrorBody(body io.ReadCloser) (head []byte) {
	inTime(body, messagePatience, func() { head, _ = io.ReadAll(io.LimitReader(body, errorBodyBytes)) })
	return bytes.TrimSpace(head)
}

// endAnswer closes an answer that has decided the call. If it has not been read to its end,
// what little is left is read, so that the connection can be used again.
func (a *attempt) endAnswer(body io.ReadCloser) {
	if !a.body.whole {
		inTime(body, drainPatience, func() { _, _ = io.CopyN(io.Discard, body, errorBodyBytes) })
	}
	_ = body.Close() // the answer has been read; a late failure changes nothing
}

// inTime runs what reads the body. If that takes too long, it closes the body, and the
// reading fails.
func inTime(body io.Closer, patience time.Duration, read func()) {
	timer := time.AfterFunc(patience, func() { _ = body.Close() })
	defer timer.Stop()
	read()
}
