package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// rawGRPC sends any bytes as a unary call, which client libraries cannot, and returns
// the trailers.
func (f *facade) rawGRPC(t *testing.T, path, encoding string, body []byte) http.Header {
	t.Helper()
	return f.rawGRPCFrom(t, path, encoding, bytes.NewReader(body))
}

// rawGRPCFrom is rawGRPC with a body that comes bit by bit.
func (f *facade) rawGRPCFrom(t *testing.T, path, encoding string, body io.Reader) http.Header {
	t.Helper()
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+f.server.Address("grpc"), body)
	if err != nil {
		t.Fatal(err)
	}
	request.URL.Opaque = "//" + f.server.Address("grpc") + path
	request.Header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}}
	if encoding != "" {
		request.Header.Set("Grpc-Encoding", encoding)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		t.Fatal(err)
	}
	if found := response.Header.Get("Grpc-Encoding"); found != "" && found != "identity" {
		t.Errorf("the answer is compressed: %s", found)
	}
	if response.Header.Get("Grpc-Status") != "" {
		return response.Header
	}
	return response.Trailer
}

// framed is a message with its prefix: a flag and its length.
func framed(flag byte, message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{flag}, uint32(len(message))), message...)
}

// zipped compresses with gzip.
func zipped(t *testing.T, message []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	if _, err := writer.Write(message); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestRefusedBelowTheInterceptors: what grpc-go would refuse by itself has a reason, a
// request id, a log line and a count like all other calls.
func TestRefusedBelowTheInterceptors(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(`{"success":true,"payload":[]}`))
	const method = "/sipfacade.v1.SipConnectionService/ListSipConnections"
	filter := func(text string) []byte { return append([]byte{0x1a, byte(len(text))}, text...) }
	for name, row := range map[string]struct {
		path, encoding string
		body           []byte
		code           codes.Code
		reason         string
		counted        string // the method in metrics
		message        string // part of it
	}{
		"invalid proto":      {method, "", framed(0, []byte{0xff, 0xff}), codes.InvalidArgument, "REQUEST_INVALID", method, "the message is not one that the call takes, or has a text that is not UTF-8"},
		"invalid UTF-8":      {method, "", framed(0, filter("\xff\xfe")), codes.InvalidArgument, "REQUEST_INVALID", method, "the message is not one that the call takes, or has a text that is not UTF-8"},
		"no message":         {method, "", nil, codes.InvalidArgument, "REQUEST_INVALID", method, "the request holds no message"},
		"broken off":         {method, "", []byte{0, 0, 0, 0, 9, 1}, codes.InvalidArgument, "REQUEST_INVALID", method, "the request ends before its message does"},
		"two messages":       {method, "", append(framed(0, nil), framed(0, nil)...), codes.InvalidArgument, "REQUEST_INVALID", method, "the request holds more than one message"},
		"too large":          {method, "", framed(0, make([]byte, 4<<20+1)), codes.ResourceExhausted, "REQUEST_TOO_LARGE", method, ""},
		"far too large":      {method, "", []byte{0, 0xff, 0xff, 0xff, 0xff}, codes.ResourceExhausted, "REQUEST_TOO_LARGE", method, ""},
		"gzip bomb":          {method, "gzip", framed(1, zipped(t, make([]byte, 64<<20))), codes.ResourceExhausted, "REQUEST_TOO_LARGE", method, ""},
		"not gzip":           {method, "gzip", framed(1, []byte("plain")), codes.InvalidArgument, "REQUEST_INVALID", method, "the message cannot be decompressed"},
		"flag without name":  {method, "", framed(1, nil), codes.InvalidArgument, "REQUEST_INVALID", method, ""},
		"unknown encoding":   {method, "odd", framed(1, []byte("x")), codes.Unimplemented, "REQUEST_INVALID", method, ""},
		"unknown method":     {"/sipfacade.v1.SipConnectionService/Explode", "", framed(0, nil), codes.Unimplemented, "ROUTE_NOT_FOUND", "unknown", ""},
		"misspelt method":    {"/sipfacade.v1.SipConnectionService/ListSipConnection", "", framed(0, nil), codes.Unimplemented, "ROUTE_NOT_FOUND", "unknown", `did you mean "/sipfacade.v1.SipConnectionService/ListSipConnections"?`},
		"unknown service":    {"/nothing.At/All", "odd", framed(0, nil), codes.Unimplemented, "ROUTE_NOT_FOUND", "unknown", ""},
		"malformed method":   {"/nothing", "", framed(0, nil), codes.Unimplemented, "ROUTE_NOT_FOUND", "unknown", ""},
		"odd stream":         {"/grpc.health.v1.Health/Watch", "odd", framed(1, nil), codes.Unimplemented, "REQUEST_INVALID", "/grpc.health.v1.Health/Watch", ""},
		"gzip is understood": {method, "gzip", framed(1, zipped(t, nil)), codes.OK, "", method, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startFacade(t, vendor.url(), withToken())
			trailer := f.rawGRPC(t, row.path, row.encoding, row.body)
			if got := trailer.Get("Grpc-Status"); got != strconv.Itoa(int(row.code)) {
				t.Fatalf("status %s, trailers %v", got, trailer)
			}
			if row.code == codes.OK {
				return
			}
			want := wantError{Code: codeName{row.code}, Reason: row.reason, Message: row.message}
			for _, problem := range want.check(outcome{status: detailsOf(t, trailer), trailer: metadataOf(trailer)}) {
				t.Error(problem)
			}
			id := trailer.Get("X-Request-Id")
			logged := f.logs.call(t, "grpc", row.counted)
			if logged["reason"] != row.reason || name != "malformed method" && (id == "" || logged["request_id"] != id) {
				t.Errorf("request id %q, logged %v", id, logged)
			}
			count := `sipfacade_calls_total{code="` + row.code.String() + `",method="` + row.counted + `",protocol="grpc",reason="` + row.reason + `"} 1`
			if metrics := f.admin(t, "/metrics"); !strings.Contains(metrics, count) {
				t.Errorf("the metrics lack %s", count)
			}
		})
	}
}

// TestStreamInUnknownEncoding: a stream whose message never comes does not keep other calls in
// unknown encodings from being refused.
func TestStreamInUnknownEncoding(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(`{"success":true,"payload":[]}`)).url(), withToken())
	reading, writing := io.Pipe()
	ended := make(chan http.Header, 1)
	go func() { ended <- f.rawGRPCFrom(t, "/grpc.health.v1.Health/Watch", "odd", reading) }()
	for range 3 {
		trailer := f.rawGRPC(t, "/sipfacade.v1.SipConnectionService/ListSipConnections", "odd", framed(1, nil))
		if got := trailer.Get("Grpc-Status"); got != strconv.Itoa(int(codes.Unimplemented)) {
			t.Errorf("status %s, trailers %v", got, trailer)
		}
	}
	_ = writing.Close() // a pipe
	if got := (<-ended).Get("Grpc-Status"); got != strconv.Itoa(int(codes.Unimplemented)) {
		t.Errorf("the stream ended with %s", got)
	}
}

// TestBodyBreaksOff: a caller that closes its sending side within a body is told so, if it
// still reads, and counted as wrong, not as a defect of the service.
func TestBodyBreaksOff(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(`{"success":true,"payload":[]}`))
	for name, request := range map[string]string{
		"of stated length": "POST /v1/sip-apps HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{\"name\":\"partial\"",
		"in chunks":        "POST /v1/sip-apps HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"name\":\"partial\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startFacade(t, vendor.url(), withToken())
			conn, err := net.Dial("tcp", f.server.Address("http"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }() // everything was read
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			response, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }() // it is read to its end
			answer, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != http.StatusBadRequest || !bytes.Contains(answer, []byte("body: broke off before its end")) {
				t.Errorf("%d %s, %v", response.StatusCode, answer, err)
			}
			if logged := f.logs.call(t, "http", "/sipfacade.v1.SipAppService/CreateSipApp"); logged["reason"] != "REQUEST_INVALID" {
				t.Errorf("logged %v", logged)
			}
		})
	}
}

// metadataOf returns HTTP headers as metadata.
func metadataOf(header http.Header) metadata.MD {
	md := metadata.MD{}
	for name, values := range header {
		md.Append(name, values...)
	}
	return md
}

// detailsOf reads the status with its details from the trailers.
func detailsOf(t *testing.T, trailer http.Header) *spb.Status {
	t.Helper()
	encoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(trailer.Get("Grpc-Status-Details-Bin"), "="))
	if err != nil {
		t.Fatal(err)
	}
	read := &spb.Status{}
	if err := proto.Unmarshal(encoded, read); err != nil {
		t.Fatal(err)
	}
	return read
}

// admin reads a page of the admin listener.
func (f *facade) admin(t *testing.T, path string) string {
	t.Helper()
	response, err := f.client.Get("http://" + f.server.Address("admin") + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestHealthOfUnknownService: a probe gets the code of the health protocol in the form
// of all errors, and fills no log.
func TestHealthOfUnknownService(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(good+"}")).url(), withToken())
	_, err := grpc_health_v1.NewHealthClient(f.conn).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: "nothing"})
	want := wantError{Code: codeName{codes.NotFound}, Reason: "RESOURCE_NOT_FOUND"}
	for _, problem := range want.check(outcome{status: grpcstatus.Convert(err).Proto()}) {
		t.Error(problem)
	}
	if logged := f.logs.call(t, "grpc", grpc_health_v1.Health_Check_FullMethodName); logged["level"] != "DEBUG" {
		t.Errorf("logged as %v", logged["level"])
	}
}

// TestWatchOfUnknownService: a watch goes on, since the service may come; the health
// protocol has a status for that.
func TestWatchOfUnknownService(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(good+"}")).url(), withToken())
	for service, want := range map[string]grpc_health_v1.HealthCheckResponse_ServingStatus{
		"nothing": grpc_health_v1.HealthCheckResponse_SERVICE_UNKNOWN,
		"":        grpc_health_v1.HealthCheckResponse_SERVING,
		contract.Package + ".SipConnectionService": grpc_health_v1.HealthCheckResponse_SERVING,
	} {
		stream, err := grpc_health_v1.NewHealthClient(f.conn).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: service})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := stream.Recv(); err != nil || got.GetStatus() != want {
			t.Errorf("%q: want %v, got %v, %v", service, want, got, err)
		}
	}
}
