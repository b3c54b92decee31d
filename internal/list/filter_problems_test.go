package list_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

const inviteFields = "account.*, create_time, created_by.*, expire_time, name, sip_connection.*, sip_connection_uuid, sip_domain, update_time, updated_by.*, uuid"

const noOperator = " is not an operator; those are :, =, !=, <, <=, > and >="

func TestFilterViolations(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", 33) + `name = "x"` + strings.Repeat(")", 33)
	for filter, want := range map[string][]string{
		`bogus = 1 AND other:2`: {`unknown field "bogus"; allowed: ` + inviteFields, `unknown field "other"`},
		`token = "x"`:           {`neither filter nor order can use field "token"; allowed: ` + inviteFields},
		`account.bogus = 1`: {`unknown field "account.bogus"; allowed: account.balance, account.class4_id, ` +
			`account.create_time, account.delete_time, account.email, account.level, account.name, ` +
			`account.time_zone, account.update_time, account.uuid`},
		`name.x = 1`:                             {`unknown field "name.x"; allowed: ` + inviteFields},
		`name = 5`:                               {`compares name with 5: it takes a string in quotes`},
		`account.balance = "5"`:                  {`compares account.balance with "5": it takes a number`},
		`account.class4_id = 5.5`:                {`compares account.class4_id with 5.5: it takes a whole number`},
		`account.class4_id = x`:                  {`compares account.class4_id with "x": it takes a whole number`},
		`sip_connection.active = 1`:              {`compares sip_connection.active with 1: it takes true or false without quotes`},
		`sip_connection.active="true"`:           {`compares sip_connection.active with "true": it takes true or false without quotes`},
		`sip_connection.active:"true"`:           {`compares sip_connection.active with "true": it takes true or false without quotes`},
		`sip_connection.active > true`:           {`compares sip_connection.active with >, but only =, != and : apply to it`},
		`sip_connection.active`:                  {`names sip_connection.active and compares it with nothing: write sip_connection.active = true`},
		`NOT name`:                               {`names name and compares it with nothing: write name:* to test whether it is set`},
		`sales`:                                  {`has "sales" on its own: name the field to search in, as in name:"sales"`},
		`"name"`:                                 {`has "name" on its own: name the field to search in, as in name:"sales"`},
		`-30`:                                    {`has -30 on its own: name the field to search in, as in name:"sales"`},
		`4 = 4`:                                  {`has 4 to the left of =: a field belongs there`},
		`name = (a OR b)`:                        {`compares name with an expression: write one comparison for each literal`},
		`create_time > "2026-01-02T15:04:05,5Z"`: {`compares create_time with "2026-01-02T15:04:05,5Z": it takes an RFC 3339 time in quotes, such as "2026-01-02T15:04:05Z"`},
		`create_time > "2026-01-02"`:             {`compares create_time with "2026-01-02": it takes an RFC 3339 time in quotes, such as "2026-01-02T15:04:05Z"`},
		`create_time > timestamp("2026-01-02T15:04:05Z")`: {
			`calls a function, "timestamp": compare a field with a literal instead, as in create_time > "2026-01-02T15:04:05Z"`,
		},
		`FUZZY(a, b)`:             {`calls a function, "FUZZY": compare a field with a literal instead, as in create_time > "2026-01-02T15:04:05Z"`},
		`NOT(name = "x")`:         {`needs a space between NOT and the parenthesis`},
		`AND()`:                   {`needs a space between AND and the parenthesis`},
		`account.class4_id = 010`: {`has the number "010", which begins with 0: write text in quotes`},
		`account.class4_id = 9223372036854775808`: {`has the number "9223372036854775808", which is not between -2^63 and 2^63`},
		`account.class4_id = 0x`:                  {`has the number "0x", which is not between -2^63 and 2^63`},
		`name = "x`:                               {`syntax error at line 1, column 8, near "\"x"`},
		`name = "x" AND`:                          {`syntax error at line 1, column 11, near "AND"`},
		"name = \"x\"\nAND (":                     {`does not close the parenthesis at line 2, column 5`},
		`(name`:                                   {`does not close the parenthesis at line 1, column 1`},
		`(name:a OR (name:b AND (name:c)`:         {`does not close the parenthesis at line 1, column 12`},
		`name ~ 1`:                                {`~` + noOperator},
		`name ~`:                                  {`~` + noOperator},
		`name =~ "x"`:                             {`=~` + noOperator},
		`name ~= x`:                               {`~=` + noOperator},
		`name !~ "x"`:                             {`!~` + noOperator},
		`name ! 1`:                                {`!` + noOperator},
		`name <> 1`:                               {`<>` + noOperator},
		`name=>x`:                                 {`=>` + noOperator},
		`name <=><=> 1`:                           {`"<=><=>"` + noOperator},
		`account.name LIKE "x"`:                   {`"LIKE"` + noOperator},
		`uuid:* AND name is 1`:                    {`"is"` + noOperator},
		`name not like "x"`: {
			`names name and compares it with nothing: write name:* to test whether it is set`, `has "not": write NOT`,
			`has "like" on its own: name the field to search in, as in name:"sales"`, `has "x" on its own: name the field to search in, as in name:"sales"`,
		},
		`name = a like "x"`: {
			`has "like" on its own: name the field to search in, as in name:"sales"`, `has "x" on its own: name the field to search in, as in name:"sales"`,
		},
		`name = "\q"`:                    {`syntax error at line 1, column 8, near "\"\\q\""`},
		`name ==`:                        {`has "==": write =`},
		`name = "a" and name:b`:          {`has "and": write AND`},
		`name = "a" Or name:b && uuid:*`: {`has "Or": write OR`, `has "&&": write AND`},
		`not name = "a"`:                 {`has "not": write NOT`},
		`not(name = "a")`:                {`has "not": write NOT`},
		`name = "a" || (name:b)`:         {`has "||": write OR`},
		`)`:                              {`syntax error at line 1, column 1, near ")"`},
		deep:                             {`nests deeper than 32 parentheses`},
		strings.Repeat("x", 8<<10+1):     {`is longer than 8192 bytes`},
		strings.Repeat("é", 50) + `:1`:   {`unknown field "` + strings.Repeat("é", 32) + `…"; allowed: ` + inviteFields},
	} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t),
				&sipfacadev1.ListSipUserInvitesRequest{Filter: filter}, "uuid")
			got := violationsOf(t, err)
			for i := range want {
				want[i] = "filter: " + want[i]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFilterEnumViolations(t *testing.T) {
	t.Parallel()
	field := `class4_ingress_trunk_settings.media_type`
	_, err := list.Prepare[*sipfacadev1.SipConnection](newTokens(t), &sipfacadev1.ListSipConnectionsRequest{
		Filter: field + ` = "Proxy Media" AND ` + field + ` < PROXY_MEDIA AND tn_leases:"x" AND class4_ingress_trunk_settings.other_settings:*`,
	}, "uuid")
	got := strings.Join(violationsOf(t, err), "\n")
	for _, want := range []string{
		`it takes one of TRUNK_MEDIA_TYPE_UNSPECIFIED, TRUNK_MEDIA_TYPE_BYPASS_MEDIA, TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING, TRUNK_MEDIA_TYPE_PROXY_MEDIA`,
		field + ` with <, but only =, != and : apply to it`,
		`neither filter nor order can use field "tn_leases"; allowed: account.*, active, class4_egress_resource_ip_id,`,
		`can use field "class4_ingress_trunk_settings.other_settings"; allowed: ` + field,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestFilterProblemsAreBounded(t *testing.T) {
	t.Parallel()
	var filter strings.Builder
	for i := range 150 {
		fmt.Fprintf(&filter, "f%d:1 ", i)
	}
	_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t),
		&sipfacadev1.ListSipUserInvitesRequest{Filter: filter.String()}, "uuid")
	if got := violationsOf(t, err); len(got) != 8 {
		t.Errorf("%d violations, want 8", len(got))
	}
}
