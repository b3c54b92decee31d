// Package list pages, filters and orders rows of any resource, and works out
// which fields an update writes. It reads everything it needs from the proto
// descriptors, so that every resource behaves the same whatever its vendor offers.
//
// # Filters
//
// A filter is AIP-160 over the singular scalar fields of the rows, by their proto
// names, and over those of a nested message one level down (`account.name`).
// As the standard has it, OR binds tighter than AND: `a AND b OR c` is
// `a AND (b OR c)`. Terms beside each other without a word between them are
// joined by AND. Functions are not offered. A filter has at most 8 KiB, 200
// conditions, of which 16 search within strings, and 32 nested parentheses.
//
//   - Strings compare by bytes. A `*` in a string is an ordinary character,
//     because telephony dials it (`extension_number = "*98"`); to search within a
//     string use `:`, which ignores case. UUIDs may be written in any case.
//   - Times compare as instants with RFC 3339 strings.
//   - Enums compare by name with `=`, `!=` and `:`, with or without the prefix
//     that the values of the enum share. Bools are written out: `active = true`.
//   - On everything but strings `:` means `=`. `field:*` holds if the field is
//     set.
//   - An unset field fails every comparison but `!=`. An unset string equals "",
//     an unset enum its UNSPECIFIED. `!=` is always the opposite of `=`.
//
// # Order
//
// An order is AIP-132 over the same fields. Strings order by bytes, enums by
// number, unset values first; `desc` is the exact reverse. Strings that agree in
// their first 512 bytes and go on differently are kept in an arbitrary but fixed
// order, so that a page token never grows beyond its bound.
//
// # Pages
//
// A page token holds the sort values of the last row returned, not a position:
// the next page begins after them. So rows that come and go between pages never
// make an unchanged row appear twice or vanish.
package list
