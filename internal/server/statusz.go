package server

import (
	"cmp"
	"net/url"
	"runtime"
	"time"

	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/statuspage"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// status is what /statusz shows.
func (s *Server) status() statuspage.Status {
	now := time.Now()
	shown := statuspage.Status{
		Version: s.process.Version, Commit: s.process.Commit, Go: runtime.Version(), State: "draining",
		Started: s.started.UTC().Truncate(time.Second), Uptime: now.Sub(s.started).Truncate(time.Second).String(),
	}
	if s.ready.Load() {
		shown.State = "serving"
	}
	for _, vendor := range s.clients.watched {
		shown.Vendors = append(shown.Vendors, vendor.shown())
	}
	effective := s.effective()
	for _, setting := range s.config.Settings() {
		shown.Settings = append(shown.Settings, statuspage.Setting{
			Name: setting.Name, Value: secret.Text(cmp.Or(effective[setting.Name], setting.Value)), Source: string(setting.Source),
		})
	}
	return shown
}

// shown is what /statusz shows of a vendor.
func (v *watchedVendor) shown() statuspage.Vendor {
	now := v.status()
	return statuspage.Vendor{
		Name: v.name, BaseURL: withoutSecrets(v.baseURL), Generation: v.generation, Credentials: string(v.credentials),
		Breaker:    statuspage.Breaker{State: now.Breaker.String(), OpenUntil: utcOrNil(now.BreakerOpenUntil)},
		PauseUntil: utcOrNil(now.PausedUntil), PausedCallers: now.PausedCredentials,
		CallsInFlight: now.UnderWay, CallsWaiting: now.Waiting,
		LastSuccess: shownExchange(now.LastSuccess), LastFailure: shownExchange(now.LastFailure),
		TokenExpires: utcOrNil(now.CredentialExpires), Drift: v.drift.Report(),
	}
}

// withoutSecrets returns a URL as text, without a user and a query.
func withoutSecrets(of *url.URL) string {
	return secret.Text((&url.URL{Scheme: of.Scheme, Host: of.Host, Path: of.Path}).String())
}

// utcOrNil returns a time in UTC, or nil if there is none.
func utcOrNil(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return new(at.UTC().Truncate(time.Millisecond))
}

// shownExchange is what /statusz shows of an exchange; nil if there was none.
func shownExchange(e upstream.Exchange) *statuspage.Exchange {
	at := utcOrNil(e.Time)
	if at == nil {
		return nil
	}
	shown := &statuspage.Exchange{Time: *at, Operation: e.Operation}
	if e.Outcome != upstream.OutcomeOK {
		shown.Kind = e.Outcome
	}
	if e.Status != 0 {
		shown.Status = &e.Status
	}
	return shown
}
