package e2e

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
)

// flowMistakes returns wrong call flows, each with the place and the text of its error.
func flowMistakes() map[string]struct{ flow, place, what string } {
	return map[string]struct{ flow, place, what string }{
		"not closed":                  {"<Response>\n <Say>Hello", "line 2, column 12", "<Say>"},
		"crossed":                     {"<Response>\n<Say>Hello</Response></Say>", "line 2, column 22", "<Say>"},
		"an attribute without quotes": {"<Response>\n\n  <Pause length=1/></Response>", "line 3, column 18", "(in <Response>)"},
		"an attribute twice":          {`<Response><Pause length="1" length="2"/></Response>`, "line 1, column 11", "<Pause>"},
		"another root":                {"<?xml version=\"1.0\"?>\n<Reply><Say>Hello</Say></Reply>", "line 2, column 1", "<Reply>"},
		"two roots":                   {"<Response/>\n<Response/>", "line 2, column 1", "<Response>"},
		"no root":                     {"<!-- nothing -->", "line 1, column 17", "<Response>"},
		"only text":                   {"Hello", "line 1, column 1", "<Response>"},
		"text between verbs":          {"<Response>Hello<Hangup/></Response>", "line 1, column 11", "<Response>"},
		"an unknown verb":             {"<Response>\n  <Shout>Hello</Shout>\n</Response>", "line 2, column 3", "<Shout> is not a verb"},
		"a verb in the wrong case":    {"<Response><SAY>Hello</SAY></Response>", "line 1, column 11", "<SAY> is not a verb"},
		"a verb of another namespace": {`<Response xmlns:x="urn:x"><x:Say/></Response>`, "line 1, column 27", "Say> is not a verb"},
		"Dial in Gather":              {"<Response><Gather><Dial/></Gather></Response>", "line 1, column 19", "<Dial> cannot be in <Gather>, which holds Say, Play, Pause"},
		"Record in Gather":            {"<Response><Gather>\n<Record/></Gather></Response>", "line 2, column 1", "<Record> cannot be in <Gather>"},
		"Say in Switch":               {"<Response><Switch><Say>Hello</Say></Switch></Response>", "line 1, column 19", "<Say> cannot be in <Switch>, which holds Case, Default, Error"},
		"Case outside of Switch":      {"<Response><Case/></Response>", "line 1, column 11", "<Case> cannot be in <Response>"},
		"Say in Dial":                 {"<Response><Dial><Say>Hello</Say></Dial></Response>", "line 1, column 17", "<Say> cannot be in <Dial>, which holds Number, Sip"},
		"Number outside of Dial":      {"<Response><Number>1</Number></Response>", "line 1, column 11", "<Number> cannot be in <Response>"},
		"a verb in Say":               {"<Response><Say>a<Pause/></Say></Response>", "line 1, column 17", "<Pause> cannot be in <Say>"},
		"Response in Case":            {"<Response><Switch><Case><Response/></Case></Switch></Response>", "line 1, column 25", "<Response> cannot be in <Case>"},
		"a document type":             {"<!DOCTYPE Response [<!ENTITY a \"b\">]>\n<Response/>", "line 1, column 1", "document type"},
		"an entity":                   {"<Response>\n<Say>&xxe;</Say></Response>", "line 2, column 11", "(in <Say>)"},
		"another encoding":            {`<?xml version="1.0" encoding="UTF-16"?><Response/>`, "line 1, column", "not well-formed"},
		"an instruction":              {"<Response><?php echo 1 ?></Response>", "line 1, column 11", "<?php?>"},
		"a control character":         {"<Response><Say>\x01</Say></Response>", "line 1, column", "(in <Say>)"},
		"bytes count as columns":      {"<Response><!-- Zoë 東京 --><Shout/></Response>", "line 1, column 31", "<Shout>"},
	}
}

// TestCallFlowMistakes: each mistake is reported with its line, column and verb, and
// nothing is sent.
func TestCallFlowMistakes(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken())
	for name, c := range flowMistakes() {
		t.Run(name, func(t *testing.T) {
			refuseFlow(t, f, c.flow, c.place, c.what)
		})
	}
	if got := vendor.take(); len(got) > 0 {
		t.Errorf("the vendor received %q", operations(got))
	}
}

// refuseFlow checks that both protocols refuse a call flow, with all of the parts in
// the error.
func refuseFlow(t *testing.T, f *facade, flow string, parts ...string) {
	t.Helper()
	var outcomes []outcome
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, "SipAppService.ExecuteCallFlow", map[string]any{"callUuid": someCall, "callFlowXml": flow}))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			want := wantError{Code: codeName{codes.InvalidArgument}, Reason: "REQUEST_INVALID", Violations: map[string]string{"call_flow_xml": part}}
			for _, problem := range want.check(made) {
				t.Errorf("%s: %s", way.name(), problem)
			}
		}
		outcomes = append(outcomes, made)
	}
	compareErrors(t, outcomes)
}

// TestCallFlowSize: 256 KiB are accepted, one byte more is refused without being read.
func TestCallFlowSize(t *testing.T) {
	t.Parallel()
	const most = 256 << 10
	vendor := startVendor(t, json200(`{"success":true,"payload":{"uuid":"`+someCall+`","state":"online"}}`))
	f := startFacade(t, vendor.url(), withToken())
	sized := func(bytes int, filler string) string {
		const before, after = "<Response><Say>", "</Say></Response>"
		return before + strings.Repeat(filler, (bytes-len(before)-len(after))/len(filler)) + after
	}
	largest := sized(most, "x")
	if len(largest) != most {
		t.Fatalf("the largest call flow has %d bytes", len(largest))
	}
	f.accept(t, action{"assign", "SipAppService.ExecuteCallFlow", map[string]any{"callUuid": someCall, "callFlowXml": largest}})
	for _, r := range vendor.take() {
		if !strings.Contains(string(r.body), largest) {
			t.Error("the call flow did not arrive whole")
		}
	}
	for name, flow := range map[string]string{
		"one byte more":   sized(most+1, "x"),
		"many characters": sized(most+4, "東京"),
		"no XML at all":   strings.Repeat("<", most+1),
	} {
		t.Run(name, func(t *testing.T) {
			refuseFlow(t, f, flow, "262144")
		})
	}
	if got := vendor.take(); len(got) > 0 {
		t.Errorf("the vendor received %q", operations(got))
	}
}

// TestCallFlowMistakeWithOthers: a call that is no UUID and a wrong call flow are
// reported together, and an empty call flow counts as missing.
func TestCallFlowMistakeWithOthers(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken())
	for flow, said := range map[string]string{"<Response><Shout/></Response>": "line 1, column 11", "": "required"} {
		for _, way := range f.protocols() {
			made, err := way.call(t.Context(), mustCall(t, "SipAppService.ExecuteCallFlow", map[string]any{"callUuid": "nope", "callFlowXml": flow}))
			if err != nil {
				t.Fatal(err)
			}
			want := wantError{Code: codeName{codes.InvalidArgument}, Reason: "REQUEST_INVALID", Violations: map[string]string{"call_uuid": "UUID", "call_flow_xml": said}}
			for _, problem := range want.check(made) {
				t.Errorf("%s %q: %s", way.name(), flow, problem)
			}
		}
	}
	if got := vendor.take(); len(got) > 0 {
		t.Errorf("the vendor received %q", operations(got))
	}
}
