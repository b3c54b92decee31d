// Package opentactapi names the generations of OpenTACT's API. The tables of fields, the client,
// and the check of calls and fields use these names. The emulator has names of its own, since it
// shares no code with the client.
package opentactapi

// Generation is a generation of OpenTACT's API: what its paths are, and which calls and
// fields it has.
type Generation int

// The generations.
const (
	// Generation1 is that of the documentation of 2020, on which the contract is built.
	Generation1 Generation = 1
	// Generation2 is that of the vendor's own API description of 2021.
	Generation2 Generation = 2
	// Generation3 is that of the documentation of 2022 and 2023.
	Generation3 Generation = 3
)

// Generations returns all of them.
func Generations() []Generation { return []Generation{Generation1, Generation2, Generation3} }
