package tolerant

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"
)

// person is a kind of object with relations, also to itself.
type person struct {
	Name     string
	Boss     *person
	Team     []*person
	Settings map[string]any
}

// personMember reads one member of a person.
func personMember(r *Reader, name []byte, p *person) error {
	switch string(name) {
	case "name":
		return r.String("name", &p.Name)
	case "boss":
		return One(r, "boss", &p.Boss, personMember, personOf)
	case "team":
		return Many(r, "team", func(list []*person) { p.Team = list }, personMember, personOf)
	case "settings":
		var settings *structpb.Struct
		err := r.Struct("settings", &settings)
		if settings != nil {
			p.Settings = settings.AsMap()
		}
		return err
	default:
		return r.Skip()
	}
}

func personOf(text string) *person {
	if strings.HasPrefix(text, "p-") || text == "7" {
		return &person{Name: text}
	}
	return nil
}

func readPerson(body io.Reader) (person, map[string]int, error) {
	r := NewReader(body)
	defer r.Release()
	var p person
	_, err := Read(r, &p, personMember)
	if err == nil {
		err = r.End()
	}
	return p, misreadsOf(r), err
}

func TestRelationForms(t *testing.T) {
	t.Parallel()
	bob := &person{Name: "Bob"}
	for body, c := range map[string]struct {
		want     person
		misreads map[string]int
	}{
		`{"boss":null}`:                                {},
		`{"boss":{}}`:                                  {},
		`{"boss":{"name":"Bob"}}`:                      {want: person{Boss: bob}},
		`{"boss":{"unknown":1}}`:                       {want: person{Boss: &person{}}},
		`{"boss":{"boss":{}}}`:                         {want: person{Boss: &person{}}},
		`{"boss":"p-1"}`:                               {want: person{Boss: &person{Name: "p-1"}}},
		`{"boss":7}`:                                   {want: person{Boss: &person{Name: "7"}}},
		`{"boss":""}`:                                  {},
		`{"boss":"nobody"}`:                            {misreads: map[string]int{"boss": 1}},
		`{"boss":true}`:                                {misreads: map[string]int{"boss": 1}},
		`{"boss":[{"name":"Bob"}]}`:                    {misreads: map[string]int{"boss": 1}},
		`{"boss":{"name":"Bob"},"boss":null}`:          {want: person{Boss: bob}},
		`{"team":null}`:                                {},
		`{"team":[]}`:                                  {},
		`{"team":{}}`:                                  {},
		`{"team":[null,{},{"name":"Bob"},"p-1"]}`:      {want: person{Team: []*person{bob, {Name: "p-1"}}}},
		`{"team":{"name":"Bob"}}`:                      {want: person{Team: []*person{bob}}},
		`{"team":{"data":[{"name":"Bob"}],"total":5}}`: {misreads: map[string]int{"team": 1}},
		`{"team":[{"unknown":1}]}`:                     {want: person{Team: []*person{{}}}},
		`{"team":"p-1"}`:                               {want: person{Team: []*person{{Name: "p-1"}}}},
		`{"team":["nobody",true,["p-1"],"p-2"]}`:       {want: person{Team: []*person{{Name: "p-2"}}}, misreads: map[string]int{"team": 3}},
		`{"team":["p-1"],"team":["p-2","p-3"]}`:        {want: person{Team: []*person{{Name: "p-2"}, {Name: "p-3"}}}},
		`{"team":["p-1"],"team":[]}`:                   {want: person{Team: []*person{{Name: "p-1"}}}},
		`{"team":["p-1"],"team":null}`:                 {want: person{Team: []*person{{Name: "p-1"}}}},
	} {
		got, misreads, err := readPerson(strings.NewReader(body))
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
		if diff := cmp.Diff(c.misreads, misreads); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}

// TestKept: what is kept is counted, what is empty, misread or skipped is not.
func TestKept(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]int{
		`{}`: 0,
		`{"name":"","boss":{},"team":[{},null],"settings":{},"unknown":{"name":"x"}}`: 0,
		`{"name":[1],"boss":true}`: 0,
		`{"name":"x"}`:             1,
		`{"boss":{"unknown":1}}`:   1,
		`{"boss":{"name":"x"}}`:    2,
		`{"team":["p-1","p-2"]}`:   2,
		`{"settings":{"a":1}}`:     1,
	} {
		r := NewReader(strings.NewReader(body))
		var p person
		empty, err := Read(r, &p, personMember)
		if err != nil || r.Kept() != want || empty != (body == `{}`) {
			t.Errorf("%s: kept %d, want %d; empty %t, %v", body, r.Kept(), want, empty, err)
		}
		r.Release()
	}
}

// TestStatedLists: an empty list is told from one that the vendor did not state, or whose
// elements say nothing. It is believed only of an object that is shown whole.
func TestStatedLists(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		`[]`: true, `["p-1"]`: true, `[{},"p-1"]`: true, `{"name":"Bob"}`: true,
		`{"total":0}`: false,
		`null`:        false, `{}`: false, `[{}]`: false, `[null]`: false, `[true]`: false, `7.5`: false,
	} {
		for _, whole := range []bool{true, false} {
			r, stated := NewReader(strings.NewReader(`{"team":`+body+`}`)), false
			if whole {
				r.ShowsWhole()
			}
			err := r.Object(func([]byte) error {
				return Many(r, "team", func([]*person) { stated = true }, personMember, personOf)
			})
			if want := want && (whole || body != `[]`); err != nil || stated != want {
				t.Errorf("%s, whole %t: stated %t, %v", body, whole, stated, err)
			}
			r.Release()
		}
	}
}
