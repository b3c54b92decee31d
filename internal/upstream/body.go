package upstream

import (
	"bytes"
	"errors"
	"io"
)

// errTooLarge says that an answer is larger than the service accepts.
var errTooLarge = errors.New("the answer is larger than accepted")

// errorBodyBytes is how much of an error's body is read: enough for any message.
const errorBodyBytes = 64 << 10

// cappedBody reads at most a number of bytes and remembers how reading failed, so
// that a failure of the network is told from a mistake in the content.
type cappedBody struct {
	body io.Reader
	left int64
	err  error
}

// Read passes bytes on until the cap.
func (b *cappedBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if int64(len(p))-1 > b.left {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		b.err = errTooLarge
		return 0, b.err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// prefix reads the beginning of an error's body. Where the body breaks off, what
// came is all there is to say.
func prefix(body io.Reader) []byte {
	head, _ := io.ReadAll(io.LimitReader(body, errorBodyBytes))
	return bytes.TrimSpace(head)
}

// drain reads what little is left, so that the connection can be used again, and
// closes the body.
func drain(body io.ReadCloser) {
	if _, err := io.CopyN(io.Discard, body, errorBodyBytes); err != nil && !errors.Is(err, io.EOF) {
		_ = body.Close() // broken already; there is nobody to tell
		return
	}
	_ = body.Close() // the answer has been read; a late failure changes nothing
}
