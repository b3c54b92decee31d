package infinity

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// userRows are rows of users as the emulator writes them.
func userRows(count int) string {
	var body strings.Builder
	for i := range count {
		fmt.Fprintf(&body, `{"userId":"%d","domainId":"3","user":"user%d","displayName":"Rosa Prior","extensionNumber":"1%03d","email":"rosa.prior@example.com",`+
			`"firstName":"Rosa","lastName":"Prior","jobName":"Operator","departmentName":"Front desk","companyName":"Example Telecom","officeName":"London",`+
			`"ukCallerId":"+441632960001","usCallerId":"","mobileNumber":"+447700900123","mobileFollow":"1","ukPhoneId":"2211","usPhoneId":"0","hotdeskAllowed":1,`+
			`"dashboard":"0","createDatetime":"2026-01-02 03:04:05","updateDatetime":"2026-01-02 03:04:06","planName":"Standard","lastLogin":null}`+"\n", i+1, i, i%1000)
	}
	return body.String()
}

// BenchmarkDecodeUsers reads 5,000 rows into messages, and with encoding/json into maps.
func BenchmarkDecodeUsers(b *testing.B) {
	body := userRows(5000)
	b.Run("messages", func(b *testing.B) {
		client, _ := pbxClient(b, sameAnswer(body), nil)
		benchmarkRows(b, body, func() (count int, err error) {
			err = infinity.List(b.Context(), client, infinity.Users.List, pbxUserRows.Kind, nil, func() { count = 0 }, func(row *pb.PbxUser) *pb.PbxUser { count++; return row }, "3")
			return count, err
		})
	})
	b.Run("encoding.json", func(b *testing.B) {
		benchmarkRows(b, body, func() (count int, err error) {
			for decoder := json.NewDecoder(strings.NewReader(body)); ; count++ {
				var row map[string]any
				if err := decoder.Decode(&row); err == io.EOF {
					return count, nil
				} else if err != nil {
					return count, err
				}
			}
		})
	})
}

func benchmarkRows(b *testing.B, body string, read func() (int, error)) {
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if count, err := read(); err != nil || count != 5000 {
			b.Fatal(count, err)
		}
	}
}
