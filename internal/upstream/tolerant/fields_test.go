package tolerant

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPhoneNumber(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]string{
		"12085687492": "+12085687492", "123456789012345": "+123456789012345", "1234567890": "1234567890", "1234567890123456": "1234567890123456",
		"+12085687492": "+12085687492", "": "", "007": "007", "1208568749x": "1208568749x", "120 8568 7492": "120 8568 7492", "١٢٣٤٥٦": "١٢٣٤٥٦",
		"12085687492.0": "+12085687492", "1.2085687492E10": "+12085687492", "12085687492.5": "12085687492.5", "208.0": "208", "true": "true",
		"-12085687492.0": "-12085687492", "0x1p40": "0x1p40", "1.2.0.8": "1.2.0.8",
	} {
		if got := PhoneNumber(digits); got != want {
			t.Errorf("%q: %q, want %q", digits, got, want)
		}
	}
}

func TestCanonicalUUID(t *testing.T) {
	t.Parallel()
	const uuid = "5e0c1c50-0000-4000-8000-00000000000a"
	for text, want := range map[string]string{
		uuid: uuid, strings.ToUpper(uuid): uuid, "": "", "x": "", uuid + "0": "", uuid[1:]: "",
		strings.ReplaceAll(uuid, "-", "_"): "", "g" + uuid[1:]: "", "{" + uuid + "}": "", strings.ReplaceAll(uuid, "-", ""): "",
		"é" + uuid[2:]: "", strings.Replace(uuid, "5e0c1c50-", "5e0c1c5-0", 1): "",
	} {
		got, ok := CanonicalUUID(text)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, %t", text, got, ok)
		}
	}
}

// TestWithin: a value in an object of its own, or in place of that object.
func TestWithin(t *testing.T) {
	t.Parallel()
	type result struct {
		Text     string
		Kept     bool
		Misreads map[string]int
	}
	for value, want := range map[string]result{
		`{"name":"UTC","utc_offset":0}`: {Text: "UTC", Kept: true},
		`"UTC"`:                         {Text: "UTC", Kept: true},
		`7`:                             {Text: "7", Kept: true},
		`{"name":""}`:                   {Kept: true},
		`{"other":[1]}`:                 {Kept: true},
		`{"name":[1]}`:                  {Kept: true, Misreads: map[string]int{"name": 1}},
		`{}`:                            {},
		`""`:                            {},
		`null`:                          {},
		`true`:                          {Misreads: map[string]int{"zone": 1}},
		`["UTC"]`:                       {Misreads: map[string]int{"zone": 1}},
	} {
		r := NewReader(strings.NewReader(value))
		var text string
		if err := Within(r, "zone", "name", &text, (*Reader).String); err != nil || r.End() != nil {
			t.Errorf("%s: %v", value, err)
		}
		if diff := cmp.Diff(want, result{text, r.Kept() > 0, misreadsOf(r)}); diff != "" {
			t.Errorf("%s: %s", value, diff)
		}
		r.Release()
	}
}

// TestWord: a word that is known, one that is not, and none.
func TestWord(t *testing.T) {
	t.Parallel()
	known := func(word string) (int32, bool) { return 3, strings.EqualFold(word, "mp3") }
	three := int32(3)
	for body, want := range map[string]*int32{
		`["MP3"]`: &three, `["ogg"]`: nil, `["mp3","ogg"]`: nil, `["mp3",null]`: &three, `["mp3",""]`: &three, `["mp3",[1]]`: &three, `[]`: nil,
	} {
		r := NewReader(strings.NewReader(body))
		var value *int32
		if err := r.Array(func() error { return Word(r, "format", &value, known) }); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if diff := cmp.Diff(want, value); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
		r.Release()
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	var slabs Slabs
	if Key(&slabs.Strings, "") != nil || Key(&slabs.Int32s, 0) != nil || *Key(&slabs.Strings, "x") != "x" || *Key(&slabs.Int32s, 3) != 3 {
		t.Error("wrong key")
	}
}
