package mapping

// Infinity is the dialect of Infinity. The vendor documents only its rows of devices; the
// other names follow from the parameters of the writes.
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

var (
	pbxDomain = Resource{
		Message: "PbxDomain", Key: "domain_id", Whole: true,
		Fields: []Field{
			{Name: "domain", Vendor: []string{"domain", "domainName"}, Note: "not documented"},
			{Name: "call_recording_enabled", Vendor: []string{"rec"}},
		},
	}

	pbxUser = Resource{
		Message: "PbxUser", Key: "user_id", Natural: []string{"login"},
		Fields: []Field{{Name: "login", Vendor: []string{"user"}}},
	}

	pbxUserGroup = Resource{Message: "PbxUserGroup", Key: "group_id"}

	pbxUserDevice = Resource{Message: "PbxUserDevice", Key: "pbx_device_id", Natural: []string{"pbx_device_id"}}

	pbxGroup = Resource{Message: "PbxGroup", Key: "group_id", Whole: true, Natural: []string{"group_name"}}

	pbxGroupUser = Resource{Message: "PbxGroupUser", Key: "user_id"}

	pbxQueue = Resource{Message: "PbxQueue", Key: "queue_id", Natural: []string{"queue_name"}}

	pbxQueueMember = Resource{
		Message: "PbxQueueMember", Key: "queue_member_id", Natural: []string{"group_id", "ring_order"},
		Fields: []Field{{Name: "ring_seconds", Vendor: []string{"ringSecs"}}},
	}

	pbxTrustedNetwork = Resource{
		Message: "PbxTrustedNetwork", Key: "trusted_network_id", Natural: []string{"network"},
		Fields: []Field{{
			Name:   "trusted_network_id",
			Vendor: []string{"trustedNetworkId", "networkId", "sipTrustedNetworkId"},
			Note:   "not documented",
		}},
	}

	pbxDevice = Resource{
		Message: "PbxDevice", Key: "pbx_device_id", Natural: []string{"mac_address"},
		Fields: []Field{{Name: "mac_address", Vendor: []string{"deviceMacAddress"}}},
	}
)
