// Package opentact implements the services of the contract that OpenTACT serves: SIP
// connections, call-control apps and profiles. A method translates the request into one
// vendor call; the answer is read into the contract's messages by generated decoders.
package opentact
