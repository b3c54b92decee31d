package server

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/sipfacade/sipfacade/internal/headername"
)

// requestIDHeader carries the id by which a call is found in the logs. HTTP headers in their
// canonical form need not be brought into it.
const (
	requestIDHeader     = headername.RequestID
	requestIDHTTPHeader = "X-Request-Id"
)

// identify takes the caller's request id, or makes one, and sends it back, with what the
// vendors were sent if the caller asked for that: with a success as headers, with an error
// as trailers, since an error that begins with headers is not retried by any client.
func identify(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	ctx, current := withCall(ctx)
	id := current.requestID(ctx)
	response, err := handler(ctx, request)
	send := grpc.SetHeader
	if err != nil {
		send = grpc.SetTrailer
	}
	_ = send(ctx, current.explained(metadata.MD{requestIDHeader: {id}}, err)) // without a transport there is nobody to send it to
	return response, err
}

// newRequestID returns a random id. It is no secret, so it need not come from the system.
func newRequestID() string {
	var random [8]byte
	binary.BigEndian.PutUint64(random[:], rand.Uint64())
	var id [2 * len(random)]byte
	hex.Encode(id[:], random[:])
	return string(id[:])
}

// plausibleID accepts what can stand in a log line and a header.
func plausibleID(id string) bool {
	for _, c := range id {
		if c <= ' ' || c > '~' || c == '"' {
			return false
		}
	}
	return id != "" && len(id) <= 128
}
