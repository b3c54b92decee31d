package list_test

import (
	"fmt"
	"testing"

	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

func BenchmarkFilterAndPage10000(b *testing.B) {
	rows := make([]*sipfacadev1.SipUserInvite, 10_000)
	for i := range rows {
		rows[i] = invite(fmt.Sprintf("%08d", (i*7919)%len(rows)), fmt.Sprintf("Desk %d", i%100), i)
		rows[i].Account = &sipfacadev1.OpentactAccount{Balance: proto.Float64(float64(i % 50))}
	}
	tokens := newTokens(b)
	for name, request := range map[string]*sipfacadev1.ListSipUserInvitesRequest{
		"plain":    {},
		"in order": {PageSize: 1000},
		"filtered": {Filter: `name:desk AND account.balance >= 10 AND create_time > "2026-01-02T15:04:05Z"`, OrderBy: "name desc"},
		"largest":  {PageSize: 1000, OrderBy: "create_time desc"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				query, err := list.Prepare[*sipfacadev1.SipUserInvite](tokens, request, "uuid")
				if err != nil {
					b.Fatal(err)
				}
				if page, next := query.Page(rows); len(page) != max(50, int(request.GetPageSize())) || next == "" {
					b.Fatalf("%d rows, next %q", len(page), next)
				}
			}
		})
	}
}
