package document_test

import (
	"testing"

	"github.com/sipfacade/sipfacade/internal/document"
)

func TestReplace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a<b>old</b>c":  "a<b>new</b>c",
		"<b></b>":       "<b>new</b>",
		"a<b>old":       "",
		"old</b>c":      "",
		"</b>a<b>c":     "",
		"<b>x</b></b>y": "<b>new</b></b>y",
	} {
		got, err := document.Replace([]byte(text), "<b>", "</b>", []byte("new"))
		if string(got) != want || (err == nil) != (want != "") {
			t.Errorf("%q becomes %q, %v", text, got, err)
		}
	}
}
