package mapping

// The members that show objects of another kind. The vendor's own documents show leases in
// place of profiles, and SIP users in place of invites.
var (
	ofLeasesAndUsers = []string{"tn", "tnorder", "login"}
	ofOrdersAndUsers = []string{"tnorder", "login"}
	ofUsers          = []string{"login"}
)

// Fields that several resources have.
var (
	active = Field{Name: "active", Vendor: []string{"is_active"}}

	egressSettings = Field{
		Name:   "class4_egress_trunk_settings",
		Vendor: []string{"class4_egress_trunk_settings", "class4_egress_trunk_stings"},
		Note:   "some documents misspell it",
	}

	voiceProfileUUID  = Field{Name: "outbound_voice_profile_uuid", KeyOf: "outbound_voice_profile"}
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
	Ours:    []string{"etag"},
	Readers: map[string]string{"TrunkSettings": "readTrunkSettings"},
	Writers: map[string]string{"TrunkSettings": "flatSettings"},
	Resources: []Resource{
		account, user,
		sipConnection, sipConnectionProduct, sipUser, sipUserInvite,
		tnLease, telephoneNumber, tnOrder,
		sipControlApp, sipAppCall,
		messagingProfile, outboundVoiceProfile,
	},
}

var (
	account = Resource{
		Message: "OpentactAccount",
		Fields:  []Field{{Name: "time_zone", Within: "name", Note: "an object with its `name`, or the name"}},
		Dropped: []Dropped{{[]string{"users", "admin", "addresses", "messaging_profiles", "messaging_profile_default"}, "links back"}},
	}

	user = Resource{
		Message: "OpentactUser",
		Fields:  []Field{dob},
		Dropped: []Dropped{{[]string{"password", "token"}, "secrets"}},
	}

	sipConnection = Resource{
		Message: "SipConnection",
		Foreign: ofLeasesAndUsers,
		Fields: []Field{
			active, egressSettings, voiceProfileUUID, tnLeases,
			{Name: "product_id", KeyOf: "product"},
			{Name: "sip_users", Vendor: []string{"sipusers"}},
			{
				Name:   "class4_trunk_prefix_id",
				Vendor: []string{"class4_trunk_prefix_id", "class4_tech_prefix_id"},
				Note:   "the second since generation 2",
			},
		},
	}

	sipConnectionProduct = Resource{Message: "SipConnectionProduct", Foreign: ofLeasesAndUsers, Key: "id"}

	sipUser = Resource{
		Message: "SipUser",
		Fields:  []Field{dob},
		Dropped: []Dropped{{[]string{"ha1", "ha1b", "password"}, "secrets"}},
	}

	sipUserInvite = Resource{
		Message: "SipUserInvite",
		Foreign: ofLeasesAndUsers,
		Fields:  []Field{sipConnectionUUID, {Name: "token", Answered: true, Note: "never of a nested invite"}},
	}

	tnLease = Resource{
		Message: "TnLease",
		Foreign: ofUsers,
		Fields: []Field{
			sipConnectionUUID, {Name: "sip_app_uuid", KeyOf: "sip_app"},
			{Name: "tn_order", Vendor: []string{"tnorder"}}, sipApp,
		},
	}

	telephoneNumber = Resource{
		Message: "TelephoneNumber",
		Key:     "phone_number",
		Fields:  []Field{{Name: "phone_number", Vendor: []string{"tn"}, Form: PhoneNumber, Note: "an integer; E.164 here"}},
		Dropped: []Dropped{{[]string{"tnlease", "profile"}, "links back"}},
	}

	tnOrder = Resource{
		Message: "TnOrder",
		Dropped: []Dropped{{[]string{"tns", "tnleases", "account", "profile", "sip_connection", "sip_control_app"}, "links back"}},
	}

	sipControlApp = Resource{
		Message: "SipApp",
		Foreign: ofLeasesAndUsers,
		Fields:  []Field{active, egressSettings, voiceProfileUUID, tnLeases},
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
		Dropped: []Dropped{{[]string{"logs", "meta"}, "details of the switch"}},
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
			{Name: "daily_spend_limit", Vendor: []string{"daily_spend_limit", "daily_spent_limit"}},
			{Name: "recording_format", Vendor: []string{"filemat", "format", "file_format"}, Note: "`filemat` is the vendor's own name"},
		},
	}
)
