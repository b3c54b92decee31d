// Package opentact is a stateful emulator of the vendor OpenTACT: it keeps
// connections, invites, numbers, apps and profiles in memory and answers as the
// vendor's documents describe, strictly and with the secrets: those of 2020, of 2021 or of
// 2022, by the generation that the options choose. The same code serves the demo, the tests,
// and teams who build clients of the service.
//
// If the vendor's behaviour is not public, a comment that begins with "a choice:"
// says what was chosen and why.
//
// The seeded data belong to a fictional dental group near Seattle. Ids are made
// of a family and a number, `<family>-0000-4000-8000-<12 digits>`:
//
//	family    what                        how many  notes
//	5f1c2b3a  SIP connections             7         5 and 7 are inactive, 7 has nothing
//	14b17e00  SIP user invites            13        of connections 1 to 6; 2, 5, 9 and 12 expired, 13 never expires
//	0005e400  SIP users                   8         of connections 1, 2, 3 and 6
//	1ea5e000  TN leases                   26        1..18 of connections, 19..22 of apps, 23..26 free
//	04de4000  TN orders                   4
//	a9900000  SIP control apps            5         4 is inactive, 4 and 5 have no numbers
//	3e55a9e0  messaging profiles          4         4 is used by no number
//	701ce000  outbound voice profiles     3         3 is used by nothing
//	ca110000  calls                       6         3 is over, the others are online
//	acc00000  account                     1
//	0a5e4000  people who can log in       2         1 is the one who logs in
//
// Products have the numbers 1 to 4 for ids, as at the vendor. SIP domains, which the second
// and third generation have, are identified by their names below northwind.example.com: hq,
// capitolhill, ballard, bellevue and tacoma of connections 1 to 5, contact and agents of
// connection 6, reminders of app 1, and spare, which nothing uses. Invites and users belong to
// the domain of their connection; of connection 6 the invites are below contact, the users
// below agents.
package opentact
