package reload

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// join is a value of several files; content with `bad` cannot be used.
func join(contents [][]byte) (string, error) {
	var text []string
	for _, content := range contents {
		if strings.HasPrefix(string(content), "bad") {
			return "", errors.New("the content is bad")
		}
		text = append(text, string(content))
	}
	return strings.Join(text, "+"), nil
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// watched is a Files of two files with what it reported.
type watched struct {
	*Files[string]
	one, two string
	reports  []string
}

func (w *watched) report(err error) {
	if err == nil {
		w.reports = append(w.reports, "changed")
		return
	}
	w.reports = append(w.reports, err.Error())
}

func watch(t *testing.T) *watched {
	t.Helper()
	dir := t.TempDir()
	w := &watched{one: filepath.Join(dir, "one"), two: filepath.Join(dir, "two")}
	write(t, w.one, "a")
	write(t, w.two, "b")
	var err error
	if w.Files, err = Read(join, w.one, w.two); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestLook: new content is used at the next look, a problem is reported once and at the
// second look, and the old content stays until there is good content again. A problem that
// comes back is reported again.
func TestLook(t *testing.T) {
	t.Parallel()
	w := watch(t)
	for i, step := range []struct {
		change  func()
		current string
		reports []string
	}{
		{func() {}, "a+b", nil},
		{func() { write(t, w.one, "A") }, "A+b", []string{"changed"}},
		{func() {}, "A+b", nil},
		{func() { write(t, w.two, "bad") }, "A+b", nil},
		{func() {}, "A+b", []string{"the content is bad"}},
		{func() {}, "A+b", nil},
		{func() { write(t, w.two, "bad again") }, "A+b", nil},
		{func() { write(t, w.two, "b") }, "A+b", []string{"changed"}},
		{func() { write(t, w.one, "bad") }, "A+b", nil},
		{func() {}, "A+b", []string{"the content is bad"}},
		{func() { write(t, w.one, "c") }, "c+b", []string{"changed"}},
		{func() { _ = os.Remove(w.one) }, "c+b", nil},
		{func() {}, "c+b", []string{"read " + w.one + ": no such file or directory"}},
		{func() { write(t, w.one, "c") }, "c+b", []string{"changed"}},
	} {
		w.reports = nil
		step.change()
		w.look(w.report)
		if diff := cmp.Diff(step.reports, w.reports); diff != "" || w.Current() != step.current {
			t.Fatalf("step %d: %q, reports %s", i, w.Current(), diff)
		}
	}
}

// TestReplacements: files that are renamed over the old ones, and a folder that a link is
// turned to, as Kubernetes does it, are changes, whatever their times and sizes.
func TestReplacements(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"v1": "old", "v2": "new"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name, "file")
		write(t, path, text)
		if err := os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	link := filepath.Join(dir, "current")
	if err := os.Symlink("v1", link); err != nil {
		t.Fatal(err)
	}
	f, err := Read(join, filepath.Join(link, "file"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Symlink("v2", link+".new"), os.Rename(link+".new", link)); err != nil {
		t.Fatal(err)
	}
	f.look(func(err error) {
		if err != nil {
			t.Error(err)
		}
	})
	if f.Current() != "new" {
		t.Errorf("after the link was turned: %q", f.Current())
	}
}

// TestWatch: the files are looked at every second until the context ends.
func TestWatch(t *testing.T) {
	t.Parallel()
	w := watch(t)
	synctest.Test(t, func(t *testing.T) {
		go w.Watch(t.Context(), w.report)
		write(t, w.one, "A")
		time.Sleep(Interval + time.Millisecond)
		synctest.Wait()
		if w.Current() != "A+b" {
			t.Errorf("a second later: %q", w.Current())
		}
	})
}

// TestUnusable: what cannot be used at the start is an error that names the file.
func TestUnusable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	write(t, large, strings.Repeat("x", maxBytes+1))
	for path, part := range map[string]string{
		dir: "not a regular file", filepath.Join(dir, "missing"): "no such file", large: "larger than",
	} {
		if _, err := Read(join, path); err == nil || !strings.Contains(err.Error(), part) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	write(t, large, strings.Repeat("x", maxBytes))
	if _, err := Read(join, large); err != nil {
		t.Errorf("a file of %d bytes: %v", maxBytes, err)
	}
	bad := filepath.Join(dir, "bad")
	write(t, bad, "bad")
	if _, err := Read(join, bad); err == nil {
		t.Error("bad content was used")
	}
}
