package infinity

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The ids of the seeded domains that have rows. A third one is empty, as the vendor hands
// it over.
const (
	DomainUK = 1
	DomainUS = 2
)

// firstDay is the day on which the example company joined the vendor.
func firstDay() time.Time { return time.Date(2019, time.March, 4, 9, 0, 0, 0, time.UTC) }

// seeder adds rows to a server before it serves.
type seeder struct{ *Server }

// seed adds the example company. Records that others refer to come first.
func (s *Server) seed() {
	in := seeder{s}
	for _, values := range domainRows() {
		in.put(domains, 0, 0, values)
	}
	in.users()
	in.groups()
	in.queues()
	in.devices()
	for _, seeded := range trustedNetworkRows() {
		in.put(trustedNetworks, seeded.domain, 20, map[string]string{"network": seeded.network, "description": seeded.description})
	}
}

// put adds one record that was created so many days after the first.
func (in seeder) put(k kind, parent, day int, values map[string]string) *record {
	r := in.newRecord(k, parent, values, "provisioning")
	r.created = firstDay().AddDate(0, 0, day).Add(time.Duration(r.id) * 7 * time.Minute)
	r.updated = r.created.Add(time.Duration(r.id) * 31 * time.Hour)
	in.store.seed(r)
	return r
}

func (in seeder) users() {
	for i, seeded := range userRows() {
		r := in.put(users, seeded.domain, i, in.userValues(i+1, seeded))
		switch i % 9 {
		case 4:
			r.updated = time.Time{}
		case 8:
			r.created, r.updated = time.Time{}, time.Time{}
		}
	}
}

// userValues derives what follows from the number of a user and its department.
func (in seeder) userValues(n int, seeded userRow) map[string]string {
	first, last, _ := strings.Cut(seeded.name, " ")
	hash, _ := password(fmt.Sprintf("sandbox-sip-password-%d", n)) // never wrong
	values := map[string]string{
		"user": seeded.user, "password": hash, "displayName": seeded.name, "extensionNumber": seeded.extension,
		"firstName": first, "lastName": last, "jobName": seeded.job, "departmentName": seeded.department,
		"companyName": "Brightwater Cycles", "officeName": seeded.office, "siteCode": siteCode(seeded.office),
		"email": seeded.user + "@brightwater.example.com", "dashboard": toFlag(seeded.department == "Sales" || seeded.department == "Support"),
	}
	if seeded.domain == DomainUK {
		values["ukCallerId"] = fmt.Sprintf("+4420794601%02d", n)
	} else {
		values["usCallerId"] = fmt.Sprintf("+161755501%02d", n)
	}
	in.addMobile(n, seeded, values)
	in.addHotDesk(n, values)
	return values
}

// addMobile gives every third user a mobile phone; some of them are not followed.
func (in seeder) addMobile(n int, seeded userRow, values map[string]string) {
	if n%3 != 1 {
		return
	}
	values["mobileNumber"] = fmt.Sprintf("07700 9001%02d", n)
	if seeded.domain == DomainUS {
		values["mobileNumber"] = fmt.Sprintf("+1 857 555 01%02d", n)
	}
	values["mobileFollow"] = toFlag(n%2 == 1)
}

// addHotDesk gives every fourth user a PIN, and some a phone that the vendor
// provisions. The PINs are long, so that a test that finds one has found a leak.
func (in seeder) addHotDesk(n int, values map[string]string) {
	if n%4 == 2 {
		values["pin"], values["hotdeskAllowed"] = fmt.Sprintf("90537%04d", n*77), "1"
	}
	if n%10 == 1 {
		values["ukPhoneId"], values["usPhoneId"] = decimal(5100+n), decimal(6100+n)
	}
}

func (in seeder) groups() {
	for _, seeded := range groupRows() {
		r := in.put(groups, seeded.domain, 2, map[string]string{
			"groupName": seeded.name, "displayName": seeded.display, "extensionNumber": seeded.extension,
			"ringRetry": toFlag(seeded.retry), "ringExclusive": toFlag(seeded.exclusive), "callerNameFormat": seeded.format,
		})
		in.addMembers(r.id, seeded.users)
	}
}

// addMembers puts users into a group, even if the sandbox is full.
func (in seeder) addMembers(group int, ids []int) {
	for _, user := range ids {
		in.store.members[membership{group: group, user: user}] = true
	}
	in.store.Adjust(len(ids))
}

func (in seeder) queues() {
	for _, seeded := range queueRows() {
		queue := in.put(queues, seeded.domain, 5, map[string]string{
			"queueName": seeded.name, "displayName": seeded.display, "extensionNumber": seeded.extension, "callerNameFormat": seeded.format,
		})
		for i, group := range seeded.groups {
			in.put(queueMembers, queue.id, 6, map[string]string{
				"groupId": decimal(group), "ringStrategy": []string{"huntLongestIdle", "all"}[i%2],
				"ringAttempts": decimal(1 + i), "ringSecs": decimal(20 + 10*i), "ringOrder": decimal(i),
			})
		}
	}
}

// devices have MAC addresses from the block that is reserved for documentation.
func (in seeder) devices() {
	for i, seeded := range deviceRows() {
		r := in.put(devices, seeded.domain, 10+i, map[string]string{
			"pbxDeviceName": seeded.name, "deviceMacAddress": fmt.Sprintf("00:00:5E:00:53:%02X", 0xA0+i),
		})
		if i%6 == 5 {
			r.updated = time.Time{}
		}
		if user := in.store.Get(users, seeded.user); user != nil {
			r.values["userId"], r.values[associated] = decimal(user.id), in.dateTime(r.created.Add(time.Hour))
		}
	}
}

func toFlag(set bool) string {
	if set {
		return "1"
	}
	return "0"
}

// siteCode is the value of an undocumented key.
func siteCode(office string) string {
	if len(office) < 3 {
		return ""
	}
	return strings.ToUpper(office[:3]) + "-01"
}

// bulkUser and bulkDevice return the values of one of many; the id makes them unique.
func bulkUser(id int) map[string]string {
	name := fmt.Sprintf("bulk.%06d", id)
	hash, _ := password(name) // never wrong
	return map[string]string{
		"user": name, "password": hash, "displayName": fmt.Sprintf("Bulk User %d", id),
		"extensionNumber": fmt.Sprintf("7%07d", id), "email": name + "@brightwater.example.com",
	}
}

func bulkDevice(id int) map[string]string {
	return map[string]string{
		"pbxDeviceName":    fmt.Sprintf("Bulk device %d", id),
		"deviceMacAddress": fmt.Sprintf("02:00:00:%02X:%02X:%02X", id>>16&0xff, id>>8&0xff, id&0xff),
	}
}

// Secrets returns every secret value that an answer of a freshly seeded sandbox
// can hold, for tests that look for leaks. The token of a user device is not among
// them: it is made when the device is given to the user, who needs it.
func Secrets() []string {
	all := []string{SecretLeaked}
	s := New(Options{Seed: true})
	for _, r := range s.store.All(users) {
		all = append(all, r.values["password"], r.values["pin"])
	}
	return slices.DeleteFunc(all, func(secret string) bool { return secret == "" })
}
