package opentact

import (
	"math"
	"slices"
)

// kind is the type of an entity, and the index of its row in resources.
type kind int

const (
	none kind = iota
	accounts
	timeZones
	people
	connections
	products
	invites
	sipUsers
	domains
	apps
	calls
	leases
	numbers
	orders
	messagingProfiles
	voiceProfiles
	kinds
)

// resource describes one kind of entity: its name in messages, and its members
// in the order of the vendor's documentation.
type resource struct {
	name string
	// identity is the member with the id; "" if the vendor shows none.
	identity string
	// dateless entities have no created_on and modified_on.
	dateless bool
	fields   []field
	// base is the path of the five usual routes, and operation the name of the entity in their
	// operations. Kinds without a base have other routes, or none.
	base, operation string
}

// field is one member of an entity. If it has accepts, a caller may write it; if it
// has one or many, it is a relation.
type field struct {
	name     string
	accepts  check
	required bool
	nullable bool
	initial  any
	// aliases are other spellings in the vendor's documents.
	aliases []string
	// hidden fields are written but never answered.
	hidden bool
	// one is the kind of the record whose id is the value.
	one kind
	// list is a relation to the records of kind many whose value `via` is this
	// record's id; a list without a kind is always empty here.
	list bool
	many kind
	via  string
	// always is a relation that is shown even when others are left empty.
	always bool
	// in are the generations that have the member; none means all of them.
	in []Generation
	// readOnlyIn are the generations in which callers cannot write it.
	readOnlyIn []Generation
	// requiredIn are the generations in which a create needs it.
	requiredIn []Generation
	// createOnly members cannot be modified.
	createOnly bool
}

// The generations that share members.
var (
	onlyFirst = []Generation{FirstGeneration}
	sinceTwo  = []Generation{SecondGeneration, ThirdGeneration}
	onlyThird = []Generation{ThirdGeneration}
)

// since returns the field as one that only some generations have.
func (f field) since(in []Generation) field {
	f.in = in
	return f
}

// neededIn returns the field as one that a create needs in some generations.
func (f field) neededIn(in []Generation) field {
	f.requiredIn = in
	return f
}

// has reports whether a generation has the member.
func (f *field) has(generation Generation) bool {
	return len(f.in) == 0 || slices.Contains(f.in, generation)
}

// writableIn returns the fields that callers may write in a generation, as creates need them.
func writableIn(generation Generation, fields []field) (written []field) {
	for _, f := range fields {
		if f.has(generation) && !slices.Contains(f.readOnlyIn, generation) {
			f.required = f.required || slices.Contains(f.requiredIn, generation)
			f.aliases = spelledIn(generation, f)
			written = append(written, f)
		}
	}
	return written
}

// spelledIn are the other spellings that a generation takes. A choice: the misspelt egress
// settings are taken by the first generation only, whose documents have them.
func spelledIn(generation Generation, f field) []string {
	if f.name == egressName && generation != FirstGeneration {
		return nil
	}
	return f.aliases
}

func own(name string) field          { return field{name: name} }
func one(name string, of kind) field { return field{name: name, one: of} }
func many(name string, of kind, via string) field {
	return field{name: name, list: true, many: of, via: via}
}

// writable is optional and can be cleared with null.
func writable(name string, accepts check) field {
	return field{name: name, accepts: accepts, nullable: true}
}

// fixed is optional, cannot be null, and starts with a value.
func fixed(name string, accepts check, initial any) field {
	return field{name: name, accepts: accepts, initial: initial}
}

func required(name string, accepts check) field {
	return field{name: name, accepts: accepts, required: true}
}

func (f field) alias(spellings ...string) field {
	f.aliases = spellings
	return f
}

// egressName is the member with the egress settings in answers.
const egressName = "class4_egress_trunk_settings"

// egressSettings is misspelt in the documentation of requests and correct in that of
// answers; both are accepted, the correct one is answered.
func egressSettings() field {
	return writable(egressName, trunkSettings).alias("class4_egress_trunk_stings").neededIn(sinceTwo)
}

func voiceProfile() field {
	f := writable("outbound_voice_profile", uuid)
	f.one = voiceProfiles
	return f.since(onlyFirst)
}

// productOf may not be null. A choice: if it is missing, the product is 1.
func productOf() field {
	f := fixed("product", integer(1, 1024), int64(1))
	f.one = products
	return f.neededIn(sinceTwo)
}

// ingressSettings are those of the trunk that takes calls from the customer.
func ingressSettings() field {
	return writable("class4_ingress_trunk_settings", trunkSettings).neededIn(sinceTwo)
}

// relatedTo is an optional relation that callers write as a UUID.
func relatedTo(name string, of kind) field {
	f := writable(name, uuid)
	f.one = of
	return f
}

// techPrefix is written in the first generation, and given by the product later.
func techPrefix() field {
	f := writable("tech_prefix", integer(100000, 999999))
	f.readOnlyIn = sinceTwo
	return f
}

func ownedBy() []field {
	return []field{one("account", accounts), one("created_by", people), one("modified_by", people)}
}

// with concatenates lists of fields.
func with(lists ...[]field) []field {
	var all []field
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

// resources describes all of the vendor's entities, by kind.
var resources = [kinds]resource{
	accounts: {name: "Account", identity: "uuid", fields: []field{
		own("name"), own("email"), own("level"), own("balance"), own("class4_id"), own("deleted_on"),
		one("time_zone", timeZones), many("users", people, "account"), one("admin", people),
		one("messaging_profile_default", messagingProfiles), many("messaging_profiles", messagingProfiles, "account"),
		many("addresses", none, ""),
	}},
	timeZones: {name: "Time zone", dateless: true, fields: []field{
		own("country_code"), own("name"), own("utc_offset"), own("utc_dst_offset"),
		own("latitude"), own("longitude"), own("note"),
	}},
	people: {name: "User", identity: "uuid", fields: []field{
		own("email"), own("password"), own("phone_number"), own("first_name"), own("last_name"), own("avatar"),
		own("gender"), own("dob"), own("role"), own("gmail_user_id"), own("facebook_user_id"),
		own("apple_user_id"), own("wechat_user_id"), own("deleted_on"), own("token"), one("account", accounts),
		own("wss_online").since(onlyThird),
	}},
	connections: {name: "SIP connection", identity: "uuid", fields: with([]field{
		required("name", text(1)), fixed("is_active", boolean, true), own("tech_prefix"), productOf(),
		writable("subdomain", text(3)).since(onlyFirst), writable("ip", ipv4), fixed("port", number(1024, 65535), float64(5060)).neededIn(sinceTwo),
		writable("hostname", text(1)).since(sinceTwo), fixed("shaken_verify_policy", integer(0, 3), int64(0)).since(onlyThird),
		writable("shaken_minimum_accepted_attest_lvl", oneOf("A", "B", "C")).since(onlyThird),
		own("class4_ingress_trunk_id"), ingressSettings(), own("class4_ingress_resource_ip_id"),
		own("class4_egress_trunk_id"), egressSettings(), own("class4_egress_resource_ip_id"),
		own("class4_trunk_prefix_id").since(onlyFirst), own("class4_tech_prefix_id").since(sinceTwo),
		many("tnleases", leases, "sip_connection"), many("sipusers", sipUsers, "sip_connection").since(onlyFirst),
		many("sip_user_invites", invites, "sip_connection").since(onlyFirst), many("sip_domains", domains, "sip_connection").since(sinceTwo),
	}, ownedBy(), []field{voiceProfile()})},
	products: {name: "SIP product", identity: "id", fields: []field{
		own("name"), own("description"), own("type"), own("tech_prefix"), own("rate_table_id"), own("route_plan_id"),
	}},
	invites: {name: "SIP user invite", identity: "uuid", fields: with([]field{
		// a choice: expired_on may be left out or null, and such an invite does not
		// expire; the documentation of 2020 does not say that it is required.
		required("name", text(3)), writable("expired_on", dateTime), own("token"),
		one("sip_connection", connections).since(onlyFirst), one("sip_domain", domains).since(sinceTwo),
	}, ownedBy())},
	domains: {name: "SIP domain", identity: "domain", fields: with([]field{
		{name: "domain", accepts: domainName, required: true, hidden: true, createOnly: true},
		relatedTo("sip_connection", connections), relatedTo("sip_control_app", apps), relatedTo("outbound_voice_profile", voiceProfiles),
	}, ownedBy())},
	sipUsers: {name: "SIP user", identity: "uuid", fields: with([]field{
		required("login", text(1)), {name: "password", accepts: text(1), required: true, hidden: true},
		own("ha1"), own("ha1b"), writable("remote_ip", ipv4).since(onlyFirst), writable("first_name", text(0)),
		writable("last_name", text(0)), writable("email", text(0)), writable("phone_number", text(0)),
		writable("avatar", text(0)), writable("dob", day), writable("gender", text(0)),
		many("groups", none, ""), one("sip_connection", connections).since(onlyFirst), one("sip_domain", domains).since(sinceTwo),
		// a choice: a create takes is_active as an update does; the documents have it for updates.
		fixed("same_domain_calls_only", boolean, false).since(sinceTwo), fixed("is_active", boolean, true).since(onlyThird),
		own("state").since(onlyThird),
	}, ownedBy())},
	apps: {name: "SIP control app", identity: "uuid", base: "/sip/app", operation: "SIPControlApp", fields: with([]field{
		required("name", text(1)), fixed("is_active", boolean, true), writable("subdomain", text(3)).since(onlyFirst),
		many("tnleases", leases, "sip_control_app").since(onlyFirst),
		own("class4_egress_trunk_id"), egressSettings(), own("class4_egress_resource_ip_id"),
		own("tech_prefix").since(sinceTwo), productOf().since(sinceTwo), many("sip_domains", domains, "sip_control_app").since(sinceTwo),
		own("class4_ingress_trunk_id").since(sinceTwo), ingressSettings().since(sinceTwo), own("class4_ingress_resource_ip_id").since(sinceTwo),
		own("class4_tech_prefix_id").since(sinceTwo),
		writable("webhook_url", link).since(sinceTwo), writable("webhook_method", oneOf("GET", "POST")).since(sinceTwo),
		fixed("webhook_request_timeout", integer(0, math.MaxInt32), int64(0)).since(sinceTwo),
		writable("call_flow_url", link).since(sinceTwo), writable("call_flow_method", oneOf("GET", "POST")).since(sinceTwo),
		fixed("call_flow_request_timeout", integer(0, math.MaxInt32), int64(0)).since(sinceTwo),
		many("logs", none, "").since(sinceTwo),
	}, ownedBy(), []field{voiceProfile()})},
	calls: {name: "SIP control app call", identity: "uuid", fields: []field{
		one("tn", numbers), own("from"), own("to"), own("meta"), own("state"), own("source"),
		many("logs", none, ""), one("account", accounts), one("sip_control_app", apps),
	}},
	leases: {name: "TN lease", identity: "uuid", fields: with([]field{
		// a choice: the documented sample of a connection's leases shows `"tn":{}`,
		// but a list of numbers without the numbers would be useless.
		{name: "tn", one: numbers, always: true}, one("account", accounts), one("tnorder", orders),
		own("expired_on"), own("autorenew"), one("messaging_profile", messagingProfiles), own("class4_product_item_id"),
		own("class4_resource_prefix_id").since(sinceTwo), one("sip_connection", connections), one("sip_control_app", apps),
	}, []field{one("created_by", people), one("modified_by", people)})},
	numbers: {name: "TN", dateless: true, fields: []field{
		own("tn"), own("class4_did_id"), own("registered"), one("tnlease", leases), one("profile", messagingProfiles), own("deleted_on"),
	}},
	orders: {name: "TN order", identity: "uuid", fields: with([]field{
		own("state"), many("tns", numbers, "tnorder"), one("account", accounts), one("profile", messagingProfiles).since(onlyFirst),
		one("sip_connection", connections).since(onlyFirst), one("sip_control_app", apps).since(onlyFirst), one("created_by", people), one("modified_by", people),
		own("request"), own("price"), own("autorenew"), many("tnleases", leases, "tnorder"),
		many("items", none, "").since(sinceTwo), many("errors", none, "").since(sinceTwo),
	})},
	messagingProfiles: {name: "Messaging profile", identity: "uuid", base: "/profile/messaging", operation: "MessagingProfile", fields: with([]field{
		required("name", text(1)), writable("callback_url", text(10)), writable("callback_url2", text(10)),
		// a choice: the vendor's defaults are not public.
		fixed("number_pool_enable", boolean, false), fixed("long_code_weight", integer(0, 9), int64(1)),
		fixed("tollfree_weight", integer(0, 9), int64(1)).alias("toll_free_weight"),
		fixed("skip_unhealthy_tns", boolean, false), fixed("sticky_sender", boolean, false),
	}, ownedBy(), []field{many("leases", leases, "messaging_profile").since(onlyFirst)})},
	voiceProfiles: {name: "Outbound voice profile", identity: "uuid", base: "/profile/outbound_voice", operation: "OutboundVoiceProfile", fields: with([]field{
		required("name", text(1)), techPrefix(),
		writable("channel_limit", number(0, math.Inf(1))).since(onlyFirst), writable("max_rate", number(0, math.Inf(1))).since(onlyFirst),
		fixed("record_calls", integer(0, 2), int64(0)).since(onlyFirst),
		writable("daily_spend_limit", number(0, math.Inf(1))).alias("daily_spent_limit").since(onlyFirst),
		writable("filemat", oneOf("wav", "mp3")).since(onlyFirst), fixed("audio_track_type", integer(0, 1), int64(0)).since(onlyFirst),
		fixed("is_active", boolean, true).since(sinceTwo), productOf().since(sinceTwo), own("class4_ingress_trunk_id").since(sinceTwo),
		ingressSettings().since(sinceTwo), own("class4_ingress_resource_ip_id").since(sinceTwo), own("class4_tech_prefix_id").since(sinceTwo),
		relatedTo("tn_lease", leases).since(sinceTwo), many("sip_domains", domains, "outbound_voice_profile").since(sinceTwo),
	}, ownedBy())},
}
