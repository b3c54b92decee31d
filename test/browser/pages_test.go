package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestStartPage(t *testing.T) {
	t.Parallel()
	s := start(t)
	b := open(t)
	b.run("open the page", chromedp.Navigate("http://"+s.HTTP+"/"), chromedp.WaitVisible("h1", chromedp.ByQuery))
	text := b.text("body")
	for _, want := range []string{s.GRPC, "http://" + s.HTTP, "http://" + s.Admin, "/openapi.json", "/protos.tar.gz", "/descriptor.binpb", "curl -s 'http://" + s.HTTP + "/v1/"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	b.shot("light")
	b.dark()
	b.shot("dark")
	b.run("follow the link to the reference", chromedp.Click(`a[href="./docs"]`, chromedp.ByQuery))
	b.until("the reference shows calls", `document.querySelectorAll('.opblock').length > 70`)
	b.clean(s.HTTP)
}

// TestStatusPageOnATelephone: on a narrow screen each column can be read, and nothing is beside
// the screen.
func TestStatusPageOnATelephone(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, path := range []string{"/v1/sip-connections/5f1c2b3a-0000-4000-8000-000000000099", "/v1/pbx/domains/99/users"} {
		response, err := http.Get("http://" + s.HTTP + path) // a route that answers 404 is shown with its operation
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close() // only the page matters
	}
	b := open(t)
	b.run("open the page", chromedp.EmulateViewport(400, 800), chromedp.Navigate("http://"+s.Admin+"/statusz"), chromedp.WaitVisible("#settings", chromedp.ByQuery))
	b.shot("narrow")
	var beside, narrow string
	b.run("measure the page",
		chromedp.Evaluate(`[...document.querySelectorAll('td, th')].filter(c => c.getBoundingClientRect().right > innerWidth).map(c => c.innerText).join()`, &beside),
		chromedp.Evaluate(`[...document.querySelectorAll('td, th')].filter(c => c.getBoundingClientRect().width < 40).map(c => c.innerText).join()`, &narrow))
	if beside != "" || narrow != "" {
		t.Errorf("beside the screen: %s; too narrow: %s", beside, narrow)
	}
	b.clean(s.Admin)
}

// operation is a call in the reference.
type operation struct {
	b            *tab
	method, path string
}

// element returns the expression of an element of the call.
func (o operation) element(selector string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('.opblock-%s')].find(o => o.querySelector('[data-path="%s"]'))?.querySelector('%s')`,
		strings.ToLower(o.method), o.path, selector)
}

func (o operation) click(what, selector string) {
	o.b.t.Helper()
	o.b.until("there is "+what, o.element(selector)+` != null`)
	o.b.run("click "+what, chromedp.Evaluate(o.element(selector)+`.click()`, nil))
}

// write puts text into a field as a person would.
func (o operation) write(selector, text string) {
	o.b.t.Helper()
	o.b.until("there is "+selector, o.element(selector)+` != null`)
	o.b.run("select "+selector, chromedp.Evaluate(o.element(selector)+`.focus(), `+o.element(selector)+`.select()`, nil))
	o.b.run("write into "+selector, chromedp.KeyEvent(text))
}

// execute sends the call and returns the status and the body that the page shows.
func (o operation) execute() (status, body string) {
	o.b.t.Helper()
	o.click("the button", ".execute")
	shown := o.element(".live-responses-table tbody .response-col_status")
	o.b.until("the answer is shown", shown+` != null`)
	o.b.run("read the answer", chromedp.Evaluate(shown+`.innerText`, &status),
		chromedp.Evaluate(`(`+o.element(".live-responses-table tbody .response-col_description pre")+`?.innerText ?? '')`, &body))
	return strings.TrimSpace(status), body
}

// reference opens the reference.
func reference(t *testing.T, s service) *tab {
	t.Helper()
	b := open(t)
	b.run("open the page", chromedp.Navigate("http://"+s.HTTP+"/docs"))
	b.until("the calls are shown", `document.querySelectorAll('.opblock').length > 70`)
	return b
}

func TestTryACall(t *testing.T) {
	t.Parallel()
	s := start(t)
	b := reference(t, s)
	b.shot("light")
	list := operation{b, http.MethodGet, "/v1/sip-connections"}
	list.click("the call", ".opblock-summary-control")
	status, body := list.execute()
	if status != "200" || !strings.Contains(body, `"sipConnections"`) {
		t.Errorf("list: %s\n%s", status, body)
	}
	b.shot("answered")

	create := operation{b, http.MethodPost, "/v1/sip-apps"}
	create.click("the call", ".opblock-summary-control")
	create.write("textarea.body-param__text", `{"name": "Made in a browser"}`)
	if status, body = create.execute(); status != "200" || !strings.Contains(body, `"Made in a browser"`) {
		t.Errorf("create: %s\n%s", status, body)
	}
	b.dark()
	b.until("the colours are dark", `document.documentElement.classList.contains('dark-mode')`)
	b.shot("dark")
	b.clean(s.HTTP)
}

// TestTryACallWithAToken: without a token the page shows the refusal; Authorize sends one.
func TestTryACallWithAToken(t *testing.T) {
	t.Parallel()
	token, file := newToken(t, "read")
	s := start(t, "--auth-tokens-file="+file)
	b := reference(t, s)
	list := operation{b, http.MethodGet, "/v1/sip-connections"}
	list.click("the call", ".opblock-summary-control")
	if status, body := list.execute(); status != "401" || !strings.Contains(body, "CALLER_UNAUTHENTICATED") {
		t.Errorf("without a token: %s\n%s", status, body)
	}
	refused := b.found()
	if len(refused) != 1 || !strings.Contains(refused[0], "401") { // Chromium logs the status itself
		t.Errorf("problems: %q", refused)
	}

	b.run("open the dialog", chromedp.Click(".auth-wrapper .authorize", chromedp.ByQuery))
	b.run("write the token", chromedp.WaitVisible("#auth-bearer-value", chromedp.ByQuery), chromedp.SendKeys("#auth-bearer-value", token, chromedp.ByQuery))
	b.shot("authorize")
	b.run("authorize", chromedp.Evaluate(`document.querySelector('#auth-bearer-value').closest('form').querySelector('button.authorize').click()`, nil))
	b.until("the token is taken", `document.querySelector('.modal-ux .btn-done') != null && document.querySelector('.modal-ux').innerText.includes('Logout')`)
	b.run("close the dialog", chromedp.Click(".modal-ux .btn-done", chromedp.ByQuery))
	list.click("the button that clears the answer", ".btn-clear")
	b.until("the answer is gone", list.element(".live-responses-table")+` == null`)
	if status, body := list.execute(); status != "200" || !strings.Contains(body, `"sipConnections"`) {
		t.Errorf("with a token: %s\n%s", status, body)
	}
	b.shot("answered")
	b.mu.Lock()
	b.problems = b.problems[len(refused):]
	b.mu.Unlock()
	b.clean(s.HTTP)
}
