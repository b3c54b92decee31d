package infinity

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// sameAnswer answers every request with the same body.
type sameAnswer string

func (a sameAnswer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a))), Request: r}, nil
}

// deviceRows are rows as the vendor writes them, in the default order.
func deviceRows(count int) sameAnswer {
	var body strings.Builder
	for i := range count {
		fmt.Fprintf(&body, `{"pbxDeviceId":"%d","pbxDeviceName":"Desk %d","domainId":"3","deviceMacAddress":"10:20:30:1A:2B:3C",`+
			`"createDatetime":"2026-01-02 %02d:%02d:%02d","updateDatetime":"2026-01-02 03:04:05","userId":"8","user":"joe.blogs"}`+"\n",
			i+1, i, i/3600, i/60%60, i%60)
	}
	return sameAnswer(body.String())
}

// BenchmarkPbxDevices reads a page of 50: out of all rows as they stream past, if
// the vendor is not asked to page, and out of a window of 51 if it is.
func BenchmarkPbxDevices(b *testing.B) {
	for name, c := range map[string]struct {
		rows   int
		filter string
	}{
		"10000 rows streamed": {10_000, `user:"joe"`},
		"a page pushed down":  {51, ""},
	} {
		b.Run(name, func(b *testing.B) {
			client, _ := pbxClient(b, deviceRows(c.rows), nil)
			s := NewPbxConfigService(backendOf(b, client))
			b.ReportAllocs()
			for b.Loop() {
				answer, err := s.ListPbxDevices(b.Context(), &pb.ListPbxDevicesRequest{DomainId: 3, Filter: c.filter})
				if err != nil || len(answer.GetPbxDevices()) != 50 || answer.GetNextPageToken() == "" {
					b.Fatalf("%d rows, %v", len(answer.GetPbxDevices()), err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.rows), "ns/row")
		})
	}
}
