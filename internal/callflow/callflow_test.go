package callflow

import (
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	for name, flow := range map[string]string{
		"declaration":       `<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello</Say></Response>`,
		"byte order mark":   "\uFEFF<?xml version=\"1.0\"?><Response><Hangup/></Response>",
		"empty":             `<Response/>`,
		"trailing blanks":   "<Response></Response>\n\n",
		"comment":           `<!-- greeting --><Response><!-- a --><Pause/></Response>`,
		"every verb":        `<Response><Answer delay="10"/><Call/><Callback url="https://a.example"/><Dial>+12065550100</Dial><Gather/><Hangup/><Pause/><Play>https://a.example/a.wav</Play><Record/><Redirect/><Reject/><Say/><Switch/></Response>`,
		"callback any case": `<Response><callback>text</callback><CALLBACK/></Response>`,
		"gather":            `<Response><Gather numDigits="1"><Say>Press 1</Say><Play>u</Play><Pause/></Gather></Response>`,
		"switch":            `<Response><Switch><Case dtmf="1"><Dial><Number>1</Number><Sip>sip:a@b</Sip></Dial></Case><Default><Say>no</Say></Default><Error><Hangup/></Error></Switch></Response>`,
		"nested switch":     `<Response><Switch><Default><Switch><Default><Hangup/></Default></Switch></Default></Switch></Response>`,
		"predefined entity": `<Response><Say>A &amp; B &#65;</Say></Response>`,
		"character data":    `<Response><Say><![CDATA[a < b &#xD800;]]></Say></Response>`,
		"reference":         `<Response><!-- &#xD800; --><Say voice="&#xE9;">&#x1F600;&#65533;&#xE000;</Say></Response>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if mistake := Check(flow); mistake != nil {
				t.Errorf("Check() = %v, want none", mistake)
			}
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, flow, want string }{
		{"empty", ``, `line 1, column 1: there is no <Response>`},
		{"not XML", `hello`, `line 1, column 1: there is text outside of <Response>`},
		{"another root", `<Reply/>`, `line 1, column 1: <Reply> cannot be here: a call flow is one <Response>`},
		{"two roots", `<Response/><Response/>`, `line 1, column 12: <Response> cannot be here`},
		{"unknown verb", "<Response>\n  <Shout>hi</Shout>\n</Response>", `line 2, column 3: <Shout> is not a verb; <Response> holds Answer, Call`},
		{"wrong case", `<Response><say/></Response>`, `column 11: <say> is not a verb`},
		{"verb in say", `<Response><Say><Pause/></Say></Response>`, `<Pause> cannot be in <Say>, which holds only text`},
		{"dial in gather", `<Response><Gather><Dial/></Gather></Response>`, `<Dial> cannot be in <Gather>, which holds Say, Play, Pause`},
		{"verb in switch", `<Response><Switch><Say/></Switch></Response>`, `<Say> cannot be in <Switch>, which holds Case, Default, Error`},
		{"case outside switch", `<Response><Case/></Response>`, `<Case> cannot be in <Response>`},
		{"say in dial", `<Response><Dial><Say/></Dial></Response>`, `<Say> cannot be in <Dial>, which holds Number, Sip`},
		{"response in response", `<Response><Response/></Response>`, `<Response> cannot be in <Response>`},
		{"text between verbs", `<Response>hello<Hangup/></Response>`, `there is text in <Response>`},
		{"text after", `<Response/>x`, `line 1, column 12: there is text outside`},
		{"not closed", "<Response>\n<Say>", `line 2, column 6: not well-formed: unexpected EOF (in <Say>)`},
		{"crossed", `<Response><Say></Response></Say>`, `not well-formed: element <Say> closed by </Response> (in <Say>)`},
		{"unquoted attribute", `<Response><Pause length=1/></Response>`, `not well-formed`},
		{"attribute twice", `<Response><Pause a="1" a="2"/></Response>`, `<Pause> has the attribute a twice`},
		{"document type", `<!DOCTYPE Response><Response/>`, `line 1, column 1: a document type or entity`},
		{"entity", `<Response><Say>&boom;</Say></Response>`, `not well-formed: invalid character entity &boom;`},
		{"half a character", `<Response><Say>a &#65; &#xD800;</Say></Response>`, `line 1, column 16: not well-formed: &#xD800; is not a character`},
		{"half a character in decimal", `<Response><Say>&#057343;</Say></Response>`, `not well-formed: &#057343; is not a character`},
		{"half a character in an attribute", `<Response><Say voice='&#xdfff;'/></Response>`, `column 11: not well-formed: &#xdfff; is not a character`},
		{"a reference of no character", `<Response><Say>&#xFFFE;</Say></Response>`, `not well-formed`},
		{"processing instruction", `<Response><?php echo ?></Response>`, `the processing instruction <?php?> is not allowed here`},
		{"late declaration", `<Response/><?xml version="1.0"?>`, `the processing instruction <?xml?> is not allowed here`},
		{"other encoding", `<?xml version="1.0" encoding="UTF-16"?><Response/>`, `says that it is "UTF-16"`},
		{"namespace", `<Response><x:Say xmlns:x="u"/></Response>`, `<u:Say> is not a verb`},
		{"control character", "<Response><Say>\x01</Say></Response>", `not well-formed: illegal character`},
		{"deep", "<Response>" + strings.Repeat("<Switch><Default>", 40), `nested more than 32 deep`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			mistake := Check(test.flow)
			if mistake == nil || !strings.Contains(mistake.Error(), test.want) {
				t.Errorf("Check() = %v, want %q", mistake, test.want)
			}
		})
	}
}

// TestCheckCost: call flows of the largest size that are made to be expensive.
func TestCheckCost(t *testing.T) {
	const size = 256 << 10
	repeated := func(begin, text, end string) string {
		return begin + strings.Repeat(text, (size-len(begin)-len(end))/len(text)) + end
	}
	for name, flow := range map[string]string{
		"elements":        repeated("<Response>", "<Say/>", "</Response>"),
		"attributes":      repeated("<Response><Say ", `a="" `, "/></Response>"),
		"spaced":          repeated("<Response><Say ", `a = "" `, "/></Response>"),
		"text":            repeated("<Response><Say>", "x", "</Say></Response>"),
		"entities":        repeated("<Response><Say>", "&lt;", "</Say></Response>"),
		"comments":        repeated("<Response>", "<!---->", "</Response>"),
		"a long root":     repeated("<", "x", "/>"),
		"a long element":  repeated("<Response><", "x", "/></Response>"),
		"a long target":   repeated("<?", "x", "?>"),
		"a long name":     repeated("<Response><Say ", "x", `="" a="" a=""/></Response>`),
		"a long entity":   repeated("<Response><Say>&", "x", ";</Say></Response>"),
		"a long end":      repeated("<Response><Say></", "x", "></Say></Response>"),
		"a repeated name": "<Response><Say " + strings.Repeat("x", size/3) + `="" ` + strings.Repeat("x", size/3) + `=""/></Response>`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		mistake := Check(flow)
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 10*size {
			t.Errorf("%s: %d bytes cost %d bytes of memory", name, len(flow), spent)
		}
		if mistake != nil && len(mistake.Error()) > 400 {
			t.Errorf("%s: a mistake of %d bytes: %.300s", name, len(mistake.Error()), mistake)
		}
	}
}

// FuzzCheck: no input breaks the checker, and what it says can be shown.
func FuzzCheck(f *testing.F) {
	f.Add(`<Response><Say>Hello</Say></Response>`)
	f.Add(`<!DOCTYPE a [<!ENTITY b "c">]><Response>&b;</Response>`)
	f.Add("<Response>\n<Switch><Case dtmf='1'/></Switch>")
	f.Fuzz(func(t *testing.T, flow string) {
		mistake := Check(flow)
		if mistake != nil && len(mistake.Error()) > 400 {
			t.Errorf("a mistake of %d bytes", len(mistake.Error()))
		}
		if mistake == nil && !utf8.ValidString(flow) {
			t.Error("a call flow that is not UTF-8 was accepted")
		}
		if mistake != nil && (mistake.Line < 1 || mistake.Column < 1) {
			t.Errorf("mistake without a place: %v", mistake)
		}
	})
}
