package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Call is one call in the form of each protocol.
type Call struct {
	// Method is the full gRPC method, and Response an empty message for its answer.
	Method            string
	Request, Response proto.Message
	// HTTP is the method and the path, and Body its body, or nil.
	HTTP string
	Body proto.Message
}

// Answer is the answer to a call.
type Answer struct {
	Code codes.Code
	// Reason, Delivery and Upstream are from the ErrorInfo.
	Reason, Delivery, Upstream string
	// Message is the error's.
	Message string
	// Retry is the delay in the RetryInfo, or 0.
	Retry time.Duration
	// Pushback and RetryAfter are trailers; over HTTP there is only the header
	// Retry-After.
	Pushback, RetryAfter string
	// ShouldRetry is the header of errors over HTTP.
	ShouldRetry string
	// Replayed is the header of answers that repeat what an earlier call did.
	Replayed string
	// HTTPStatus is 0 over gRPC.
	HTTPStatus int
	// Text is the JSON of a response.
	Text string
	// Took is how long the caller waited.
	Took time.Duration
}

// String returns the answer for the message of a failed test.
func (a Answer) String() string {
	return fmt.Sprintf("%s %s delivery=%q retry=%s pushback=%q retry-after=%q in %s: %s%.300s",
		a.Code, a.Reason, a.Delivery, a.Retry, a.Pushback, a.RetryAfter, a.Took.Round(time.Millisecond), a.Message, a.Text)
}

// Protocol is a client of the facade over one protocol.
type Protocol struct {
	Name string
	Call func(ctx context.Context, call Call) (Answer, error)
}

// Protocols returns gRPC, then JSON.
func (f *Facade) Protocols() []Protocol {
	return []Protocol{{"grpc", f.overGRPC}, {"json", f.overHTTP}}
}

func (f *Facade) overGRPC(ctx context.Context, call Call) (Answer, error) {
	var header, trailer metadata.MD
	response, started := proto.Clone(call.Response), time.Now()
	err := f.conn.Invoke(ctx, call.Method, call.Request, response, grpc.Header(&header), grpc.Trailer(&trailer))
	answer := answerOf(status.Convert(err).Proto())
	answer.Took = time.Since(started)
	answer.Replayed = first(header, "idempotent-replayed")
	answer.Pushback, answer.RetryAfter = first(trailer, "grpc-retry-pushback-ms"), first(trailer, "retry-after")
	if err == nil {
		text, err := protojson.Marshal(response)
		answer.Text = string(text)
		return answer, err
	}
	return answer, nil
}

func first(values metadata.MD, name string) string {
	if found := values.Get(name); len(found) > 0 {
		return found[0]
	}
	return ""
}

// overHTTP returns an error only if there was no answer at all, for example because the
// caller cancelled.
func (f *Facade) overHTTP(ctx context.Context, call Call) (Answer, error) {
	method, path, _ := strings.Cut(call.HTTP, " ")
	var body io.Reader
	if call.Body != nil {
		text, err := protojson.Marshal(call.Body)
		if err != nil {
			return Answer{}, fmt.Errorf("write the body of %s: %w", call.HTTP, err)
		}
		body = strings.NewReader(string(text))
	}
	request, err := http.NewRequestWithContext(ctx, method, f.base+path, body)
	if err != nil {
		return Answer{}, fmt.Errorf("make %s: %w", call.HTTP, err)
	}
	maps.Copy(request.Header, headersOf(ctx))
	started := time.Now()
	response, err := f.client.Do(request)
	if err != nil {
		return Answer{}, fmt.Errorf("send %s: %w", call.HTTP, err)
	}
	defer func() { _ = response.Body.Close() }() // nothing more is read from it
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s: %w", call.HTTP, err)
	}
	answer := Answer{Text: string(text)}
	if response.StatusCode >= 400 {
		failed := &spb.Status{}
		if err := protojson.Unmarshal(text, failed); err != nil {
			return Answer{}, fmt.Errorf("read the error of %s: %w", call.HTTP, err)
		}
		answer = answerOf(failed)
	}
	answer.Took, answer.RetryAfter = time.Since(started), response.Header.Get("Retry-After")
	answer.HTTPStatus, answer.ShouldRetry = response.StatusCode, response.Header.Get("X-Should-Retry")
	answer.Replayed = response.Header.Get("Idempotent-Replayed")
	return answer, nil
}

// answerOf reads the details of an error.
func answerOf(failed *spb.Status) Answer {
	answer := Answer{Code: status.FromProto(failed).Code(), Message: failed.GetMessage()}
	for _, detail := range status.FromProto(failed).Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			answer.Reason, answer.Delivery, answer.Upstream = d.GetReason(), d.GetMetadata()["delivery"], d.GetMetadata()["upstream"]
		case *errdetails.RetryInfo:
			answer.Retry = d.GetRetryDelay().AsDuration()
		}
	}
	return answer
}

// Field returns a member of the answered resource, bare or wrapped, as text.
func (a Answer) Field(name string) string {
	var members map[string]any
	if json.Unmarshal([]byte(a.Text), &members) != nil {
		return ""
	}
	if _, bare := members[name]; !bare && len(members) == 1 {
		for _, wrapped := range members {
			members, _ = wrapped.(map[string]any)
		}
	}
	if value, ok := members[name]; ok {
		return fmt.Sprint(value)
	}
	return ""
}
