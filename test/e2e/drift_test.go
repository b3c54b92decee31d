package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/server"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// checkNoDrift fails if the server has read a member or a word that it does not know, or a
// value that it cannot read.
func (f *facade) checkNoDrift(t *testing.T) {
	t.Helper()
	for _, vendor := range f.statusz(t).Vendors {
		vendor.Drift.MissingRoutes = nil // a 404 also means that an object does not exist
		none := telemetry.DriftReport{UnknownMembers: []telemetry.Difference{}, UnknownWords: []telemetry.Difference{}, MisreadValues: []telemetry.Difference{}}
		if diff := cmp.Diff(none, vendor.Drift); diff != "" {
			t.Errorf("%s: %s", vendor.Name, diff)
		}
	}
	for line := range strings.Lines(f.admin(t, "/metrics")) {
		if strings.HasPrefix(line, "sipfacade_upstream_unknown_members_total{") || strings.HasPrefix(line, "sipfacade_upstream_misread_values_total{") {
			t.Errorf("the metrics have %s", line)
		}
	}
}

// TestSandboxHasNoDrift: what the emulated vendors answer to the lists of all calls is known,
// in each generation.
func TestSandboxHasNoDrift(t *testing.T) {
	t.Parallel()
	for generation := 1; generation <= 3; generation++ {
		t.Run(fmt.Sprint("generation ", generation), func(t *testing.T) {
			t.Parallel()
			f := startEmulated(t, generationFlag(generation))
			for _, path := range []string{
				"/v1/sip-connections", "/v1/sip-connection-products", "/v1/tn-leases", "/v1/sip-apps", "/v1/sip-app-calls",
				"/v1/messaging-profiles", "/v1/outbound-voice-profiles", "/v1/pbx/domains", "/v1/pbx/domains/1/users",
				"/v1/pbx/domains/1/groups", "/v1/pbx/domains/1/queues", "/v1/pbx/domains/1/queues/1/members",
				"/v1/pbx/domains/1/trusted-networks", "/v1/pbx/domains/1/devices",
			} {
				if reason := f.reason(t, path); reason != "" {
					t.Errorf("%s: %s", path, reason)
				}
			}
			f.checkNoDrift(t)
		})
	}
}

// driftLines are the lines of the log about a member, with the message of the difference.
func (f *facade) driftLines(message, member string) (count int) {
	for line := range strings.Lines(f.logs.String()) {
		if strings.Contains(line, message) && strings.Contains(line, fmt.Sprintf(`"member":%q`, member)) {
			count++
		}
	}
	return count
}

// TestUnknownMemberIsReported: a member that is really not known is in /statusz and in the
// metrics with its count, and in the log once.
func TestUnknownMemberIsReported(t *testing.T) {
	t.Parallel()
	for vendor, c := range map[string]struct{ rpc, answer, operation string }{
		"opentact": {
			"SipConnectionService.ListSipConnections",
			`{"success":true,"payload":[{"uuid":"` + someApp + `","account":{"users":[],"hologram":1}}]}`, "ListSIPConnections",
		},
		"infinity": {"PbxConfigService.ListPbxDomains", `{"domainId":"1","siteCode":"x","hologram":"y"}`, "ListSIPDomains"},
	} {
		f := startInfinity(t, json200(c.answer), withToken()).facade
		for range 2 {
			oneAnswer(t, f, c.rpc, nil) // through both protocols
		}
		want := []telemetry.Difference{{Operation: c.operation, Member: "hologram", Count: 4}}
		if diff := cmp.Diff(want, f.vendorStatus(t, vendor).Drift.UnknownMembers); diff != "" {
			t.Errorf("%s: %s", vendor, diff)
		}
		f.wantMetrics(t, fmt.Sprintf(`sipfacade_upstream_unknown_members_total{operation=%q,upstream=%q} 4`, c.operation, vendor))
		if lines := f.driftLines("a member that no field takes", "hologram"); lines != 1 {
			t.Errorf("%s: %d lines in the log", vendor, lines)
		}
	}
}

// enumMember is a member of a resource whose value is a word of an enum.
type enumMember struct {
	// list is the call that lists the resource.
	list  protoreflect.MethodDescriptor
	field protoreflect.FieldDescriptor
	// path are the vendor's names from the resource down to the word.
	path []string
}

// enumMembers are those of all resources that calls list, under each of the vendor's names.
func enumMembers() (found []enumMember) {
	for _, method := range methods() {
		if !strings.HasPrefix(string(method.Name()), "List") {
			continue
		}
		resource := method.Output().Fields().Get(0).Message()
		for theirs, ours := range server.VendorNames()[resource.FullName()] {
			if field := resource.Fields().ByName(protoreflect.Name(ours)); field.Enum() != nil {
				found = append(found, enumMember{method, field, []string{theirs}})
			} else if field.Message() != nil {
				found = append(found, wordsWithin(method, theirs, field.Message())...)
			}
		}
	}
	return found
}

// wordsWithin are the words that the vendor writes within another object, under their own
// names.
func wordsWithin(list protoreflect.MethodDescriptor, member string, object protoreflect.MessageDescriptor) (found []enumMember) {
	for i := range object.Fields().Len() {
		if field := object.Fields().Get(i); field.Enum() != nil && object.ParentFile().Package() == contract.Package {
			found = append(found, enumMember{list, field, []string{member, string(field.Name())}})
		}
	}
	return found
}

// object is the vendor's object in which the member is a word.
func (m enumMember) object(word string) string {
	value := fmt.Sprintf("%q", word)
	for _, name := range slices.Backward(m.path) {
		value = fmt.Sprintf("{%q:%s}", name, value)
	}
	return value
}

// request names some parents.
func (m enumMember) request() map[string]any {
	request := map[string]any{}
	for i := range m.list.Input().Fields().Len() {
		if field := m.list.Input().Fields().Get(i); strings.HasSuffix(string(field.Name()), "_id") {
			request[field.JSONName()] = 1
		}
	}
	return request
}

// vendor is whose resource it is.
func (m enumMember) vendor() string {
	if m.list.Parent().Name() == "PbxConfigService" {
		return "infinity"
	}
	return "opentact"
}

// TestUnknownWordIsReported: whatever enum a vendor's word belongs to, an unknown one is kept,
// is in /statusz and in the metrics with its count, and in the log once.
func TestUnknownWordIsReported(t *testing.T) {
	t.Parallel()
	v := startVendor(t, http.NotFoundHandler())
	f := startFacade(t, v.url(), withToken())
	tried := map[protoreflect.FullName]bool{}
	for i, member := range enumMembers() {
		tried[member.field.FullName()] = true
		word := "Hologram + " + string(rune('A'+i))
		object := member.object(word)
		v.answer(byVendor(json200(`{"success":true,"payload":[`+object+`]}`), json200(object)))
		made := oneAnswer(t, f, shortName(member.list), member.request())
		if !strings.Contains(made.raw, word) {
			t.Errorf("%s %v: the word is lost: %v", member.list.Name(), member.path, made.response)
		}
		f.checkUnknownWord(t, member, word)
	}
	protoregistry.GlobalFiles.RangeFilesByPackage(contract.Package, func(file protoreflect.FileDescriptor) bool {
		for i := range file.Messages().Len() {
			fields := file.Messages().Get(i).Fields()
			for k := range fields.Len() {
				if field := fields.Get(k); field.Enum() != nil && !tried[field.FullName()] {
					t.Errorf("no list has %s", field.FullName())
				}
			}
		}
		return true
	})
}

// checkUnknownWord checks what is reported of a word that was answered over both protocols.
func (f *facade) checkUnknownWord(t *testing.T, member enumMember, word string) {
	t.Helper()
	name, operation := member.path[len(member.path)-1], vendorOperations[shortName(member.list)]
	want := telemetry.Difference{Operation: operation, Member: name, Word: word, Count: 2}
	if found := f.vendorStatus(t, member.vendor()).Drift.UnknownWords; !slices.Contains(found, want) {
		t.Errorf("/statusz lacks %+v: %+v", want, found)
	}
	series := fmt.Sprintf("sipfacade_upstream_misread_values_total{member=%q,operation=%q,upstream=%q} ", name, operation, member.vendor())
	if !strings.Contains(f.admin(t, "/metrics"), series) {
		t.Errorf("the metrics lack %s", series)
	}
	if lines := strings.Count(f.logs.String(), fmt.Sprintf(`"word":%q`, word)); lines != 1 {
		t.Errorf("%s %v: %d lines in the log", member.list.Name(), member.path, lines)
	}
}
