//go:build unix

package clients

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/test/sandbox"
)

// TestClientsCompress: clients of all languages may compress their requests, with an answer
// as if they had not: a request that breaks a rule does so after its compression, too.
func TestClientsCompress(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 20)
	calls := []clientCall{
		{Service: "SipConnectionService", Method: "CreateSipUserInvite", Request: invite("Compressed"), TimeoutMS: patience, Gzip: true},
		{Service: "SipConnectionService", Method: "ListSipConnections", Request: map[string]any{"filter": long}, TimeoutMS: patience, Gzip: true},
	}
	for language, call := range callers() {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			s := sandbox.Start(t)
			made := call(t, s.GRPC, documentedConfig(t), calls)
			if made[0].Code != codes.OK || made[1].Code != codes.InvalidArgument {
				t.Errorf("%+v", made)
			}
		})
	}
}

// TestHTTPCompresses: so may HTTP clients.
func TestHTTPCompresses(t *testing.T) {
	t.Parallel()
	s := sandbox.Start(t)
	var body bytes.Buffer
	writer := gzip.NewWriter(&body)
	if _, err := io.WriteString(writer, `{"name": "Compressed"}`); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	url := "http://" + s.HTTP + "/v1/sip-connections/" + exampleConnection + "/invites"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, &body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte(`"name":"Compressed"`)) {
		t.Errorf("%d %s, %v", response.StatusCode, answer, err)
	}
}
