package e2e

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// header is one HEADERS frame of an answer.
type header struct {
	fields map[string]string
	ends   bool // the stream ends with it
}

// answer sends a call with a body and more metadata, and returns the HEADERS frames of its
// answer and how many bytes of DATA came.
func (f frames) answer(t *testing.T, path string, metadata map[string]string, body []byte) (headers []header, data int) {
	t.Helper()
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, field := range []string{":method", ":scheme", ":authority", ":path"} {
		encode(t, encoder, field, map[string]string{":method": "POST", ":scheme": "http", ":authority": "localhost", ":path": path}[field])
	}
	encode(t, encoder, "content-type", "application/grpc")
	encode(t, encoder, "te", "trailers")
	for name, value := range metadata {
		encode(t, encoder, name, value)
	}
	if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}); err != nil {
		t.Fatal(err)
	}
	if err := f.WriteData(1, true, body); err != nil {
		t.Fatal(err)
	}
	f.ReadMetaHeaders = hpack.NewDecoder(4<<10, nil)
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			t.Fatalf("the connection ended before the answer: %v", err)
		}
		switch frame := frame.(type) {
		case *http2.DataFrame:
			data += len(frame.Data())
		case *http2.RSTStreamFrame:
			t.Fatalf("the stream was reset: %v", frame.ErrCode)
		case *http2.MetaHeadersFrame:
			headers = append(headers, header{fieldsOf(frame), frame.StreamEnded()})
			if frame.StreamEnded() {
				return headers, data
			}
		}
	}
}

func fieldsOf(frame *http2.MetaHeadersFrame) map[string]string {
	fields := map[string]string{}
	for _, field := range frame.Fields {
		fields[field.Name] += field.Value
	}
	return fields
}

// TestErrorsAreTrailersOnly: an error of any origin is one HEADERS frame that ends the
// stream. No client retries a call whose answer began with headers.
func TestErrorsAreTrailersOnly(t *testing.T) {
	t.Parallel()
	const service = "/sipfacade.v1.SipConnectionService/"
	create, err := proto.Marshal(&sipfacadev1.CreateSipUserInviteRequest{
		SipConnectionUuid: "5f1c2b3a-0000-4000-8000-000000000001", SipUserInvite: &sipfacadev1.SipUserInvite{Name: proto.String("Amy")},
	})
	if err != nil {
		t.Fatal(err)
	}
	fails := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"success":false}`) // the test fails without it
		}
	}
	explain := map[string]string{"x-explain": "true"}
	for name, row := range map[string]struct {
		path     string
		metadata map[string]string
		body     []byte
		vendor   http.HandlerFunc
		status   string
		trailers []string
	}{
		"broken rule":       {service + "ListSipConnections", nil, framed(0, []byte{8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}), nil, "3", nil},
		"not protobuf":      {service + "ListSipConnections", nil, framed(0, []byte{0xff}), nil, "3", nil},
		"no message":        {service + "ListSipConnections", nil, nil, nil, "3", nil},
		"too large":         {service + "ListSipConnections", nil, []byte{0, 0xff, 0xff, 0xff, 0xff}, nil, "8", []string{"grpc-retry-pushback-ms"}},
		"not gzip":          {service + "ListSipConnections", map[string]string{"grpc-encoding": "gzip"}, framed(1, []byte("x")), nil, "3", nil},
		"unknown encoding":  {service + "ListSipConnections", map[string]string{"grpc-encoding": "odd"}, framed(1, []byte("x")), nil, "12", nil},
		"unknown method":    {service + "Explode", nil, framed(0, nil), nil, "12", nil},
		"unknown service":   {"/nothing.At/All", nil, framed(0, nil), nil, "12", nil},
		"unknown health":    {"/grpc.health.v1.Health/Check", nil, framed(0, []byte{10, 1, 'x'}), nil, "5", nil},
		"foreign account":   {service + "ListSipConnections", map[string]string{"x-opentact-token": "t"}, framed(0, nil), nil, "3", nil},
		"rate limited":      {service + "ListSipConnections", explain, framed(0, nil), fails(429), "8", []string{"grpc-retry-pushback-ms", "retry-after", "x-vendor-call"}},
		"vendor fails":      {service + "ListSipConnections", explain, framed(0, nil), fails(503), "14", []string{"grpc-retry-pushback-ms", "retry-after", "x-vendor-call"}},
		"outcome not known": {service + "CreateSipUserInvite", explain, framed(0, create), fails(503), "2", []string{"grpc-retry-pushback-ms", "x-vendor-call"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler := row.vendor
			if handler == nil {
				handler = json200(`{"success":true,"payload":[]}`)
			}
			f := startFacade(t, startVendor(t, handler).url(), withToken())
			headers, data := f.dialFrames(t).answer(t, row.path, row.metadata, row.body)
			if len(headers) != 1 || !headers[0].ends || data != 0 {
				t.Fatalf("want one HEADERS frame that ends the stream, got %d bytes and %v", data, headers)
			}
			fields := headers[0].fields
			if fields[":status"] != "200" || fields["grpc-status"] != row.status {
				t.Errorf("want status %s, got %v", row.status, fields)
			}
			for _, trailer := range append(row.trailers, "x-request-id", "grpc-status-details-bin") {
				if fields[trailer] == "" {
					t.Errorf("there is no %s in %v", trailer, fields)
				}
			}
		})
	}
}

// TestSuccessBeginsWithHeaders: the request id and the explanation of a success are known
// before its message is read.
func TestSuccessBeginsWithHeaders(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(`{"success":true,"payload":[]}`)).url(), withToken())
	metadata := map[string]string{"x-explain": "true", "x-request-id": "mine"}
	headers, data := f.dialFrames(t).answer(t, listConnections, metadata, framed(0, nil))
	if len(headers) != 2 || data == 0 {
		t.Fatalf("want headers, data and trailers, got %d bytes and %v", data, headers)
	}
	got := map[string]any{
		"id": headers[0].fields["x-request-id"], "explained": headers[0].fields["x-vendor-call"] != "",
		"again": headers[1].fields["x-request-id"] + headers[1].fields["x-vendor-call"], "status": headers[1].fields["grpc-status"],
	}
	want := map[string]any{"id": "mine", "explained": true, "again": "", "status": "0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
