package infinity

// resource describes one kind of row.
type resource struct {
	// noun is its name in messages.
	noun string
	// param is the name of its id in paths.
	param string
	// under is the kind whose path contains its path.
	under kind
	// id is the key of its id.
	id string
	// filterable lists have filter[], sort[], limit and offset, as documented.
	filterable bool
	// resetsOnUpdate: a parameter that an update leaves out is reset, a choice.
	resetsOnUpdate bool
	// documented creates have one documented answer: only the id.
	documented bool
	columns    []column
}

// scalar is the type of a column; in answers all of them are strings.
type scalar int

const (
	text scalar = iota
	number
	onOff
	date
)

// uniqueness is the set of rows in which a value may be only once.
type uniqueness int

const (
	anywhere uniqueness = iota
	// inDomain: among the rows of the kind in a domain.
	inDomain
	// inDialPlan: among all that can be called by extension in a domain.
	inDialPlan
	// everywhere: among the rows of the kind in all domains.
	everywhere
)

// source is the input of a computed column: a record, and the record in whose path it
// is listed.
type source struct {
	server *Server
	record *record
	owner  *record
}

// column is one key of a row. If it has accepts, it is also a parameter of the same
// name.
type column struct {
	name string
	is   scalar
	// from computes the value; if it is nil, the value is that of the record.
	from func(source) string
	// accepts checks a parameter's text.
	accepts check
	// required parameters have to be in a create.
	required bool
	// createOnly parameters are unknown to an update.
	createOnly bool
	// initial is the value if a create has none.
	initial string
	unique  uniqueness
	// refers is the kind of the record whose id is the value.
	refers kind
}

// derived columns are only answered.
func derived(name string, is scalar, from func(source) string) column {
	return column{name: name, is: is, from: from}
}

// own columns are only answered too, with the value of the record.
func own(name string, is scalar, initial string) column {
	return column{name: name, is: is, initial: initial}
}

func optional(name string) column { return column{name: name, accepts: anyText} }

func optionalFlag(name string) column {
	return column{name: name, is: onOff, accepts: zeroOrOne, initial: "0"}
}

func required(name string, accepts check) column {
	return column{name: name, accepts: accepts, required: true}
}

func requiredNumber(name string, accepts check) column {
	return column{name: name, is: number, accepts: accepts, required: true}
}

func (c column) checked(accepts check) column { c.accepts = accepts; return c }
func (c column) uniqueIn(u uniqueness) column { c.unique = u; return c }
func (c column) refersTo(k kind) column       { c.refers = k; return c }
func (c column) onCreate() column             { c.createOnly = true; return c }

func extension() column { return required("extensionNumber", digits(2, 10)).uniqueIn(inDialPlan) }
func phoneID(name string) column {
	return column{name: name, is: number, accepts: optionalNumber, createOnly: true}
}

func id(name string) column { return derived(name, number, recordID) }

func recordID(from source) string { return decimal(from.record.id) }

func parentID(name string) column {
	return derived(name, number, func(from source) string { return decimal(from.record.parent) })
}

func ownerID(name string) column {
	return derived(name, number, func(from source) string { return decimal(from.owner.id) })
}

func ownerValue(name string) column {
	return derived(name, text, func(from source) string { return from.owner.values[name] })
}

func dates() []column {
	return []column{
		derived("createDatetime", date, func(from source) string { return from.server.created(from.record) }),
		derived("updateDatetime", date, func(from source) string { return from.server.updated(from.record) }),
	}
}

// with concatenates lists of columns.
func with(lists ...[]column) []column {
	var all []column
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// resourceTable describes all of the vendor's rows, by kind. The vendor documents only
// the rows of devices. The others consist of the names of parameters and ids, and of a
// few undocumented keys, such as every real row probably has. The table of package mapping
// lists those keys as known, so that the sandbox shows no drift; list a new one there too.
func resourceTable(trustedNetworkID, domainName string) [kinds]resource {
	return [kinds]resource{
		domains: {noun: "SIP domain", param: "domain", id: "domainId", resetsOnUpdate: true, columns: with([]column{
			id("domainId"), derived(domainName, text, func(from source) string { return from.record.values["domain"] }),
			optional("displayName"), optionalFlag("rec"), own("siteCode", text, ""),
		}, dates())},
		users: {noun: "SIP user", param: "user", under: domains, id: "userId", columns: with([]column{
			id("userId"), parentID("domainId"), required("user", userName).uniqueIn(inDomain).onCreate(), required("displayName", someText), extension(),
			optional("email"), optional("firstName"), optional("lastName"), optional("jobName"), optional("departmentName"),
			optional("companyName"), optional("officeName"), optional("ukCallerId"), optional("usCallerId"),
			optional("mobileNumber"), optionalFlag("mobileFollow"), phoneID("ukPhoneId"), phoneID("usPhoneId"),
			optionalFlag("hotdeskAllowed"), optionalFlag("dashboard"), optional("pin").checked(optionalDigits(3, 12)), required("password", password),
			own("voicemailEnabled", onOff, "1"), own("siteCode", text, ""), own("createdBy", text, ""),
		}, dates())},
		groups: {noun: "SIP group", param: "group", under: domains, id: "groupId", resetsOnUpdate: true, columns: with([]column{
			id("groupId"), parentID("domainId"), required("groupName", someText).uniqueIn(inDomain), required("displayName", someText), extension(),
			optionalFlag("ringRetry"), optionalFlag("ringExclusive"), optional("callerNameFormat").checked(callerNameFormat), own("createdBy", text, ""),
		}, dates())},
		queues: {noun: "SIP queue", param: "queue", under: domains, id: "queueId", filterable: true, columns: with([]column{
			id("queueId"), parentID("domainId"), required("queueName", someText).uniqueIn(inDomain), required("displayName", someText), extension(),
			optional("callerNameFormat").checked(callerNameFormat), own("musicOnHold", text, "default"), own("createdBy", text, ""),
		}, dates())},
		queueMembers: {noun: "SIP queue member", param: "member", under: queues, id: "queueMemberId", columns: []column{
			id("queueMemberId"), parentID("queueId"), requiredNumber("groupId", idNumber).refersTo(groups), derived("groupName", text, memberGroup),
			required("ringStrategy", oneOf("all", "huntLongestIdle")), requiredNumber("ringAttempts", wholeNumber),
			requiredNumber("ringSecs", wholeNumber), requiredNumber("ringOrder", wholeNumber),
		}},
		trustedNetworks: {noun: "SIP trusted network", param: "network", under: domains, id: trustedNetworkID, filterable: true, columns: with([]column{
			id(trustedNetworkID), parentID("domainId"), required("network", cidr), optional("description"), own("createdBy", text, ""),
		}, dates())},
		devices: {noun: "PBX device", param: "device", under: domains, id: "pbxDeviceId", filterable: true, documented: true, columns: with([]column{
			id("pbxDeviceId"), required("pbxDeviceName", someText), parentID("domainId"), required("deviceMacAddress", macAddress).uniqueIn(everywhere).onCreate(),
		}, dates(), []column{own("userId", number, ""), derived("user", text, deviceUser)})},

		groupUsers: {noun: "SIP group user", under: groups, columns: []column{
			ownerID("groupId"), id("userId"), own("user", text, ""), own("displayName", text, ""), own("extensionNumber", text, ""),
		}},
		userGroups: {noun: "SIP user group", under: users, filterable: true, columns: []column{
			ownerID("userId"), id("groupId"), own("groupName", text, ""), own("displayName", text, ""), own("extensionNumber", text, ""),
		}},
		userDevices: {noun: "PBX user device", under: users, filterable: true, columns: []column{
			ownerID("userId"), {name: "pbxDeviceId", is: number, from: recordID, accepts: idNumber, required: true}, ownerValue("user"),
			derived("updateDatetime", date, func(from source) string { return from.record.values[associated] }), own("pbxDeviceName", text, ""),
		}},
	}
}

func memberGroup(from source) string {
	if group := from.server.store.Get(groups, numeric(from.record.values["groupId"])); group != nil {
		return group.values["groupName"]
	}
	return ""
}

func deviceUser(from source) string {
	if user := from.server.store.Get(users, numeric(from.record.values["userId"])); user != nil {
		return user.values["user"]
	}
	return ""
}
