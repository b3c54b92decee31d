//go:build soak

package soak

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/protobuf/proto"
)

// frameBytes is the size of the frames that the tests write, the default limit of
// HTTP/2.
const frameBytes = 16 << 10

// newFramer begins HTTP/2 on a connection, for requests that no gRPC client makes.
func newFramer(conn net.Conn) (*http2.Framer, error) {
	if _, err := io.WriteString(conn, http2.ClientPreface); err != nil {
		return nil, fmt.Errorf("write the preface: %w", err)
	}
	framer := http2.NewFramer(conn, conn)
	if err := framer.WriteSettings(); err != nil {
		return nil, fmt.Errorf("write the settings: %w", err)
	}
	return framer, nil
}

// writeHeaders writes the headers of a call, with so many bytes of further headers.
func writeHeaders(framer *http2.Framer, stream uint32, method string, filler int) error {
	fields := []hpack.HeaderField{
		{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "http"}, {Name: ":authority", Value: "localhost"},
		{Name: ":path", Value: method}, {Name: "content-type", Value: "application/grpc"}, {Name: "te", Value: "trailers"},
	}
	for n := range filler / frameBytes {
		fields = append(fields, hpack.HeaderField{Name: fmt.Sprintf("x-filler-%d", n), Value: strings.Repeat("x", frameBytes), Sensitive: true})
	}
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range fields {
		if err := encoder.WriteField(field); err != nil {
			return fmt.Errorf("encode the headers: %w", err)
		}
	}
	first := http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Next(frameBytes), EndHeaders: block.Len() == 0}
	if err := framer.WriteHeaders(first); err != nil {
		return fmt.Errorf("write the headers: %w", err)
	}
	for block.Len() > 0 {
		part := block.Next(frameBytes)
		if err := framer.WriteContinuation(stream, block.Len() == 0, part); err != nil {
			return fmt.Errorf("write more headers: %w", err)
		}
	}
	return nil
}

// writeMessage writes a gRPC message and ends the stream.
func writeMessage(framer *http2.Framer, stream uint32, message proto.Message) error {
	body, err := proto.Marshal(message)
	if err != nil {
		return fmt.Errorf("marshal the request: %w", err)
	}
	prefixed := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(body)))
	return framer.WriteData(stream, true, append(prefixed, body...))
}

// answerPings reads frames until the connection or a stream ends. It acknowledges pings
// and settings, and never gives the server a larger window.
func answerPings(framer *http2.Framer) {
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return
		}
		switch f := frame.(type) {
		case *http2.PingFrame:
			if !f.IsAck() {
				err = framer.WritePing(true, f.Data)
			}
		case *http2.RSTStreamFrame:
			return
		case *http2.HeadersFrame:
			if f.StreamEnded() { // refused: nothing is kept for this caller
				return
			}
		case *http2.SettingsFrame:
			if !f.IsAck() {
				err = framer.WriteSettingsAck()
			}
		}
		if err != nil {
			return
		}
	}
}
