package browser

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a step may take on a busy machine.
const patience = 2 * time.Minute

// tab is a tab of Chromium that keeps what went wrong in it.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string
	hosts    map[string]bool
}

// chromium returns the program. Without one the tests are skipped, but not in CI.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("Chromium is not installed, and CI must test the pages: apt-get install chromium")
	}
	t.Skip("Chromium is not installed, so the pages are not tested in a browser: apt-get install chromium")
	return ""
}

// open starts a browser with a fresh profile. It can resolve no name, so it reaches nothing
// but loopback addresses.
func open(t *testing.T) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.WindowSize(1280, 1600), chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...) // it is closed below, when t.Context() has ended
	// The driver does not know all messages of a newer Chromium, and says so for each.
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("close the browser: %v", err)
		}
		cancel()
		cancelAllocator()
	})
	opened := &tab{t: t, ctx: ctx, hosts: map[string]bool{}}
	chromedp.ListenTarget(ctx, opened.note)
	if err := chromedp.Run(ctx); err != nil { // the browser lives as long as this context, not as long as a step
		t.Fatalf("start the browser: %v", err)
	}
	opened.run("watch the page", network.Enable(), log.Enable(), audits.Enable())
	return opened
}

// note keeps what the page reports by itself.
func (b *tab) note(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch event := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if event.Type == runtime.APITypeError || event.Type == runtime.APITypeWarning || event.Type == runtime.APITypeAssert {
			var text strings.Builder
			for _, argument := range event.Args {
				text.WriteString(string(argument.Value) + argument.Description + " ")
			}
			b.problems = append(b.problems, "console: "+text.String())
		}
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, "exception: "+event.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		if event.Entry.Level == log.LevelError || event.Entry.Level == log.LevelWarning {
			b.problems = append(b.problems, fmt.Sprintf("log: %s: %s %s", event.Entry.Source, event.Entry.Text, event.Entry.URL))
		}
	case *audits.EventIssueAdded:
		if event.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			details := event.Issue.Details.ContentSecurityPolicyIssueDetails
			b.problems = append(b.problems, fmt.Sprintf("content security policy: %s %s", details.ViolatedDirective, details.BlockedURL))
		}
	case *network.EventRequestWillBeSent:
		if parsed, err := url.Parse(event.Request.URL); err == nil && parsed.Scheme != "data" {
			b.hosts[parsed.Host] = true
		}
	}
}

// run does the steps, and fails the test if one fails or takes too long.
func (b *tab) run(what string, steps ...chromedp.Action) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, steps...); err != nil {
		b.shot("failed")
		b.t.Fatalf("%s: %v\n%s", what, err, strings.Join(b.found(), "\n"))
	}
}

// until waits for a condition of JavaScript. While a page is replaced by another one there is
// nothing to ask; that is no failure.
func (b *tab) until(what, condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for holds := false; ; {
		err := chromedp.Run(ctx, chromedp.Evaluate(condition, &holds))
		if err == nil && holds {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			b.shot("failed")
			b.t.Fatalf("wait until %s: %v\n%s", what, err, strings.Join(b.found(), "\n"))
		}
	}
}

// text returns the text of the first element.
func (b *tab) text(selector string) (text string) {
	b.t.Helper()
	b.run("read "+selector, chromedp.Text(selector, &text, chromedp.ByQuery))
	return text
}

// dark makes the browser prefer dark colours.
func (b *tab) dark() {
	b.t.Helper()
	b.run("prefer dark colours", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
}

// found returns what went wrong so far.
func (b *tab) found() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.problems...)
}

// clean fails the test if anything went wrong, or the page asked another host.
func (b *tab) clean(host string) {
	b.t.Helper()
	for _, problem := range b.found() {
		b.t.Error(problem)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for asked := range b.hosts {
		if asked != host {
			b.t.Errorf("the page asked %q", asked)
		}
	}
}

// shot writes a picture of the page, if somebody wants to look at it.
func (b *tab) shot(name string) {
	folder := os.Getenv("BROWSER_SHOTS")
	if folder == "" {
		return
	}
	var picture []byte
	if err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot(&picture)); err != nil {
		b.t.Log(err)
		return
	}
	if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(b.t.Name()+"-"+name, "/", "-")+".png"), picture, 0o644); err != nil {
		b.t.Log(err)
	}
}
