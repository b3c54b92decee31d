package opentact

// The rows of the example company. A number n of another row means its n-th id,
// 0 means none. Times are days: created after the first day of the data, expiry
// from the day on which the sandbox starts.

type connectionRow struct {
	name, subdomain, ip string
	port                float64
	active              bool
	product             int64
	media               string
	voiceProfile        int
	createdDay          int
}

func connectionRows() []connectionRow {
	return []connectionRow{
		{"Seattle HQ", "hq.northwind", "192.0.2.10", 5060, true, 1, "Proxy Media", 1, 0},
		{"Capitol Hill Clinic", "capitolhill.northwind", "192.0.2.20", 5060, true, 1, "Bypass Media", 1, 2},
		{"Ballard Clinic", "ballard.northwind", "192.0.2.30", 5062, true, 2, "Proxy Media + Transcoding", 1, 9},
		{"Bellevue Clinic", "bellevue.northwind", "192.0.2.40", 5060, true, 2, "Proxy Media", 2, 16},
		{"Tacoma Clinic (closed)", "tacoma.northwind", "192.0.2.50", 5060, false, 1, "Proxy Media", 0, 23},
		{"Patient Contact Centre", "contact.northwind", "192.0.2.60", 5080, true, 4, "Proxy Media + Transcoding", 2, 30},
		{"Lab trunk", "", "", 5060, false, 3, "Bypass Media", 0, 61},
	}
}

type inviteRow struct {
	name       string
	connection int
	createdDay int
	// expiresIn is in days; forever is an invite that does not expire.
	expiresIn int
}

const forever = 1 << 20

func inviteRows() []inviteRow {
	return []inviteRow{
		{"Front desk phone", 1, 1, 30},
		{"Dr. Amara Singh, softphone", 1, 1, -45},
		{"Reception tablet", 1, 3, 14},
		{"Capitol Hill front desk", 2, 3, 30},
		{"Capitol Hill hygienists", 2, 4, -12},
		{"Ballard front desk", 3, 10, 21},
		{"Ballard sterilisation room", 3, 11, 7},
		{"Bellevue front desk", 4, 17, 60},
		{"Tacoma front desk", 5, 24, -90},
		{"Contact centre, team A", 6, 31, 10},
		{"Contact centre, team B", 6, 31, 10},
		{"Contact centre, night shift", 6, 33, -1},
		{"Contact centre wallboard", 6, 40, forever},
	}
}

type leaseRow struct {
	connection, app, messagingProfile, order int
	autorenew                                bool
}

// leaseRows are the numbers +1 206 555 0101 and on.
func leaseRows() []leaseRow {
	return []leaseRow{
		{1, 0, 1, 1, true}, {1, 0, 1, 1, true}, {1, 0, 1, 1, true}, {1, 0, 0, 1, true}, {1, 0, 0, 1, false}, {1, 0, 0, 1, true},
		{2, 0, 1, 1, true}, {2, 0, 1, 1, true}, {2, 0, 0, 1, true},
		{3, 0, 1, 2, true}, {3, 0, 0, 2, true}, {3, 0, 0, 2, false},
		{4, 0, 1, 2, true}, {4, 0, 0, 2, true},
		{6, 0, 2, 3, true}, {6, 0, 2, 3, true}, {6, 0, 2, 3, true}, {6, 0, 0, 3, true},
		{0, 1, 3, 3, true}, {0, 1, 3, 3, true}, {0, 2, 2, 4, true}, {0, 3, 0, 4, true},
		{0, 0, 0, 4, false}, {0, 0, 0, 4, false}, {0, 0, 1, 4, true}, {0, 0, 0, 4, false},
	}
}

type appRow struct {
	name, subdomain string
	active          bool
	media           string
	voiceProfile    int
	createdDay      int
}

func appRows() []appRow {
	return []appRow{
		{"Appointment reminders", "reminders.northwind", true, "Proxy Media", 2, 32},
		{"After-hours menu", "afterhours.northwind", true, "Proxy Media", 2, 35},
		{"Call back in queue", "callback.northwind", true, "Proxy Media + Transcoding", 2, 47},
		{"Recall campaign 2025", "recall.northwind", false, "Bypass Media", 0, 50},
		{"Survey (trial)", "", true, "Bypass Media", 0, 70},
	}
}

// plainRow are the rows of a kind that refer to no other rows. The ids are of the family, and
// one row is created each day.
type plainRow struct {
	kind       kind
	family     string
	createdDay int
	rows       []map[string]any
}

func plainRows() []plainRow {
	return []plainRow{
		{voiceProfiles, voiceProfileFamily, 0, voiceProfileRows()},
		{messagingProfiles, messagingProfileFamily, 30, messagingProfileRows()},
	}
}

func messagingProfileRows() []map[string]any {
	return []map[string]any{
		messagingProfile("Clinic reminders", "https://hooks.example.com/northwind/sms", "https://hooks-backup.example.com/northwind/sms", 4, 1, true),
		messagingProfile("Contact centre chat", "https://hooks.example.com/northwind/chat", nil, 2, 8, true),
		messagingProfile("Two-factor codes", "https://login.example.com/sms/delivery", nil, 9, 0, false),
		messagingProfile("Marketing (paused)", nil, nil, 1, 1, false),
	}
}

func messagingProfile(name string, callback, callback2 any, longCode, tollfree int64, sticky bool) map[string]any {
	return map[string]any{
		"name": name, "callback_url": callback, "callback_url2": callback2,
		"number_pool_enable": longCode > 2, "long_code_weight": longCode, "tollfree_weight": tollfree,
		"skip_unhealthy_tns": sticky, "sticky_sender": sticky,
	}
}

func voiceProfileRows() []map[string]any {
	return []map[string]any{
		voiceProfileValues("Clinics outbound", 206100, 24, 0.05, 0, 150, nil, 0),
		voiceProfileValues("Contact centre outbound", 206200, 60, 0.035, 1, 400.5, "mp3", 1),
		voiceProfileValues("International (unused)", 206900, 2, 0.25, 2, 20, "wav", 0),
	}
}

func voiceProfileValues(name string, prefix int64, channels, rate float64, record int64, spend float64, file any, track int64) map[string]any {
	return map[string]any{
		"name": name, "tech_prefix": prefix, "channel_limit": channels, "max_rate": rate, "record_calls": record,
		"daily_spend_limit": spend, "filemat": file, "audio_track_type": track, "is_active": true, "product": int64(1),
	}
}

func productRows() []map[string]any {
	return []map[string]any{
		product("Northwest Standard", "Local and national voice, best effort routes", "public", 100101, 11, 21),
		product("Northwest Premium", "Direct routes with caller id delivery", "public", 100102, 12, 22),
		product("Toll-free", nil, "public", 100103, 13, 23),
		product("Northwind contact centre", "Rates agreed with Northwind Dental Group", "private", 100104, 14, 24),
	}
}

func product(name string, description any, kind string, prefix, rates, plan int64) map[string]any {
	return map[string]any{
		"name": name, "description": description, "type": kind, "tech_prefix": prefix, "rate_table_id": rates, "route_plan_id": plan,
	}
}

// domainRow is a SIP domain, below a connection or an app or neither.
type domainRow struct {
	name                          string
	connection, app, voiceProfile int
}

// domainRows: the contact centre has two, and the lab trunk none.
func domainRows() []domainRow {
	return []domainRow{
		{"hq.northwind.example.com", 1, 0, 1},
		{"capitolhill.northwind.example.com", 2, 0, 1},
		{"ballard.northwind.example.com", 3, 0, 1},
		{"bellevue.northwind.example.com", 4, 0, 2},
		{"tacoma.northwind.example.com", 5, 0, 0},
		{"contact.northwind.example.com", 6, 0, 2},
		{"agents.northwind.example.com", 6, 0, 2},
		{"reminders.northwind.example.com", 0, 1, 2},
		{"spare.northwind.example.com", 0, 0, 0},
	}
}

// inviteDomain is the domain of the invites of a connection: its first.
func inviteDomain(connection int) string {
	for _, row := range domainRows() {
		if row.connection == connection {
			return row.name
		}
	}
	return ""
}

// userDomain is the domain of the users of a connection: its last.
func userDomain(connection int) (name string) {
	for _, row := range domainRows() {
		if row.connection == connection {
			name = row.name
		}
	}
	return name
}

type sipUserRow struct {
	login, first, last, remoteIP string
	connection                   int
}

func sipUserRows() []sipUserRow {
	return []sipUserRow{
		{"frontdesk", "Front", "Desk", "192.0.2.11", 1},
		{"asingh", "Amara", "Singh", "192.0.2.12", 1},
		{"mokafor", "Maya", "Okafor", "192.0.2.13", 1},
		{"capitolhill-desk", "Capitol Hill", "Desk", "192.0.2.21", 2},
		{"ballard-desk", "Ballard", "Desk", "192.0.2.31", 3},
		{"agent-01", "Jonas", "Reyes", "192.0.2.61", 6},
		{"agent-02", "Li", "Wen", "192.0.2.62", 6},
		{"agent-03", "Noor", "Haddad", "", 6},
	}
}

type callRow struct {
	app, lease int
	from       string
	state      string
}

func callRows() []callRow {
	return []callRow{
		{1, 19, "+12065550191", "online"},
		{2, 21, "+12065550192", "online"},
		{1, 20, "+12065550193", "offline"},
		{1, 19, "+12065550195", "online"},
		{3, 22, "+12065550194", "online"},
		{2, 21, "+12065550196", "online"},
	}
}

// orderStates are those of the orders from 1; every one of them has its numbers.
func orderStates() []string { return []string{"success", "success", "success", "processing"} }
