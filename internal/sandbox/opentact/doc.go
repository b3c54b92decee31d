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
// of a family and a number, `<family>-0000-4000-8000-<12 digits>`; docs/operations.md has
// the families in a table, with what is worth knowing of the rows.
package opentact
