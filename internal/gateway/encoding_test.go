package gateway

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/limits"
)

// zipped compresses a body.
func zipped(t *testing.T, body []byte) string {
	t.Helper()
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	if _, err := writer.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestCompressedBodies: a body may be compressed with gzip, and is read as if it were not.
func TestCompressedBodies(t *testing.T) {
	t.Parallel()
	const body = `{"name":"Reception"}`
	small := zipped(t, []byte(body))
	for name, c := range map[string]struct {
		body, encoding string
		status         int
		violations     []string
	}{
		"gzip":             {small, "gzip", http.StatusOK, nil},
		"in capitals":      {small, "GZIP", http.StatusOK, nil},
		"identity":         {body, "identity", http.StatusOK, nil},
		"another encoding": {body, "br", http.StatusBadRequest, []string{"content-encoding: want gzip or identity"}},
		"twice":            {small, "gzip, gzip", http.StatusBadRequest, []string{"content-encoding: want gzip or identity"}},
		"not compressed":   {body, "gzip", http.StatusBadRequest, []string{"body: is not gzip, or breaks off"}},
		"broken off":       {small[:len(small)-9], "gzip", http.StatusBadRequest, []string{"body: is not gzip, or breaks off"}},
		"too long": {
			zipped(t, make([]byte, limits.MaxBytes+1)), "gzip", http.StatusRequestEntityTooLarge, []string{},
		},
		"a bomb": {zipped(t, make([]byte, 64<<20)), "gzip", http.StatusRequestEntityTooLarge, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newFakeGateway(t)
			got := d.send(http.MethodPost, invitesPath, c.body, "Content-Encoding: "+c.encoding)
			if got.Code != c.status {
				t.Fatalf("status %d: %s", got.Code, got.Body)
			}
			if c.status == http.StatusOK {
				request, _ := d.request.(*sipfacadev1.CreateSipUserInviteRequest)
				if request.GetSipUserInvite().GetName() != "Reception" {
					t.Errorf("the service got %v", d.request)
				}
				return
			}
			if diff := cmp.Diff(c.violations, readAnswer(t, got).violations()); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}
