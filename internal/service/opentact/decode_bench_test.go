package opentact

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// decodeAnswer reads the payload of an answer into m.
func decodeAnswer[M any](body []byte, m *M, member tolerant.Member[M]) error {
	r := tolerant.NewReader(bytes.NewReader(body))
	defer r.Release()
	return r.Object(func(name []byte) error {
		if string(name) != "payload" {
			return r.Skip()
		}
		_, err := tolerant.Read(r, m, member)
		return err
	})
}

// BenchmarkDecode: one answer with its relations.
func BenchmarkDecode(b *testing.B) {
	b.Run("SipApp", func(b *testing.B) {
		benchmarkDecode(b, "testdata/sip_app.json", sipAppAnswer, func(m *pb.SipApp) bool { return len(m.GetTnLeases().GetItems()) == 2 })
	})
	b.Run("SipUserInvite", func(b *testing.B) {
		benchmarkDecode(b, "testdata/invite.json", sipUserInviteAnswer, func(m *pb.SipUserInvite) bool { return m.Token != nil })
	})
}

func benchmarkDecode[M any](b *testing.B, path string, member tolerant.Member[M], right func(*M) bool) {
	body, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		m := new(M)
		if err := decodeAnswer(body, m, member); err != nil || !right(m) {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode10000Invites: a list as long as a large customer has.
func BenchmarkDecode10000Invites(b *testing.B) {
	objects := make([]string, 10_000)
	for i := range objects {
		objects[i] = fmt.Sprintf(`{"created_on":"2020-10-26T08:44:15.621Z","modified_on":"2020-10-26T08:44:15.621Z","uuid":"3b2f6a50-93f5-4a52-8d0c-%012d",`+
			`"name":"Desk %d","expired_on":"2026-12-31T23:59:59.000Z","token":"b7c1f0a94be04c6f8f5d2f6a%08d","sip_connection":{},"account":{},"created_by":{},"modified_by":{}}`, i, i, i)
	}
	body := []byte("[" + strings.Join(objects, ",") + "]")
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		r := tolerant.NewReader(bytes.NewReader(body))
		var rows []*pb.SipUserInvite
		err := tolerant.Many(r, "payload", func(list []*pb.SipUserInvite) { rows = list }, sipUserInviteAnswer, sipUserInviteOf)
		r.Release()
		if err != nil || len(rows) != len(objects) {
			b.Fatal(len(rows), err)
		}
	}
}
