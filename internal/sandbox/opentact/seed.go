package opentact

import (
	"strconv"
	"time"
)

// firstDay is when the example company became a customer. Created and modified times
// derive only from it, so that they are the same at each start. Only expiry times
// follow the clock, so that some have always passed and some have not.
func firstDay() time.Time { return time.Date(2026, time.January, 12, 16, 30, 0, 0, time.UTC) }

// seeder adds the rows with their ids, times and owners.
type seeder struct {
	*Server
	today time.Time
}

// seedVendor adds the records of every sandbox, even an empty one: the owner of all
// credentials, and the products that the vendor sells.
func (s *Server) seedVendor() {
	in := seeder{s, s.now().Truncate(24 * time.Hour)}
	in.put(timeZones, "America/Los_Angeles", 0, map[string]any{
		"country_code": "US", "name": "America/Los_Angeles", "utc_offset": -28800, "utc_dst_offset": -25200,
		"latitude": 47.6062, "longitude": -122.3321,
	})
	in.put(accounts, seedUUID(accountFamily, 1), 0, map[string]any{
		"name": "Northwind Dental Group", "email": "telephony@northwind.example.com", "level": "Level1", "balance": 99.87895,
		"class4_id": int64(4011), "time_zone": "America/Los_Angeles", "admin": OwnerUUID,
	})
	in.person(1, s.options.Email, "Maya", "Okafor", "Admin", "1984-05-17T00:00:00.000Z")
	for i, values := range productRows() {
		in.put(products, strconv.Itoa(i+1), 0, values)
	}
}

func (in seeder) person(n int, email, first, last, role string, born any) {
	in.put(people, seedUUID(personFamily, n), n-1, map[string]any{
		"email": email, "password": SecretPasswordHash, "token": SecretUserToken,
		"phone_number": "+1206555018" + strconv.Itoa(n), "first_name": first, "last_name": last,
		"gender": "Female", "dob": born, "role": role, "wss_online": false, "account": seedUUID(accountFamily, 1),
	})
}

// seed adds the example company. Records that others refer to come first.
func (s *Server) seed() {
	in := seeder{s, s.now().Truncate(24 * time.Hour)}
	in.person(2, "ines.moreau@northwind.example.com", "Ines", "Moreau", "User", nil)
	for _, of := range plainRows() {
		for i, values := range of.rows {
			in.put(of.kind, seedUUID(of.family, i+1), of.createdDay+i, values)
		}
	}
	in.defaultMessagingProfile()
	in.connections()
	in.apps()
	in.domains()
	in.invites()
	in.sipUsers()
	in.orders()
	in.leases()
	in.calls()
}

func (in seeder) connections() {
	for i, row := range connectionRows() {
		in.put(connections, ConnectionUUID(i+1), row.createdDay, map[string]any{
			"name": row.name, "subdomain": orNull(row.subdomain), "ip": orNull(row.ip), "port": row.port, "is_active": row.active,
			"product": row.product, "outbound_voice_profile": reference(voiceProfileFamily, row.voiceProfile),
			"shaken_verify_policy":          int64(0),
			"class4_ingress_trunk_settings": map[string]any{"media_type": row.media, "call_limit": int64(20 + 10*i), "codecs": []any{"PCMU", "G729"}},
			"class4_egress_trunk_settings":  map[string]any{"media_type": row.media, "call_limit": int64(20 + 10*i), "ignore_ring": false},
		})
	}
}

func (in seeder) apps() {
	for i, row := range appRows() {
		in.put(apps, AppUUID(i+1), row.createdDay, map[string]any{
			"name": row.name, "subdomain": orNull(row.subdomain), "is_active": row.active,
			"outbound_voice_profile":       reference(voiceProfileFamily, row.voiceProfile),
			"class4_egress_trunk_settings": map[string]any{"media_type": row.media, "ring_timeout": int64(45)},
			"product":                      int64(1), "webhook_request_timeout": int64(0), "call_flow_request_timeout": int64(3000 * min(i, 1)),
		})
	}
}

// domains adds the SIP domains, which only later generations show.
func (in seeder) domains() {
	for i, row := range domainRows() {
		in.put(domains, row.name, 20+i, map[string]any{
			"domain": row.name, "sip_connection": reference(connectionFamily, row.connection),
			"sip_control_app": reference(appFamily, row.app), "outbound_voice_profile": reference(voiceProfileFamily, row.voiceProfile),
		})
	}
}

func (in seeder) invites() {
	for i, row := range inviteRows() {
		in.put(invites, InviteUUID(i+1), row.createdDay, map[string]any{
			"name": row.name, "expired_on": in.expiry(row.expiresIn), "sip_connection": ConnectionUUID(row.connection),
			"sip_domain": inviteDomain(row.connection),
		})
	}
}

func (in seeder) sipUsers() {
	for i, row := range sipUserRows() {
		in.put(sipUsers, SIPUserUUID(i+1), 34+i, map[string]any{
			"login": row.login, "password": SecretSIPPassword, "first_name": row.first, "last_name": row.last,
			"email": row.login + "@northwind.example.com", "remote_ip": orNull(row.remoteIP), "sip_connection": ConnectionUUID(row.connection),
			"sip_domain": userDomain(row.connection), "same_domain_calls_only": false, "is_active": true,
		})
	}
}

func (in seeder) orders() {
	for i, state := range orderStates() {
		in.put(orders, seedUUID(orderFamily, i+1), orderDay(i+1), map[string]any{
			"state": state, "autorenew": true,
			"request": map[string]any{"npa": "206", "nxx": "555", "quantity": int64(9 - i)},
			"price":   map[string]any{"setup": 0.5, "monthly": 1.25, "currency": "USD"},
		})
	}
}

// orderDay is the day of the n-th order; its numbers were leased a day later.
func orderDay(n int) int { return 10*n - 9 }

func (in seeder) leases() {
	for i, row := range leaseRows() {
		number := int64(12065550101 + i)
		id, order := strconv.FormatInt(number, 10), seedUUID(orderFamily, row.order)
		in.put(numbers, id, 0, map[string]any{
			"tn": number, "class4_did_id": int64(7001 + i), "registered": row.connection+row.app > 0,
			"tnlease": LeaseUUID(i + 1), "tnorder": order,
		})
		in.put(leases, LeaseUUID(i+1), orderDay(row.order)+1, map[string]any{
			"tn": id, "tnorder": order, "expired_on": in.expiry(10 + 11*i), "autorenew": row.autorenew,
			"class4_product_item_id": int64(9001 + i), "class4_resource_prefix_id": int64(8001 + i), "messaging_profile": reference(messagingProfileFamily, row.messagingProfile),
			"sip_connection": reference(connectionFamily, row.connection), "sip_control_app": reference(appFamily, row.app),
		})
	}
}

func (in seeder) calls() {
	for i, row := range callRows() {
		lease := in.store.Get(leases, LeaseUUID(row.lease))
		in.put(calls, CallUUID(i+1), 80, map[string]any{
			"tn": lease.text("tn"), "from": row.from, "to": "+" + lease.text("tn"), "state": row.state, "source": "freeswitch",
			"meta": map[string]any{"Channel-State": "CS_EXECUTE", "Call-Direction": "inbound"}, "sip_control_app": AppUUID(row.app),
		})
	}
}

// defaultMessagingProfile sets the profile of the account, which exists before it.
func (in seeder) defaultMessagingProfile() {
	owning := in.store.Get(accounts, seedUUID(accountFamily, 1))
	owning.values["messaging_profile_default"] = MessagingProfileUUID(1)
}

// put adds one record with its times, its owners and what the vendor adds.
func (in seeder) put(k kind, id string, day int, values map[string]any) {
	created := firstDay().AddDate(0, 0, day).Add(time.Duration(in.store.Len(k)) * 7 * time.Minute)
	values = in.withInitial(k, values)
	r := &record{kind: k, id: id, createdOn: created, modifiedOn: created.Add(36 * time.Hour), values: values}
	if k != people && k != accounts {
		values["account"] = seedUUID(accountFamily, 1)
		values["created_by"], values["modified_by"] = OwnerUUID, OwnerUUID
	}
	in.provision(r, values)
	in.store.Seed(r.kind, r.id, r)
}

func (in seeder) expiry(days int) any {
	if days == forever {
		return nil
	}
	return in.today.AddDate(0, 0, days).Add(17 * time.Hour)
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func reference(family string, n int) any {
	if n == 0 {
		return nil
	}
	return seedUUID(family, n)
}

// addInvite adds one of many; the n-th of them always has the same name.
func (s *Server) addInvite(connection string, n int) error {
	now := s.now()
	r := &record{kind: invites, id: s.options.NewUUID(), createdOn: now, modifiedOn: now, values: map[string]any{
		"name": "Bulk invite " + strconv.Itoa(n), "expired_on": now.AddDate(0, 0, 30), "sip_connection": connection,
		"account": seedUUID(accountFamily, 1), "created_by": OwnerUUID, "modified_by": OwnerUUID,
	}}
	s.provision(r, nil)
	return s.store.add(r)
}

// seededDigests are the digest secrets of the seeded SIP users.
func seededDigests() []string {
	s := New(Options{Seed: true})
	var digests []string
	for _, r := range s.store.All(sipUsers) {
		digests = append(digests, r.text("ha1"), r.text("ha1b"))
	}
	return digests
}
