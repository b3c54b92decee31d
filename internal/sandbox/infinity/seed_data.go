package infinity

// The rows of the example company, by their ids from 1. A number of another row
// is its id; 0 means none.

func domainRows() []map[string]string {
	return []map[string]string{
		{"domain": "uk.brightwater.example.com", "displayName": "Brightwater Cycles UK", "rec": "1", "siteCode": "LON-01"},
		{"domain": "us.brightwater.example.com", "displayName": "Brightwater Cycles US", "rec": "0", "siteCode": "BOS-01"},
		{"domain": "ie.brightwater.example.com", "displayName": "Brightwater Cycles Ireland", "rec": "0", "siteCode": "DUB-01"},
	}
}

type userRow struct {
	domain                                         int
	user, name, job, department, office, extension string
}

func userRows() []userRow {
	const uk, us = DomainUK, DomainUS
	return []userRow{
		{uk, "amelia.hart", "Amelia Hart", "Managing Director", "Management", "London", "201"},
		{uk, "oliver.grant", "Oliver Grant", "Finance Director", "Management", "London", "202"},
		{uk, "priya.nair", "Priya Nair", "Head of Sales", "Sales", "London", "203"},
		{uk, "tom.ashworth", "Tom Ashworth", "Sales Adviser", "Sales", "London", "204"},
		{uk, "zoe.bennett", "Zoë Bennett", "Sales Adviser", "Sales", "London", "205"},
		{uk, "callum.reid", "Callum Reid", "Sales Adviser", "Sales", "Bristol", "206"},
		{uk, "sofia.marino", "Sofia Marino", "Sales Adviser", "Sales", "Bristol", "207"},
		{uk, "hannah.okoro", "Hannah Okoro", "Trade Sales", "Sales", "Bristol", "208"},
		{uk, "ben.whitaker", "Ben Whitaker", "Trade Sales", "Sales", "Bristol", "209"},
		{uk, "marcus.doyle", "Marcus Doyle", "Head of Support", "Support", "London", "210"},
		{uk, "ines.ferreira", "Inês Ferreira", "Support Agent", "Support", "London", "211"},
		{uk, "jack.thornton", "Jack Thornton", "Support Agent", "Support", "London", "212"},
		{uk, "leila.haddad", "Leila Haddad", "Support Agent", "Support", "London", "213"},
		{uk, "owen.price", "Owen Price", "Support Agent", "Support", "Bristol", "214"},
		{uk, "nadia.petrova", "Nadia Petrova", "Warranty Claims", "Support", "Bristol", "215"},
		{uk, "sam.oconnor", "Sam O'Connor", "Workshop Lead", "Workshop", "Bristol", "216"},
		{uk, "dev.malhotra", "Dev Malhotra", "Mechanic", "Workshop", "Bristol", "217"},
		{uk, "ruth.kelly", "Ruth Kelly", "Mechanic", "Workshop", "Bristol", "218"},
		{uk, "pawel.nowak", "Paweł Nowak", "Wheel Builder", "Workshop", "Bristol", "219"},
		{uk, "george.finch", "George Finch", "Warehouse Manager", "Warehouse", "Bristol", "220"},
		{uk, "molly.draper", "Molly Draper", "Picker", "Warehouse", "Bristol", "221"},
		{uk, "yusuf.demir", "Yusuf Demir", "Goods In", "Warehouse", "Bristol", "222"},
		{uk, "aisha.bello", "Aisha Bello", "Accounts Payable", "Accounts", "London", "223"},
		{uk, "james.lowe", "James Lowe", "Night Security", "", "London", "007"},
		{uk, "reception", "Reception", "", "", "London", "200"},
		{uk, "meeting.room.1", "Meeting Room 1", "", "", "London", "290"},
		{us, "dana.whitfield", "Dana Whitfield", "VP Americas", "Management", "Boston", "301"},
		{us, "marcus.lee", "Marcus Lee", "Sales Manager", "Sales", "Boston", "302"},
		{us, "carla.ruiz", "Carla Ruiz", "Account Executive", "Sales", "Boston", "303"},
		{us, "eli.stone", "Eli Stone", "Account Executive", "Sales", "Boston", "304"},
		{us, "jasmine.cole", "Jasmine Cole", "Account Executive", "Sales", "Portland", "305"},
		{us, "theo.nguyen", "Theo Nguyen", "Service Manager", "Support", "Portland", "306"},
		{us, "rosa.delgado", "Rosa Delgado", "Service Advisor", "Support", "Portland", "307"},
		{us, "will.parker", "Will Parker", "Service Advisor", "Support", "Portland", "308"},
		{us, "amy.tran", "Amy Tran", "Parts Specialist", "Parts", "Portland", "309"},
		{us, "noah.fischer", "Noah Fischer", "Parts Specialist", "Parts", "Portland", "310"},
		{us, "grace.adeyemi", "Grace Adeyemi", "Bookkeeper", "Accounts", "Boston", "311"},
		{us, "ivan.kowalski", "Ivan Kowalski", "Shop Technician", "Workshop", "Portland", "312"},
		{us, "frontdesk.boston", "Front Desk Boston", "", "", "Boston", "300"},
		{us, "fax.line", "Fax Line", "", "", "", "399"},
	}
}

type groupRow struct {
	domain                   int
	name, display, extension string
	retry, exclusive         bool
	format                   string
	users                    []int
}

func groupRows() []groupRow {
	const uk, us = DomainUK, DomainUS
	return []groupRow{
		{uk, "sales", "Sales Dept", "500", true, true, "{displayName} - {srcPhoneNumber}", []int{3, 4, 5, 6, 7}},
		{uk, "trade", "Trade Sales", "501", true, false, "Trade: {srcPhoneNumber}", []int{8, 9}},
		{uk, "support", "Customer Support", "502", true, true, "{dgrpName} {srcPhoneNumber}", []int{10, 11, 12, 13, 14, 15}},
		{uk, "workshop", "Workshop", "503", false, false, "", []int{16, 17, 18, 19}},
		{uk, "warehouse", "Warehouse", "504", false, false, "{srcPhoneNumber}", []int{20, 21, 22}},
		{uk, "everyone-london", "Everyone in London", "505", false, false, "", []int{1, 2, 3, 4, 5, 10, 11, 12, 13, 23, 25}},
		{uk, "night", "Night Service", "506", true, false, "{displayName}", []int{24}},
		{us, "sales", "US Sales", "600", true, true, "{displayName} - {srcPhoneNumber}", []int{28, 29, 30, 31}},
		{us, "service", "US Service", "601", true, true, "{srcPhoneNumber}", []int{32, 33, 34, 38}},
		{us, "parts", "Parts Counter", "602", false, false, "", []int{35, 36}},
		{us, "holiday", "Holiday Cover", "603", false, false, "", nil},
	}
}

type queueRow struct {
	domain                           int
	name, display, extension, format string
	// groups are rung one after the other, each by one member.
	groups []int
}

func queueRows() []queueRow {
	const uk, us = DomainUK, DomainUS
	return []queueRow{
		{uk, "sales-queue", "Sales Line", "800", "{displayName} - {srcPhoneNumber}", []int{1, 2, 7}},
		{uk, "support-queue", "Support Line", "801", "Support {srcPhoneNumber}", []int{3, 4}},
		{uk, "out-of-hours", "Out of Hours", "802", "", nil},
		{us, "us-sales", "US Sales Line", "900", "{displayName}", []int{8, 10}},
		{us, "us-service", "US Service Line", "901", "", []int{9}},
	}
}

type deviceRow struct {
	domain, user int
	name         string
}

func deviceRows() []deviceRow {
	const uk, us = DomainUK, DomainUS
	return []deviceRow{
		{uk, 1, "Amelia's desk phone"}, {uk, 1, "Amelia's home office"}, {uk, 2, "Finance, window"},
		{uk, 3, "Sales desk 1"}, {uk, 4, "Sales desk 2"}, {uk, 5, "Sales desk 3"}, {uk, 6, "Bristol sales 1"},
		{uk, 10, "Support desk 1"}, {uk, 11, "Support desk 2"}, {uk, 12, "Support desk 3"},
		{uk, 16, "Workshop wall phone"}, {uk, 20, "Warehouse handset"}, {uk, 25, "Reception left"}, {uk, 25, "Reception right"},
		{uk, 0, "Spare, London cupboard"}, {uk, 0, "Spare, Bristol cupboard"},
		{us, 27, "Dana's desk phone"}, {us, 28, "Boston sales 1"}, {us, 29, "Boston sales 2"}, {us, 32, "Portland service 1"},
		{us, 33, "Portland service 2"}, {us, 39, "Front desk"}, {us, 39, "Front desk, back room"}, {us, 0, "Spare, Boston"},
		{us, 0, "Return to vendor"},
	}
}

type trustedNetworkRow struct {
	domain               int
	network, description string
}

func trustedNetworkRows() []trustedNetworkRow {
	return []trustedNetworkRow{
		{DomainUK, "192.0.2.0/25", "London office"},
		{DomainUK, "192.0.2.130/25", "Bristol office - workshop & warehouse"},
		{DomainUK, "2001:db8:20::/48", "London office, IPv6"},
		{DomainUS, "198.51.100.0/26", "Boston office"},
		{DomainUS, "198.51.100.64/26", "Portland office"},
		{DomainUS, "203.0.113.7/32", ""},
	}
}
