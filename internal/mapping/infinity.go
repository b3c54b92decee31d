package mapping

// Infinity is the dialect of Infinity. The vendor documents only its rows of devices; the other
// names follow from the parameters of the writes. All members that no field takes go to the
// additional fields; those that are listed as kept are not counted as unknown.
var Infinity = Dialect{
	Names: map[string]string{
		"create_time": "createDatetime", "update_time": "updateDatetime", "user_login": "user",
	},
	Ours:       []string{"etag"},
	CamelCase:  true,
	Additional: "additional_fields",
	Parents:    []string{"domain_id", "user_id", "group_id", "queue_id"},
	Resources: []Resource{
		pbxDomain,
		pbxUser, pbxUserGroup, pbxUserDevice,
		pbxGroup, pbxGroupUser,
		pbxQueue, pbxQueueMember,
		pbxTrustedNetwork, pbxDevice,
	},
}

// dates are members that all rows are expected to have, although no document says so.
var dates = Unmapped{[]string{"createDatetime", "updateDatetime"}, "not documented; rows of devices have them"}

// invented is the reason of members that only the emulated vendor is known to send, so that its
// users see additional fields.
const invented = "not documented; known from the emulated vendor only"

var (
	pbxDomain = Resource{
		Message: "PbxDomain", Key: "domain_id", Whole: true,
		Fields: []Field{
			{Name: "domain", Vendor: []string{"domain", "domainName"}, Note: "not documented"},
			{Name: "call_recording_enabled", Vendor: []string{"rec"}},
		},
		Kept: []Unmapped{dates, {[]string{"siteCode"}, invented}},
	}

	pbxUser = Resource{
		Message: "PbxUser", Key: "user_id", Natural: []string{"login"},
		Fields: []Field{{Name: "login", Vendor: []string{"user"}}},
		Kept:   []Unmapped{{[]string{"createdBy", "siteCode", "voicemailEnabled"}, invented}},
	}

	pbxUserGroup = Resource{
		Message: "PbxUserGroup", Key: "group_id",
		Kept: []Unmapped{{[]string{"extensionNumber"}, "not documented; the group's"}},
	}

	pbxUserDevice = Resource{Message: "PbxUserDevice", Key: "pbx_device_id", Natural: []string{"pbx_device_id"}}

	pbxGroup = Resource{
		Message: "PbxGroup", Key: "group_id", Whole: true, Natural: []string{"group_name"},
		Kept: []Unmapped{dates, {[]string{"createdBy"}, invented}},
	}

	pbxGroupUser = Resource{
		Message: "PbxGroupUser", Key: "user_id",
		Kept: []Unmapped{{[]string{"extensionNumber"}, "not documented; the user's"}},
	}

	pbxQueue = Resource{
		Message: "PbxQueue", Key: "queue_id", Natural: []string{"queue_name"},
		Kept: []Unmapped{dates, {[]string{"createdBy", "musicOnHold"}, invented}},
	}

	pbxQueueMember = Resource{
		Message: "PbxQueueMember", Key: "queue_member_id", Natural: []string{"group_id", "ring_order"},
		Fields: []Field{{Name: "ring_seconds", Vendor: []string{"ringSecs"}}},
		Kept:   []Unmapped{{[]string{"groupName"}, "not documented; the group's"}},
	}

	pbxTrustedNetwork = Resource{
		Message: "PbxTrustedNetwork", Key: "trusted_network_id", Natural: []string{"network"},
		Fields: []Field{{
			Name:   "trusted_network_id",
			Vendor: []string{"trustedNetworkId", "networkId", "sipTrustedNetworkId"},
			Note:   "not documented",
		}},
		Kept: []Unmapped{dates, {[]string{"createdBy"}, invented}},
	}

	pbxDevice = Resource{
		Message: "PbxDevice", Key: "pbx_device_id", Natural: []string{"mac_address"},
		Fields: []Field{{Name: "mac_address", Vendor: []string{"deviceMacAddress"}}},
	}
)
