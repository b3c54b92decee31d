// Package statuspage serves /statusz: the version, the settings and the state of each vendor, as
// JSON or as a page for browsers.
package statuspage

import (
	"time"

	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// Status is the whole answer.
type Status struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	// State is `serving`, or `draining` from the first signal on.
	State    string    `json:"state"`
	Started  time.Time `json:"started"`
	Uptime   string    `json:"uptime"`
	Vendors  []Vendor  `json:"vendors"`
	Settings []Setting `json:"settings"`
}

// Setting is a setting with the value in effect and the source of what was given. Of a secret,
// the value is only whether it is set.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"`
}

// Vendor is the state of one vendor. A value that is not known or does not apply is null.
type Vendor struct {
	Name       string `json:"name"`
	BaseURL    string `json:"base_url"`
	Generation int    `json:"generation"`
	// Credentials is `service` or `caller`.
	Credentials string  `json:"credentials"`
	Breaker     Breaker `json:"breaker"`
	// PauseUntil is when the pause ends that the vendor asked the service for.
	PauseUntil *time.Time `json:"pause_until"`
	// PausedCallers is how many callers' credentials the vendor has asked to pause.
	PausedCallers int       `json:"paused_callers"`
	CallsInFlight int       `json:"calls_in_flight"`
	CallsWaiting  int       `json:"calls_waiting"`
	LastSuccess   *Exchange `json:"last_success"`
	LastFailure   *Exchange `json:"last_failure"`
	// TokenExpires is when the service's token for the vendor ends.
	TokenExpires *time.Time            `json:"token_expires"`
	Drift        telemetry.DriftReport `json:"drift"`
}

// Breaker is the state of a vendor's circuit breaker.
type Breaker struct {
	// State is `closed`, `open` or `half_open`.
	State string `json:"state"`
	// OpenUntil is when an open breaker lets one call through.
	OpenUntil *time.Time `json:"open_until"`
}

// Exchange is an exchange with a vendor.
type Exchange struct {
	Time      time.Time `json:"time"`
	Operation string    `json:"operation"`
	// Kind is how it failed; empty for a success.
	Kind string `json:"kind,omitempty"`
	// Status is the HTTP status; null if there was no answer.
	Status *int `json:"status"`
}
