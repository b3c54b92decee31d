package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	infinitysandbox "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// safeRig is a server with a ledger that speaks a generation, and emulators whose clock is
// right.
func safeRig(t *testing.T, generation int, lost ...lookupRow) *rig {
	t.Helper()
	r := newRig(t, withToken(), "--ledger=memory", "--breaker-volume=1000000", generationFlag(generation))
	menus := map[string]*fault.Menu{opentact.Vendor: sandbox.NewFaultMenu(), infinity.Vendor: infinitysandbox.NewFaultMenu()}
	for _, row := range lost {
		losesAnswer := fault.Fault{Kind: fault.ResetAfter, Route: vendorOperations[row.Call], Times: 1}
		if _, err := menus[vendorOf(row.Call)].Add(losesAnswer); err != nil {
			t.Fatal(err)
		}
	}
	r.vendor.answer(byVendor(
		sandbox.New(sandbox.Options{
			Seed: true, Faults: menus[opentact.Vendor], Tokens: []string{vendorToken}, Generation: sandbox.Generation(generation),
		}),
		infinitysandbox.New(infinitysandbox.Options{
			Seed: true, Faults: menus[infinity.Vendor], Username: infinityUsername, Password: infinityPassword, StrictSpelling: true,
		}),
	))
	return r
}

// safeRigs are such servers by their generation.
func safeRigs(t *testing.T) map[int]*rig {
	t.Helper()
	return map[int]*rig{1: safeRig(t, 1), 2: safeRig(t, 2), 3: safeRig(t, 3)}
}

// writesAmong are those operations that change something. Several routes can have the same
// operation.
func writesAmong(operations []string) (writes []string) {
	routes := slices.Concat(opentact.Routes(), infinity.Routes())
	for _, operation := range operations {
		isWrite := func(r *upstream.Route) bool { return r.Operation == operation && r.Action != upstream.Read }
		if slices.ContainsFunc(routes, isWrite) {
			writes = append(writes, operation)
		}
	}
	return writes
}

// safeRows are a good request for each write.
func safeRows(t *testing.T) []lookupRow {
	flow := lookupRow{Call: "SipAppService.ExecuteCallFlow", Request: map[string]any{"callUuid": someCall, "callFlowXml": goodFlow}}
	return append(lookupRows(t), flow.inGenerations(t)...)
}

// with returns the request with one more field.
func (r lookupRow) with(t *testing.T, name string, value any) call {
	t.Helper()
	request := maps.Clone(r.Request)
	request[name] = value
	return mustCall(t, r.Call, request)
}

// takes reports whether the request of a call has a field.
func (r lookupRow) takes(t *testing.T, name protoreflect.Name) bool {
	t.Helper()
	method, err := methodOf(r.Call)
	if err != nil {
		t.Fatal(err)
	}
	return method.Input().Fields().ByName(name) != nil
}

// each runs a test for each write with a server of its own: through both protocols in the
// first generation that takes the request, and through one of them in the others.
func each(t *testing.T, rows []lookupRow, test func(t *testing.T, row lookupRow, way int)) {
	t.Helper()
	for _, row := range rows {
		for way, name := range []string{"grpc", "json"} {
			if !row.isFirst && way != row.generation%2 {
				continue
			}
			t.Run(fmt.Sprintf("%s/generation %d/%s", row.Call, row.generation, name), func(t *testing.T) {
				t.Parallel()
				test(t, row, way)
			})
		}
	}
}

// TestValidateOnlyNeverWrites: no write that is only to be validated reaches a vendor, and
// the call succeeds if the write would.
func TestValidateOnlyNeverWrites(t *testing.T) {
	t.Parallel()
	rigs := safeRigs(t)
	for _, row := range safeRows(t) {
		r := rigs[row.generation]
		for _, way := range r.protocols() {
			r.vendor.take()
			made := ask(t, way, row.with(t, "validateOnly", true))
			received := operations(r.vendor.take())
			if made.status != nil || len(received) == 0 {
				t.Errorf("%s over %s in generation %d: %v, after %q", row.Call, way.name(), row.generation, made.status, received)
			}
			if writes := writesAmong(received); len(writes) > 0 {
				t.Errorf("%s over %s in generation %d was to be validated and made %q", row.Call, way.name(), row.generation, writes)
			}
		}
	}
}

// ask makes a call.
func ask(t *testing.T, way protocol, c call) outcome {
	t.Helper()
	made, err := way.call(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// naturalKeys are the creates of what has a natural key.
var naturalKeys = []string{
	"PbxConfigService.CreatePbxUser", "PbxConfigService.CreatePbxGroup", "PbxConfigService.CreatePbxQueue",
	"PbxConfigService.CreatePbxQueueMember", "PbxConfigService.CreatePbxTrustedNetwork",
	"SipConnectionService.CreateSipDomain", "SipConnectionService.CreateSipUser",
}

// TestValidateOnlyFindsWhatIsTaken: a create is refused before anything is written if there is
// one with its natural key.
func TestValidateOnlyFindsWhatIsTaken(t *testing.T) {
	t.Parallel()
	rows := slices.DeleteFunc(safeRows(t), func(row lookupRow) bool { return !slices.Contains(naturalKeys, row.Call) })
	each(t, rows, func(t *testing.T, row lookupRow, way int) {
		r := safeRig(t, row.generation)
		if made := ask(t, r.protocols()[way], mustCall(t, row.Call, row.Request)); made.status != nil {
			t.Fatal(made.status)
		}
		r.vendor.take()
		known, err := failureOf(ask(t, r.protocols()[way], row.with(t, "validateOnly", true)))
		if err != nil || known.code != codes.AlreadyExists || known.reason != "RESOURCE_EXISTS" || known.metadata["delivery"] != "NOT_SENT" {
			t.Errorf("got %v, %v", known, err)
		}
		if writes := writesAmong(operations(r.vendor.take())); len(writes) > 0 {
			t.Errorf("made %q", writes)
		}
	})
	for _, call := range naturalKeys {
		if !slices.ContainsFunc(rows, func(row lookupRow) bool { return row.Call == call }) {
			t.Errorf("there is no request for %s", call)
		}
	}
}

// TestValidateOnlyFindsWhatIsMissing: a resource that is not there is missed before anything
// is written.
func TestValidateOnlyFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	rigs := safeRigs(t)
	for rpc, request := range map[string]map[string]any{
		"SipAppService.DeleteSipApp":               {"uuid": absentUUID},
		"SipAppService.AssignSipAppTnLeases":       {"sipAppUuid": absentUUID, "addTnLeaseUuids": []any{someLease}},
		"SipConnectionService.UpdateSipConnection": {"sipConnection": map[string]any{"uuid": absentUUID, "name": "Changed"}},
		"SipConnectionService.CreateSipUserInvite": {"sipConnectionUuid": absentUUID, "sipUserInvite": map[string]any{"name": "Desk"}},
		"SipConnectionService.UpdateSipDomain":     {"sipDomain": map[string]any{"domain": absentDomain, "sipAppUuid": sandbox.AppUUID(1)}},
		"SipConnectionService.DeleteSipDomain":     {"domain": absentDomain},
		"SipConnectionService.CreateSipUser":       {"sipDomain": absentDomain, "sipUser": map[string]any{"login": "joe", "password": "SECRET-of-joe"}},
		"SipConnectionService.UpdateSipUser":       {"sipDomain": someDomain, "sipUser": map[string]any{"uuid": absentUUID, "firstName": "Joe"}},
		"SipConnectionService.DeleteSipUser":       {"sipDomain": someDomain, "uuid": absentUUID},
		"PbxConfigService.CreatePbxUser":           {"domainId": 4000, "pbxUser": map[string]any{"login": "joe", "password": "SECRET-of-joe", "displayName": "J", "extensionNumber": "7001"}},
		"PbxConfigService.DeletePbxUser":           {"domainId": 1, "userId": 4000},
		"PbxConfigService.UpdatePbxQueue":          {"domainId": 1, "pbxQueue": map[string]any{"queueId": 4000, "displayName": "Changed"}},
	} {
		request["validateOnly"] = true
		for _, generation := range generationsOf(t, rpc) {
			for _, way := range rigs[generation].protocols() {
				checkMissed(t, rigs[generation], way, mustCall(t, rpc, request))
			}
		}
	}
}

// checkMissed makes a call about something that does not exist.
func checkMissed(t *testing.T, r *rig, way protocol, c call) {
	t.Helper()
	made := ask(t, way, c)
	known, err := failureOf(made)
	if err != nil || known.code != codes.NotFound || known.metadata["delivery"] != "NOT_SENT" {
		t.Errorf("%s over %s: %v %v", c.method.Name(), way.name(), made.status, err)
	}
	if writes := writesAmong(operations(r.vendor.take())); len(writes) > 0 {
		t.Errorf("%s over %s made %q", c.method.Name(), way.name(), writes)
	}
}

// What is not in the emulator.
const (
	absentUUID   = "00000000-0000-4000-8000-00000000dead"
	absentDomain = "nowhere.northwind.example.com"
)

// repeatable are the writes that take request ids.
func repeatable(t *testing.T) (rows []lookupRow) {
	t.Helper()
	for _, row := range safeRows(t) {
		if row.takes(t, "request_id") {
			rows = append(rows, row)
		}
	}
	return rows
}

const someRequestID = "8d7f2c1e-request-of-the-test"

// replayed is how an answer came about, as it says itself.
func replayed(o outcome) string {
	if o.header != nil {
		return o.header["Idempotent-Replayed"]
	}
	return strings.Join(o.metadata.Get("idempotent-replayed"), ",")
}

// TestRepeatsAreReplayed: a repeat of each write gets the answer of the first call, and the
// vendor does not see it. Another content with the same id is refused.
func TestRepeatsAreReplayed(t *testing.T) {
	t.Parallel()
	each(t, repeatable(t), func(t *testing.T, row lookupRow, way int) {
		r := safeRig(t, row.generation)
		c := row.with(t, "requestId", someRequestID)
		first := ask(t, r.protocols()[way], c)
		r.vendor.take()
		second := ask(t, r.protocols()[1-way], c)
		if first.status != nil || second.status != nil || replayed(first) != "" || replayed(second) != "true" {
			t.Fatalf("first %v %q, then %v %q", first.status, replayed(first), second.status, replayed(second))
		}
		if diff := cmp.Diff(first.response, second.response); diff != "" {
			t.Error(diff)
		}
		setMark(c.request)
		known, err := failureOf(ask(t, r.protocols()[way], c))
		if err != nil || known.code != codes.InvalidArgument || known.reason != "REQUEST_ID_REUSED" || known.metadata["delivery"] != "NOT_SENT" {
			t.Errorf("with another content: %v %v", known, err)
		}
		if received := r.vendor.take(); len(received) > 0 {
			t.Errorf("the vendor got %q", operations(received))
		}
	})
}

// setMark changes the first string, number or list of a request that may be changed.
func setMark(request proto.Message) {
	message := request.ProtoReflect()
	if xml := message.Descriptor().Fields().ByName("call_flow_xml"); xml != nil {
		message.Set(xml, protoreflect.ValueOfString(message.Get(xml).String()+" "))
		return
	}
	for _, name := range []protoreflect.Name{"domain_id", "sip_connection_uuid", "sip_app_uuid", "sip_domain"} {
		field := message.Descriptor().Fields().ByName(name)
		switch {
		case field == nil, field.Message() != nil:
		case field.Kind() == protoreflect.StringKind:
			message.Set(field, protoreflect.ValueOfString(absentUUID))
			return
		default:
			message.Set(field, protoreflect.ValueOfUint32(9))
			return
		}
	}
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Message() == nil || field.IsList() {
			return true
		}
		for _, name := range []protoreflect.Name{"name", "domain"} {
			if text := field.Message().Fields().ByName(name); text != nil {
				value.Message().Set(text, protoreflect.ValueOfString("another.name"))
				return false
			}
		}
		return true
	})
}

// TestLostAnswersAreReconciled: the vendor executes each write and its answer is lost. The
// repeat finds what was made, and nothing is written twice. Only call flows leave no trace.
func TestLostAnswersAreReconciled(t *testing.T) {
	t.Parallel()
	each(t, repeatable(t), func(t *testing.T, row lookupRow, way int) {
		r := safeRig(t, row.generation, row)
		c := row.with(t, "requestId", someRequestID)
		first, second, third := ask(t, r.protocols()[way], c), ask(t, r.protocols()[way], c), ask(t, r.protocols()[1-way], c)
		if writes := writesAmong(operations(r.vendor.take())); len(writes) != 1 {
			t.Errorf("the vendor got %q", writes)
		}
		if row.Call == "SipAppService.ExecuteCallFlow" {
			for _, o := range []outcome{first, second, third} {
				checkUnknown(t, o, false)
			}
			return
		}
		checkUnknown(t, first, true)
		if got := fmt.Sprintf("%v %v %s %s", second.status, third.status, replayed(second), replayed(third)); got != "<nil> <nil> reconciled true" {
			t.Errorf("the repeats got %s", got)
		}
		if diff := cmp.Diff(second.response, third.response); diff != "" {
			t.Error(diff)
		}
	})
}

// checkUnknown expects an unknown outcome, which may be worth a repeat or not.
func checkUnknown(t *testing.T, o outcome, repeat bool) {
	t.Helper()
	known, err := failureOf(o)
	if err != nil || known.reason != "OUTCOME_UNKNOWN" || known.code != codes.Unknown {
		t.Errorf("want an unknown outcome, got %v %v", o.status, err)
	}
	if o.header != nil && o.header["X-Should-Retry"] != fmt.Sprint(repeat) {
		t.Errorf("X-Should-Retry: %q", o.header["X-Should-Retry"])
	}
	if o.header == nil {
		if pushback := strings.Join(o.trailer.Get("grpc-retry-pushback-ms"), ","); (pushback == "10000") != repeat || (pushback == "-1") == repeat {
			t.Errorf("grpc-retry-pushback-ms: %q", pushback)
		}
	}
}
