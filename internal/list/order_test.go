package list_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

func TestOrder(t *testing.T) {
	t.Parallel()
	rows := []*sipfacadev1.SipConnection{
		{
			Uuid: "a", Name: proto.String("b"), CreateTime: at(2), Active: proto.Bool(true),
			Account:                    &sipfacadev1.OpentactAccount{Balance: proto.Float64(-2)},
			Class4IngressTrunkSettings: &sipfacadev1.TrunkSettings{MediaType: sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA.Enum()},
		},
		{Uuid: "b", Name: proto.String(""), Account: &sipfacadev1.OpentactAccount{Balance: proto.Float64(-1)}},
		{
			Uuid: "c", Name: proto.String("B"), CreateTime: at(1), Active: proto.Bool(false),
			Account: &sipfacadev1.OpentactAccount{Balance: proto.Float64(math.Inf(1))},
		},
		{Uuid: "d", CreateTime: at(2), Account: &sipfacadev1.OpentactAccount{Balance: proto.Float64(math.Copysign(0, -1))}},
		{
			Uuid: "e", Name: proto.String("b"), CreateTime: at(0), Account: &sipfacadev1.OpentactAccount{Balance: proto.Float64(0)},
			Class4IngressTrunkSettings: &sipfacadev1.TrunkSettings{MediaType: sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_BYPASS_MEDIA.Enum()},
		},
		{Uuid: "f", Name: proto.String("é"), Account: &sipfacadev1.OpentactAccount{Balance: proto.Float64(math.NaN())}},
	}
	for order, want := range map[string]string{
		"":                               "bfecad",
		"  ":                             "bfecad",
		"uuid":                           "abcdef",
		"uuid desc":                      "fedcba",
		"name":                           "dbcaef",
		"name asc":                       "dbcaef",
		"name desc":                      "faecbd",
		" name  desc ,uuid   desc ":      "feacbd",
		"active":                         "bdefca",
		"active desc, create_time":       "acbfed",
		"create_time desc":               "adcebf",
		"account.balance":                "fabdec",
		"account.balance desc,uuid desc": "cedbaf",
		"account.balance, uuid desc":     "fabedc",
		"class4_ingress_trunk_settings.media_type desc": "aebcdf",
	} {
		query, err := list.Prepare[*sipfacadev1.SipConnection](newTokens(t),
			&sipfacadev1.ListSipConnectionsRequest{OrderBy: order}, "uuid")
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		page, _ := query.Page(rows)
		for _, row := range page {
			got.WriteString(row.GetUuid())
		}
		if got.String() != want {
			t.Errorf("%q: got %s, want %s", order, got.String(), want)
		}
	}
}

func TestOrderFields(t *testing.T) {
	t.Parallel()
	for order, want := range map[string][]list.OrderField{
		"":                              {{Path: "create_time"}, {Path: "uuid"}},
		"name desc, tn.x":               nil,
		"account.name":                  {{Path: "account.name"}, {Path: "uuid"}},
		"uuid desc, name":               {{Path: "uuid", Desc: true}, {Path: "name"}},
		"create_time, expire_time desc": {{Path: "create_time"}, {Path: "expire_time", Desc: true}, {Path: "uuid"}},
	} {
		query, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t),
			&sipfacadev1.ListSipUserInvitesRequest{OrderBy: order}, "uuid")
		if want == nil {
			if err == nil {
				t.Errorf("%q: no error", order)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, query.Order()); diff != "" {
			t.Errorf("%q: %s", order, diff)
		}
	}
}

func TestOrderViolations(t *testing.T) {
	t.Parallel()
	for order, want := range map[string][]string{
		"bogus":                             {`unknown field "bogus"; allowed: ` + inviteFields},
		"bogus, other desc":                 {`unknown field "bogus"; allowed: ` + inviteFields, `unknown field "other"`},
		"token":                             {`neither filter nor order can use field "token"; allowed: ` + inviteFields},
		"name, name desc":                   {`names "name" twice`},
		"name,":                             {`names no field beside a comma`},
		"name DESC":                         {`"name DESC" is not a field, or a field and ` + "`desc`"},
		"name desc uuid":                    {`"name desc uuid" is not a field, or a field and ` + "`desc`"},
		strings.Repeat("name,", 16):         {`names more than 16 fields`},
		strings.Repeat(" ", 1<<10) + "name": {`is longer than 1024 bytes`},
	} {
		_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t),
			&sipfacadev1.ListSipUserInvitesRequest{OrderBy: order}, "uuid")
		got := violationsOf(t, err)
		for i := range want {
			want[i] = "order_by: " + want[i]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", order, diff)
		}
	}
}

func FuzzOrder(f *testing.F) {
	for _, seed := range []string{"name desc, uuid", "account.balance", ",", "name\tasc", "a.b.c", "desc desc", "token"} {
		f.Add(seed)
	}
	tokens := newTokens(f)
	rows := connections()
	f.Fuzz(func(t *testing.T, order string) {
		request := &sipfacadev1.ListSipConnectionsRequest{OrderBy: order, PageSize: 1}
		seen := map[string]int{}
		for {
			query, err := list.Prepare[*sipfacadev1.SipConnection](tokens, request, "uuid")
			if err != nil {
				if len(violationsOf(t, err)) == 0 || request.GetPageToken() != "" {
					t.Errorf("unexpected %v", err)
				}
				return
			}
			page, next := query.Page(rows)
			for _, row := range page {
				seen[row.GetUuid()]++
			}
			if request.PageToken = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff(map[string]int{"a": 1, "b": 1, "c": 1}, seen); diff != "" {
			t.Error(diff)
		}
	})
}
