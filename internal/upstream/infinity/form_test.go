package infinity

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormEncode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		form Form
		want string
	}{
		"nothing":        {nil, ""},
		"in their order": {Form{{"z", "1"}, {"a", "2"}}, "z=1&a=2"},
		"empty value":    {Form{{"description", ""}}, "description="},
		"reserved":       {Form{{"a b", "1&2=3+4%é{x}"}}, "a+b=1%262%3D3%2B4%25%C3%A9%7Bx%7D"},
		"phone number":   {Form{{"ukCallerId", "+441632960001"}}, "ukCallerId=%2B441632960001"},
		"line break":     {Form{{"description", "a\r\nb"}}, "description=a%0D%0Ab"},
		"ids":            {IDs("userSpec", []uint32{7, 1<<32 - 1}), "userSpec%5B%5D=7&userSpec%5B%5D=4294967295"},
		"no ids":         {IDs("userSpec", nil), ""},
		"ordered ids":    {OrderedIDs("queueMemberId", []uint32{7, 3}), "queueMemberId%5B0%5D=7&queueMemberId%5B1%5D=3"},
	} {
		got := string(c.form.Encode())
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		read, err := url.ParseQuery(got)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, parameter := range c.form {
			if !read.Has(parameter.Name) {
				t.Errorf("%s: %s is lost", name, parameter.Name)
			}
		}
	}
}

func TestQueryEncode(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query *Query
		want  string
	}{
		"none":            {nil, ""},
		"empty":           {&Query{}, ""},
		"no limit":        {&Query{Offset: 7}, ""},
		"first page":      {&Query{Limit: 51}, "limit=51&offset=0"},
		"filter":          {&Query{Filters: []Parameter{{"userId", "4"}}}, "filter[]=userId-eq-value-4"},
		"hyphens":         {&Query{Filters: []Parameter{{"queueName", "a-value-b"}}}, "filter[]=queueName-eq-value-a-value-b"},
		"reserved":        {&Query{Filters: []Parameter{{"network", "10.0.20.10/24 & é"}}}, "filter[]=network-eq-value-10.0.20.10/24 & é"},
		"all in sequence": {&Query{Filters: []Parameter{{"a", "1"}, {"b", "2"}}, Sorts: []Parameter{{"c", "desc"}, {"d", "asc"}}, Limit: 3, Offset: 9}, "filter[]=a-eq-value-1&filter[]=b-eq-value-2&sort[]=c-desc&sort[]=d-asc&limit=3&offset=9"},
	} {
		got, err := url.QueryUnescape(c.query.Encode())
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	if got := (&Query{Filters: []Parameter{{"n", "&#+"}}}).Encode(); got != "filter%5B%5D=n-eq-value-%26%23%2B" {
		t.Errorf("not escaped: %q", got)
	}
}

func TestFlagParameter(t *testing.T) {
	t.Parallel()
	if Flag(true) != "1" || Flag(false) != "0" {
		t.Errorf("%q and %q", Flag(true), Flag(false))
	}
}
