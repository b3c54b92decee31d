package e2e

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sipfacade/sipfacade/internal/contract"
	infinitysandbox "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// vendorOperations is the operation that each RPC calls at its vendor. An RPC that
// is missing here fails TestEveryRPC.
var vendorOperations = map[string]string{
	"SipConnectionService.CreateSipUserInvite":         "CreateSIPUserInvite",
	"SipConnectionService.ListSipUserInvites":          "ListSIPUserInvites",
	"SipConnectionService.GetSipUserInvite":            "ListSIPUserInvites", // the vendor has none of its own
	"SipConnectionService.UpdateSipUserInvite":         "ModifySIPUserInvite",
	"SipConnectionService.DeleteSipUserInvite":         "RemoveSIPUserInviteByUUID",
	"SipConnectionService.AssignSipConnectionTnLeases": "AssignTNLeasesToSIPConnection",
	"SipConnectionService.ListSipConnectionTnLeases":   "GETSIPConnectionTNLeasesList",
	"SipConnectionService.ListSipConnections":          "ListSIPConnections",
	"SipConnectionService.GetSipConnection":            "GetSIPConnectionByUUID",
	"SipConnectionService.CreateSipConnection":         "CreateSIPConnection",
	"SipConnectionService.UpdateSipConnection":         "ModifySIPConnection",
	"SipConnectionService.DeleteSipConnection":         "RemoveSIPConnectionByID",
	"SipConnectionService.ListSipConnectionProducts":   "GetSIPConnectionProductsList",
	"SipConnectionService.ListTnLeases":                "ListTNLeases",
	"SipConnectionService.ListSipDomains":              "ListSIPDomains",
	"SipConnectionService.GetSipDomain":                "GetSIPDomain",
	"SipConnectionService.CreateSipDomain":             "CreateSIPDomain",
	"SipConnectionService.UpdateSipDomain":             "ModifySIPDomain",
	"SipConnectionService.DeleteSipDomain":             "RemoveSIPDomain",
	"SipConnectionService.ListSipUsers":                "ListSIPUsers",
	"SipConnectionService.GetSipUser":                  "GetSIPUser",
	"SipConnectionService.CreateSipUser":               "CreateSIPUser",
	"SipConnectionService.UpdateSipUser":               "ModifySIPUser",
	"SipConnectionService.DeleteSipUser":               "RemoveSIPUser",

	"SipAppService.CreateSipApp":         "CreateSIPControlApp",
	"SipAppService.ListSipApps":          "ListSIPControlApps",
	"SipAppService.GetSipApp":            "GetSIPControlAppByUUID",
	"SipAppService.UpdateSipApp":         "ModifySIPControlApp",
	"SipAppService.DeleteSipApp":         "RemoveSIPControlAppByUUID",
	"SipAppService.AssignSipAppTnLeases": "AssignTNLeasesToSIPControlApp",
	"SipAppService.ListSipAppTnLeases":   "GetSIPControlAppTNLeasesList",
	"SipAppService.ExecuteCallFlow":      "ExecuteSIPControlAppCallExecuteCallFlow",
	"SipAppService.ListSipAppCalls":      "GetOnlineCalls",

	"ProfileService.CreateMessagingProfile":     "CreateMessagingProfile",
	"ProfileService.ListMessagingProfiles":      "ListMessagingProfiles",
	"ProfileService.GetMessagingProfile":        "GetMessagingProfileByUUID",
	"ProfileService.UpdateMessagingProfile":     "ModifyMessagingProfile",
	"ProfileService.DeleteMessagingProfile":     "RemoveMessagingProfileByUUID",
	"ProfileService.CreateOutboundVoiceProfile": "CreateOutboundVoiceProfile",
	"ProfileService.ListOutboundVoiceProfiles":  "ListOutboundVoiceProfiles",
	"ProfileService.GetOutboundVoiceProfile":    "GetOutboundVoiceProfileByUUID",
	"ProfileService.UpdateOutboundVoiceProfile": "ModifyOutboundVoiceProfile",
	"ProfileService.DeleteOutboundVoiceProfile": "RemoveOutboundVoiceProfileByUUID",

	"PbxConfigService.ListPbxDomains":          "ListSIPDomains",
	"PbxConfigService.GetPbxDomain":            "ReadSIPDomain",
	"PbxConfigService.UpdatePbxDomain":         "UpdateSIPDomain",
	"PbxConfigService.ListPbxUsers":            "ListSIPUsers",
	"PbxConfigService.GetPbxUser":              "ReadSIPUser",
	"PbxConfigService.CreatePbxUser":           "CreateSIPUser",
	"PbxConfigService.UpdatePbxUser":           "UpdateSIPUser",
	"PbxConfigService.DeletePbxUser":           "DeleteSIPUser",
	"PbxConfigService.ListPbxGroups":           "ListSIPGroups",
	"PbxConfigService.GetPbxGroup":             "ReadSIPGroup",
	"PbxConfigService.CreatePbxGroup":          "CreateSIPGroup",
	"PbxConfigService.UpdatePbxGroup":          "UpdateSIPGroup",
	"PbxConfigService.DeletePbxGroup":          "DeleteSIPGroup",
	"PbxConfigService.ListPbxGroupUsers":       "ListSIPGroupUsers",
	"PbxConfigService.AddPbxGroupUsers":        "AddSIPGroupUsers",
	"PbxConfigService.RemovePbxGroupUsers":     "DeleteSIPGroupUsers",
	"PbxConfigService.ListPbxUserDevices":      "ListPBXUserDevices",
	"PbxConfigService.GetPbxUserDevice":        "ReadPBXUserDevice",
	"PbxConfigService.CreatePbxUserDevice":     "CreatePBXUserDevice",
	"PbxConfigService.DeletePbxUserDevice":     "DeletePBXUserDevice",
	"PbxConfigService.ListPbxUserGroups":       "ListSIPUserGroups",
	"PbxConfigService.AddPbxUserGroups":        "AddSIPUserGroups",
	"PbxConfigService.ListPbxQueues":           "ListSIPQueues",
	"PbxConfigService.GetPbxQueue":             "ReadSIPQueue",
	"PbxConfigService.CreatePbxQueue":          "CreateSIPQueue",
	"PbxConfigService.UpdatePbxQueue":          "UpdateSIPQueue",
	"PbxConfigService.DeletePbxQueue":          "DeleteSIPQueue",
	"PbxConfigService.ListPbxQueueMembers":     "ListSIPQueueMembers",
	"PbxConfigService.GetPbxQueueMember":       "ReadSIPQueueMember",
	"PbxConfigService.CreatePbxQueueMember":    "CreateSIPQueueMember",
	"PbxConfigService.UpdatePbxQueueMember":    "UpdateSIPQueueMember",
	"PbxConfigService.DeletePbxQueueMember":    "DeleteSIPQueueMember",
	"PbxConfigService.SetPbxQueueMemberOrder":  "SetSIPQueueMemberOrder",
	"PbxConfigService.ListPbxTrustedNetworks":  "ListSIPTrustedNetworks",
	"PbxConfigService.GetPbxTrustedNetwork":    "ReadSIPTrustedNetwork",
	"PbxConfigService.CreatePbxTrustedNetwork": "CreateSIPTrustedNetwork",
	"PbxConfigService.UpdatePbxTrustedNetwork": "UpdateSIPTrustedNetwork",
	"PbxConfigService.DeletePbxTrustedNetwork": "DeleteSIPTrustedNetwork",
	"PbxConfigService.ListPbxDevices":          "ListPBXDevices",
	"PbxConfigService.GetPbxDevice":            "ReadPBXDevice",
	"PbxConfigService.CreatePbxDevice":         "CreatePBXDevice",
	"PbxConfigService.UpdatePbxDevice":         "UpdatePBXDevice",
	"PbxConfigService.DeletePbxDevice":         "DeletePBXDevice",
}

// sendings are the operations whose requests steps that call an RPC compare, by the
// generation of the case's run.
type sendings map[int][]string

// TestEveryRPC: each RPC has an idempotency level, an HTTP rule, validation, a case,
// and a golden file of what the vendor must receive in each generation.
func TestEveryRPC(t *testing.T) {
	t.Parallel()
	called := calledByCases(t)
	if len(methods()) == 0 {
		t.Fatal("the contract has no services")
	}
	for _, method := range methods() {
		name := shortName(method)
		t.Run(name, func(t *testing.T) {
			options, _ := method.Options().(*descriptorpb.MethodOptions)
			if options.IdempotencyLevel == nil {
				t.Error("idempotency_level is not set")
			}
			if verb, path := verbAndPath(httpRule(method)); verb == "" || path == "" {
				t.Error("there is no HTTP rule")
			}
			checkIDs(t, method.Input())
			checkVendor(t, name, options.GetIdempotencyLevel())
			checkCompared(t, name, called[name])
		})
	}
}

// calledByCases are what the cases call and compare.
func calledByCases(t *testing.T) map[string]sendings {
	t.Helper()
	called := map[string]sendings{}
	for _, c := range loadCases(t) {
		for _, s := range c.Steps {
			if called[s.Call] == nil {
				called[s.Call] = sendings{}
			}
			for _, generation := range c.runsIn() {
				called[s.Call][generation] = append(called[s.Call][generation], operationSent(s))
			}
		}
	}
	return called
}

// checkCompared checks that cases compare what the vendor receives of an RPC: of its
// operation, and in each generation that serves it.
func checkCompared(t *testing.T, name string, compared sendings) {
	t.Helper()
	if compared == nil {
		t.Fatalf("no case under %s calls it", caseFiles)
	}
	if !slices.Contains(slices.Concat(slices.Collect(maps.Values(compared))...), vendorOperations[name]) {
		t.Errorf("no case compares what the vendor receives of %s", vendorOperations[name])
	}
	for _, generation := range generationsOf(t, name) {
		if !slices.ContainsFunc(compared[generation], func(operation string) bool { return operation != "" }) {
			t.Errorf("no case compares what the vendor receives in generation %d", generation)
		}
	}
}

var idName = regexp.MustCompile(`(^|_)(uuid|id|uuids|ids)$`)

// checkIDs checks that every id of a request and of its resource has a rule, if callers
// may send it.
func checkIDs(t *testing.T, message protoreflect.MessageDescriptor) {
	t.Helper()
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		if inner := field.Message(); inner != nil && inner.ParentFile().Package() == contract.Package && !isOutput(field) {
			checkIDs(t, inner)
		}
		if idName.MatchString(string(field.Name())) && !hasRule(field) && len(behaviors(field)) == 0 {
			t.Errorf("%s has neither a rule nor a field behavior", field.FullName())
		}
	}
}

func hasRule(field protoreflect.FieldDescriptor) bool {
	return proto.HasExtension(field.Options(), validate.E_Field)
}

func behaviors(field protoreflect.FieldDescriptor) []annotations.FieldBehavior {
	marks, _ := proto.GetExtension(field.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return marks
}

func isOutput(field protoreflect.FieldDescriptor) bool {
	return slices.Contains(behaviors(field), annotations.FieldBehavior_OUTPUT_ONLY)
}

// levels is the retry class that each idempotency level promises.
var levels = map[descriptorpb.MethodOptions_IdempotencyLevel]upstream.Class{
	descriptorpb.MethodOptions_NO_SIDE_EFFECTS:     upstream.Safe,
	descriptorpb.MethodOptions_IDEMPOTENT:          upstream.Idempotent,
	descriptorpb.MethodOptions_IDEMPOTENCY_UNKNOWN: upstream.Once,
}

// checkVendor checks that the vendor has a route with the retry class that the contract
// promises.
func checkVendor(t *testing.T, name string, level descriptorpb.MethodOptions_IdempotencyLevel) {
	t.Helper()
	operation, known := vendorOperations[name]
	if !known {
		t.Fatal("vendorOperations does not say what it calls")
	}
	routes := 0
	for _, route := range routesOf(name) {
		if route.Operation != operation {
			continue
		}
		routes++
		if route.Action.Class() != levels[level] {
			t.Errorf("%s %s has retry class %d, and the contract says %s", route.Method, route.Path, route.Action.Class(), level)
		}
	}
	if routes == 0 {
		t.Errorf("%s has no route %s", vendorOf(name), operation)
	}
}

// TestTables: no table of the tests names an RPC that does not exist.
func TestTables(t *testing.T) {
	t.Parallel()
	for name := range vendorOperations {
		if _, err := methodOf(name); err != nil {
			t.Errorf("vendorOperations: %v", err)
		}
	}
	checkEmulated(t, opentact.Routes(), sandbox.Operations())
	checkEmulated(t, infinity.Routes(), infinitysandbox.Operations())
}

// checkEmulated checks that a vendor's emulator has the operation of each route.
func checkEmulated(t *testing.T, routes []*upstream.Route, emulated []string) {
	t.Helper()
	for _, route := range routes {
		if !slices.Contains(emulated, route.Operation) {
			t.Errorf("the sandbox does not have %s", route.Operation)
		}
	}
}

// TestGoldensAreUsed: every golden file is compared by a case, in its generation.
func TestGoldensAreUsed(t *testing.T) {
	t.Parallel()
	used := []string{goldenFile("Auth")} // TestLoginRequest
	for _, c := range loadCases(t) {
		for i, generation := range c.runsIn() {
			for _, s := range c.Steps {
				used = append(used, c.sentFiles(s, generation, i == 0)...)
			}
		}
	}
	for _, file := range goldenFiles(t) {
		if !slices.Contains(used, file) {
			t.Errorf("no case compares with %s", file)
		}
	}
}

// TestCaseNames: each case can be found by its name.
func TestCaseNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range loadCases(t) {
		if seen[c.file+"/"+c.Name] {
			t.Errorf("%s has two cases %q", c.file, c.Name)
		}
		seen[c.file+"/"+c.Name] = true
	}
}

// TestListConventions: what every list takes and answers.
func TestListConventions(t *testing.T) {
	t.Parallel()
	for _, method := range methods() {
		if !strings.HasPrefix(string(method.Name()), "List") {
			continue
		}
		for _, name := range []protoreflect.Name{"page_size", "page_token", "filter", "order_by"} {
			if method.Input().Fields().ByName(name) == nil {
				t.Errorf("%s does not take %s", shortName(method), name)
			}
		}
		if method.Output().Fields().ByName("next_page_token") == nil || method.Output().Fields().Len() != 2 {
			t.Errorf("%s answers something else than rows and next_page_token", shortName(method))
		}
	}
}

// TestUpdateConventions: every update takes a mask and the resource, and answers the
// same resource as get and create.
func TestUpdateConventions(t *testing.T) {
	t.Parallel()
	for _, method := range methods() {
		resource, isUpdate := strings.CutPrefix(string(method.Name()), "Update")
		if !isUpdate {
			continue
		}
		rule := httpRule(method)
		if method.Input().Fields().ByName("update_mask") == nil || rule.GetPatch() == "" {
			t.Errorf("%s: want a PATCH with an update_mask", shortName(method))
		}
		field := method.Input().Fields().ByTextName(rule.GetBody())
		if field == nil || string(field.Message().Name()) != resource || rule.GetResponseBody() != rule.GetBody() {
			t.Errorf("%s: want the body to be the resource, and the answer too", shortName(method))
		}
	}
}
