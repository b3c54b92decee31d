package list_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

// joined is a condition so many times.
func joined(condition, operator string, times int) string {
	return strings.TrimSuffix(strings.Repeat(condition+operator, times), operator)
}

// boundedFilters are filters at a bound and just beyond it, with the violation.
var boundedFilters = map[string][2]string{
	"conditions":            {joined(`name = "x"`, " OR ", 200), ""},
	"conditions, too many":  {joined(`name = "x"`, " OR ", 201), "filter: has more than 200 conditions"},
	"negated":               {joined(`-name = "x"`, " ", 200), ""},
	"negated, too many":     {joined(`-name = "x"`, " ", 201), "filter: has more than 200 conditions"},
	"nested fields":         {joined(`(NOT account.balance = -1.5)`, " AND ", 200), ""},
	"nested, too many":      {joined(`(NOT account.balance = -1.5)`, " AND ", 201), "filter: has more than 200 conditions"},
	"uuids":                 {joined(`uuid = "0d5f6c1e-6f0e-4c43-9d0a-5e8f4f4e0a01"`, " OR ", 163), ""},
	"searches":              {joined("name:x", " OR ", 16), ""},
	"searches, too many":    {joined("name:x", " OR ", 17), "filter: searches within strings with the operator : more than 16 times"},
	"presence is no search": {joined("name:*", " ", 200), ""},
	"a path":                {"a.b.c.d.e.f.g.h = 1", `filter: unknown field "a.b.c.d.e.f.g.h"; allowed: ` + inviteFields},
	"a path, too long":      {"a.b.c.d.e.f.g.h.i = 1", "filter: names a field with more than 8 parts"},
	"parentheses":           {strings.Repeat("(", 32) + `name = "x"` + strings.Repeat(")", 32), ""},
	"parentheses, too deep": {strings.Repeat("(", 33) + `name = "x"` + strings.Repeat(")", 33), "filter: nests deeper than 32 parentheses"},
	"tokens, too many":      {strings.Repeat("NOT ", 2000) + `name = "x"`, "filter: has more than 4000 words, operators and spaces"},
	"length":                {`name = "` + strings.Repeat("x", 8183) + `"`, ""},
	"length, one byte more": {`name = "` + strings.Repeat("x", 8184) + `"`, "filter: is longer than 8192 bytes"},
	"a sentence of words":   {joined("desk", " ", 201), "filter: has more than 200 conditions"},
	"a value of many parts": {"account.email = a.b.c.d.e.f.g.h.i", "filter: names a field with more than 8 parts"},
	"decimals are no paths": {joined(`account.balance > 1.5`, " ", 100), ""},
	"strings have no paths": {`name = "a.b.c.d.e.f.g.h.i.j.k"`, ""},
	"a negative number":     {"account.class4_id = -7", ""},
}

func TestFilterBounds(t *testing.T) {
	t.Parallel()
	for name, c := range boundedFilters {
		_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t), &sipfacadev1.ListSipUserInvitesRequest{Filter: c[0]}, "uuid")
		var want, got []string
		if c[1] != "" {
			want = []string{c[1]}
		}
		if err != nil {
			got = violationsOf(t, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// worstArguments are filters and orders of the largest size that are made to be
// expensive.
func worstArguments() map[string]*sipfacadev1.ListSipUserInvitesRequest {
	requests := map[string]*sipfacadev1.ListSipUserInvitesRequest{
		"order, many fields": {OrderBy: joined("name", ",", 200)},
		"order, no fields":   {OrderBy: strings.Repeat(",", 1024)},
		"order, long":        {OrderBy: strings.Repeat("name,", 300)},
		"page token":         {PageToken: strings.Repeat("A", 4<<20)},
		"filter, long":       {Filter: strings.Repeat("a.", 5000)},
	}
	for _, repeated := range []string{
		"a.", "NOT ", "-", "-a ", "a AND ", "a OR ", "a ", "((((a)))) ", `name="" `, ".", ":", ",", "-1 ", "a=a=", "1.", "!", "a:b ", "<=", "\n", "'", `"" `,
	} {
		requests["filter of "+repeated] = &sipfacadev1.ListSipUserInvitesRequest{Filter: strings.Repeat(repeated, 8192/len(repeated))}
		requests["filter in parentheses of "+repeated] = &sipfacadev1.ListSipUserInvitesRequest{
			Filter: strings.Repeat("(", 32) + strings.Repeat(repeated, 8128/len(repeated)) + strings.Repeat(")", 32),
		}
	}
	for name, c := range boundedFilters {
		requests[name] = &sipfacadev1.ListSipUserInvitesRequest{Filter: c[0]}
	}
	return requests
}

// TestArgumentCost: no filter, order or page token takes more than 2 MiB to read. An 8 KiB
// filter of `a.a.a` once took 140.
func TestArgumentCost(t *testing.T) {
	tokens := newTokens(t)
	for name, request := range worstArguments() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := list.Prepare[*sipfacadev1.SipUserInvite](tokens, request, "uuid")
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 2<<20 {
			t.Errorf("%s: %d bytes", name, spent)
		}
		if err != nil && len(violationsOf(t, err)) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkWorstArguments(b *testing.B) {
	tokens := newTokens(b)
	for name, request := range worstArguments() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = list.Prepare[*sipfacadev1.SipUserInvite](tokens, request, "uuid")
			}
		})
	}
}
