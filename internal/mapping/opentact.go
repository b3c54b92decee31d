package mapping

import "github.com/sipfacade/sipfacade/internal/opentactapi"

// The members that show objects of another kind. The vendor's own documents show leases in
// place of profiles, and SIP users in place of invites.
var (
	ofLeasesAndUsers = []string{"tn", "tnorder", "login"}
	ofOrdersAndUsers = []string{"tnorder", "login"}
	ofUsers          = []string{"login"}
	ofLeases         = []string{"tn", "tnorder"}
)

// Members that several resources have and no field takes, and the reason of some.
var (
	owners     = []string{"account", "created_by", "modified_by"}
	ingressIDs = []string{"class4_ingress_trunk_id", "class4_ingress_resource_ip_id", "class4_tech_prefix_id"}
)

const ofSwitch = "of the vendor's switch; since generation 2"

// Fields that several resources have.
var (
	active = Field{Name: "active", Vendor: []string{"is_active"}}

	egressSettings = Field{
		Name:   "class4_egress_trunk_settings",
		Vendor: []string{"class4_egress_trunk_settings", "class4_egress_trunk_stings"},
		Sent:   map[opentactapi.Generation]string{opentactapi.Generation1: "class4_egress_trunk_stings"},
		Note:   "requests of generation 1 have the second, its documented name; later ones the first",
	}

	subdomain = Field{
		Name: "subdomain", In: OnlyFirst, Instead: "create a SIP domain with CreateSipDomain",
	}
	voiceProfileUUID = Field{
		Name: "outbound_voice_profile_uuid", KeyOf: "outbound_voice_profile",
		In: OnlyFirst, Instead: "set outbound_voice_profile_uuid of the SIP domain",
	}
	productID         = Field{Name: "product_id", KeyOf: "product"}
	sipConnectionUUID = Field{Name: "sip_connection_uuid", KeyOf: "sip_connection"}

	tnLeases = Field{Name: "tn_leases", Vendor: []string{"tnleases"}}
	sipApp   = Field{Name: "sip_app", Vendor: []string{"sip_control_app"}}
	dob      = Field{Name: "dob", Form: Date}
)

// OpenTACT is the dialect of OpenTACT, in the spellings of all generations of its API.
var OpenTACT = Dialect{
	Names: map[string]string{
		"create_time": "created_on", "update_time": "modified_on",
		"expire_time": "expired_on", "delete_time": "deleted_on",
		"updated_by": "modified_by",
	},
	Ours:      []string{"etag"},
	Readers:   map[string]string{"TrunkSettings": "readTrunkSettings"},
	Writers:   map[string]string{"TrunkSettings": "flatSettings"},
	Calls:     opentactCalls,
	Arguments: opentactArguments,
	Resources: []Resource{
		account, user,
		sipConnection, sipConnectionProduct, sipDomain, sipUser, sipUserInvite,
		tnLease, telephoneNumber, tnOrder,
		sipControlApp, sipAppCall,
		messagingProfile, outboundVoiceProfile,
	},
}

// What fields of several resources have in common.
const (
	keyOnly            = "the UUID, or an object with it; relations are shallow in lists"
	domainName         = "the name, or an object with it"
	fixedFlow          = "run a call flow on a call with ExecuteCallFlow"
	inviteOfConnection = "leave it out: an invite belongs to the connection"
)

// ingressSettings are those of resources whose ingress trunk only later generations have.
var ingressSettings = Field{Name: "class4_ingress_trunk_settings", In: SinceTwo, Instead: "leave it out"}

// limit returns a field of voice profiles that later generations have lost.
func limit(name string, vendor ...string) Field {
	return Field{Name: name, Vendor: vendor, In: OnlyFirst, Instead: "set product_id, whose product decides rates and limits"}
}

// shownIn returns the field with the generations that show it and do not take it.
func (f Field) shownIn(generations In) Field {
	f.Shown = generations
	return f
}

// noting returns the field with a note.
func (f Field) noting(note string) Field {
	f.Note = note
	return f
}

var (
	account = Resource{
		Message: "OpentactAccount",
		Fields:  []Field{{Name: "time_zone", Within: "name", Note: "an object with its `name`, or the name"}},
		Dropped: []Unmapped{{[]string{"users", "admin", "addresses", "messaging_profiles", "messaging_profile_default"}, "links back"}},
	}

	user = Resource{
		Message: "OpentactUser",
		Fields:  []Field{dob},
		Dropped: []Unmapped{
			{[]string{"password", "token"}, "secrets"},
			{[]string{"account"}, "links back"},
			{[]string{"wss_online"}, "says only whether the user is connected now; since generation 3"},
		},
	}

	sipConnection = Resource{
		Message: "SipConnection",
		Foreign: ofLeasesAndUsers,
		Fields: []Field{
			active, egressSettings, subdomain, voiceProfileUUID, productID, tnLeases,
			{Name: "hostname", In: SinceTwo, Instead: "set ip"},
			{Name: "shaken_verify_policy", In: OnlyThird, Instead: "leave it out"},
			{
				Name: "shaken_minimum_attestation", Vendor: []string{"shaken_minimum_accepted_attest_lvl"},
				In: OnlyThird, Instead: "leave it out",
			},
			{Name: "sip_users", Vendor: []string{"sipusers"}},
			{
				Name:   "class4_trunk_prefix_id",
				Vendor: []string{"class4_trunk_prefix_id", "class4_tech_prefix_id"},
				Note:   "the second since generation 2",
			},
		},
	}

	sipConnectionProduct = Resource{Message: "SipConnectionProduct", Foreign: ofLeasesAndUsers, Key: "id"}

	sipDomain = Resource{
		Message: "SipDomain",
		Foreign: ofLeasesAndUsers,
		Key:     "domain",
		Natural: []string{"domain"},
		Fields: []Field{
			{Name: "sip_connection_uuid", Vendor: []string{"sip_connection"}, Within: "uuid", Form: OptionalUUID, Note: keyOnly},
			{Name: "sip_app_uuid", Vendor: []string{"sip_control_app"}, Within: "uuid", Form: OptionalUUID, Note: keyOnly},
			{Name: "outbound_voice_profile_uuid", Vendor: []string{"outbound_voice_profile"}, Within: "uuid", Form: OptionalUUID, Note: keyOnly},
		},
	}

	sipUser = Resource{
		Message: "SipUser",
		Foreign: ofLeases,
		Natural: []string{"login"},
		Fields: []Field{
			{Name: "dob", Form: OptionalDate},
			{Name: "remote_ip", In: OnlyFirst, Instead: "leave it out"},
			{Name: "active", Vendor: []string{"is_active"}, In: OnlyThird, Instead: "delete the user, or change its password"},
			{Name: "sip_domain", Within: "domain", Note: domainName},
		},
		Dropped: []Unmapped{
			{[]string{"ha1", "ha1b", "password"}, "secrets"},
			{[]string{"sip_connection"}, "links back"},
			{owners, "no fields in the contract; the account is that of the connection or SIP domain"},
		},
	}

	sipUserInvite = Resource{
		Message: "SipUserInvite",
		Foreign: ofLeasesAndUsers,
		Fields: []Field{
			sipConnectionUUID, {Name: "token", Answered: true, Note: "never of a nested invite"},
			{Name: "sip_domain", Within: "domain", Located: true, In: SinceTwo, Instead: inviteOfConnection, Note: domainName},
		},
	}

	tnLease = Resource{
		Message: "TnLease",
		Foreign: ofUsers,
		Fields: []Field{
			sipConnectionUUID, {Name: "sip_app_uuid", KeyOf: "sip_app"},
			{Name: "tn_order", Vendor: []string{"tnorder"}}, sipApp,
		},
		Dropped: []Unmapped{{[]string{"class4_resource_prefix_id"}, ofSwitch}},
	}

	telephoneNumber = Resource{
		Message: "TelephoneNumber",
		Key:     "phone_number",
		Fields:  []Field{{Name: "phone_number", Vendor: []string{"tn"}, Form: PhoneNumber, Note: "an integer; E.164 here"}},
		Dropped: []Unmapped{{[]string{"tnlease", "profile"}, "links back"}},
	}

	tnOrder = Resource{
		Message: "TnOrder",
		Dropped: []Unmapped{
			{[]string{"tns", "tnleases", "profile", "sip_connection", "sip_control_app"}, "links back"},
			{owners, "no fields in the contract; the account is that of the lease"},
			{[]string{"items", "errors"}, "how the order was carried out; since generation 2"},
		},
	}

	sipControlApp = Resource{
		Message: "SipApp",
		Foreign: ofLeasesAndUsers,
		Fields: []Field{
			active, egressSettings, subdomain, voiceProfileUUID, tnLeases,
			{Name: "product_id", KeyOf: "product", In: SinceTwo, Instead: "leave it out"},
			ingressSettings,
			{Name: "webhook_url", In: SinceTwo, Instead: fixedFlow},
			{Name: "webhook_method", In: SinceTwo, Instead: fixedFlow},
			{Name: "webhook_timeout", Vendor: []string{"webhook_request_timeout"}, In: SinceTwo, Instead: fixedFlow, Note: "milliseconds"},
			{Name: "call_flow_url", In: SinceTwo, Instead: fixedFlow},
			{Name: "call_flow_method", In: SinceTwo, Instead: fixedFlow},
			{Name: "call_flow_timeout", Vendor: []string{"call_flow_request_timeout"}, In: SinceTwo, Instead: fixedFlow, Note: "milliseconds"},
		},
		Dropped: []Unmapped{{ingressIDs, ofSwitch}, {[]string{"logs"}, "details of the switch; since generation 2"}},
	}

	sipAppCall = Resource{
		Message: "SipAppCall",
		Foreign: ofOrdersAndUsers,
		Fields: []Field{
			{Name: "phone_number", Vendor: []string{"tn"}, Within: "tn", Form: PhoneNumber, Note: "the number, or an object with it; E.164 here"},
			{Name: "caller", Vendor: []string{"from"}},
			{Name: "callee", Vendor: []string{"to"}},
			sipApp,
		},
		Dropped: []Unmapped{
			{[]string{"logs", "meta"}, "details of the switch"},
			{[]string{"account"}, "the app has it"},
		},
	}

	messagingProfile = Resource{
		Message: "MessagingProfile",
		Foreign: ofLeasesAndUsers,
		Fields: []Field{
			{Name: "failover_callback_url", Vendor: []string{"callback_url2"}},
			{Name: "number_pool_enabled", Vendor: []string{"number_pool_enable"}},
			{
				Name:   "toll_free_weight",
				Vendor: []string{"tollfree_weight", "toll_free_weight"},
				Note:   "the second in requests of the documents",
			},
			{Name: "tn_leases", Vendor: []string{"leases"}},
		},
	}

	outboundVoiceProfile = Resource{
		Message: "OutboundVoiceProfile",
		Foreign: ofLeasesAndUsers,
		Fields: []Field{
			limit("tech_prefix").shownIn(SinceTwo), limit("channel_limit"), limit("max_rate"), limit("record_calls"),
			limit("daily_spend_limit", "daily_spend_limit", "daily_spent_limit"),
			limit("recording_format", "filemat", "format", "file_format").noting("`filemat` is the vendor's own name"),
			limit("audio_track_type"),
			{
				Name: "product_id", Vendor: []string{"product"}, Within: "id", In: SinceTwo, Instead: "set tech_prefix",
				Note: "the id, or an object with it",
			},
			{Name: "active", Vendor: []string{"is_active"}, In: SinceTwo, Instead: "delete the profile"},
			ingressSettings,
			{
				Name: "tn_lease_uuid", Vendor: []string{"tn_lease"}, Within: "uuid", Form: OptionalUUID,
				In: SinceTwo, Instead: "leave it out", Note: keyOnly,
			},
		},
		Dropped: []Unmapped{
			{ingressIDs, ofSwitch},
			{[]string{"sip_domains"}, "links back: a SIP domain states its profile; since generation 2"},
		},
	}
)
