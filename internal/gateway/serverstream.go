package gateway

import (
	"errors"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// errHeaderSent is the error of a second header, as on a gRPC server.
var errHeaderSent = errors.New("the header of this call was already sent")

// serverStream collects the headers and trailers of one call. Handlers may set
// them from any goroutine.
type serverStream struct {
	method string

	mu      sync.Mutex
	sent    bool
	header  metadata.MD
	trailer metadata.MD
}

var _ grpc.ServerTransportStream = (*serverStream)(nil)

// Method returns the full name of the called method.
func (s *serverStream) Method() string { return s.method }

// SetHeader adds to the header until it is sent.
func (s *serverStream) SetHeader(md metadata.MD) error {
	return s.addHeader(md, false)
}

// SendHeader adds to the header for the last time.
func (s *serverStream) SendHeader(md metadata.MD) error {
	return s.addHeader(md, true)
}

// SetTrailer adds to the trailer.
func (s *serverStream) SetTrailer(md metadata.MD) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trailer = metadata.Join(s.trailer, md)
	return nil
}

func (s *serverStream) addHeader(md metadata.MD, send bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sent {
		return errHeaderSent
	}
	s.header = metadata.Join(s.header, md)
	s.sent = send
	return nil
}

// report copies header and trailer to the call options that ask for them.
func (s *serverStream) report(options []grpc.CallOption) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, option := range options {
		switch wanted := option.(type) {
		case grpc.HeaderCallOption:
			*wanted.HeaderAddr = s.header.Copy()
		case grpc.TrailerCallOption:
			*wanted.TrailerAddr = s.trailer.Copy()
		}
	}
}
