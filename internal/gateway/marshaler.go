package gateway

import (
	"errors"
	"fmt"
	"io"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/gateway/codec"
)

// contentType is the type of every answer.
const contentType = "application/json"

// marshaler lets grpc-gateway read and write JSON with the codec.
type marshaler struct {
	codec *codec.Codec
}

var _ runtime.Marshaler = marshaler{}

var errNotMessage = errors.New("not a protobuf message")

// ContentType returns the content type of what Marshal returns.
func (marshaler) ContentType(any) string { return contentType }

// Marshal writes a message.
func (m marshaler) Marshal(value any) ([]byte, error) {
	message, ok := value.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("write %T as JSON: %w", value, errNotMessage)
	}
	return m.codec.Marshal(message)
}

// Unmarshal reads a message. Its error is the first violation.
func (m marshaler) Unmarshal(data []byte, into any) error {
	message, ok := into.(proto.Message)
	if !ok {
		return fmt.Errorf("read %T from JSON: %w", into, errNotMessage)
	}
	if report := m.codec.Decode(data, message, ""); len(report.Violations) > 0 {
		first := report.Violations[0]
		return fmt.Errorf("read %T from JSON: %s: %s", into, first.GetField(), first.GetDescription())
	}
	return nil
}

// NewDecoder returns the decoder of a request's body.
func (m marshaler) NewDecoder(from io.Reader) runtime.Decoder {
	if body, ok := from.(*requestBody); ok {
		return body
	}
	return runtime.DecoderFunc(func(into any) error {
		data, err := io.ReadAll(from)
		if err != nil {
			return fmt.Errorf("read JSON: %w", err)
		}
		return m.Unmarshal(data, into)
	})
}

// NewEncoder returns an encoder that writes one message after the other.
func (m marshaler) NewEncoder(to io.Writer) runtime.Encoder {
	return runtime.EncoderFunc(func(value any) error {
		data, err := m.Marshal(value)
		if err != nil {
			return err
		}
		_, err = to.Write(data)
		return err
	})
}
