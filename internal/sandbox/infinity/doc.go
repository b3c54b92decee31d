// Package infinity is a stateful emulator of the SIP phone system of the vendor
// Infinity, Config API version 2: it keeps domains, users, groups, queues, trusted
// networks and devices in memory and answers as the vendor's documentation describes,
// with one JSON object on each line and every value a string, strictly and with the
// secrets. The same code serves the demo, the tests, and teams who build against the
// facade.
//
// If the vendor's behaviour is not public, a comment that begins with "a choice:"
// says what was chosen and why.
//
// The seeded data belong to a fictional bicycle maker, Brightwater Cycles, with
// offices in London, Bristol, Boston and Portland. Ids are small numbers, counted
// for each kind through both domains, and new rows get the next:
//
//	what              domain 1 (UK)  domain 2 (US)  notes
//	users             1..26          27..40         24 has the extension 007; 25 is a shared desk; 5, 14, 23, 32 were
//	                                                never updated; 9, 18, 27, 36 have no dates at all; every fourth
//	                                                from 2 has a PIN
//	groups            1..7           8..11          "sales" is in both domains; 5, 6 and 11 are in no queue; 11 is empty
//	queues            1..3           4..5           3 has no members
//	queue members     1..5           6..8           1..3 of queue 1, 4 and 5 of 2, 6 and 7 of 4, 8 of 5
//	trusted networks  1..3           4..6           2 has host bits, 3 is IPv6, 6 has no description
//	devices           1..16          17..25         15, 16, 24, 25 have no user; users 1, 25 and 39 have two; 6, 12, 18
//	                                                and 24 were never updated
package infinity
