// Package vendors sets the options of the vendors' clients from a configuration: base URLs and
// credentials, or in sandbox mode those of emulators that it starts to listen. It also reads the
// files that override routes.
package vendors

import (
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// Options are those of the clients of both vendors.
type Options struct {
	OpenTACT opentact.Options
	Infinity infinity.Options
}

// Locate completes the options with the addresses of the vendors and the credentials for them.
// In sandbox mode these are those of emulators, which listen then and have to be served or
// closed; otherwise there are none.
func Locate(c config.Config, logger *slog.Logger, options *Options) (*Emulated, error) {
	zone, err := time.LoadLocation(c.InfinityTimeZone)
	if err != nil {
		return nil, fmt.Errorf("infinity_time_zone: %w", err)
	}
	options.Infinity.Zone = zone
	if c.Sandbox {
		return emulate(c.OpentactGeneration, options)
	}
	return &Emulated{}, options.pointAtVendors(c, logger)
}

// pointAtVendors points the clients at the real vendors.
func (o *Options) pointAtVendors(c config.Config, logger *slog.Logger) (err error) {
	if o.OpenTACT.BaseURL, err = url.Parse(c.OpentactBaseURL); err != nil {
		return fmt.Errorf("opentact_base_url: %w", err)
	}
	if o.Infinity.BaseURL, err = url.Parse(c.InfinityBaseURL); err != nil {
		return fmt.Errorf("infinity_base_url: %w", err)
	}
	if c.OpentactToken.IsSet() {
		o.OpenTACT.Token = Revealed(logger, "opentact_token", c.OpentactToken)
	}
	if c.OpentactPassword.IsSet() {
		o.OpenTACT.Email, o.OpenTACT.Password = c.OpentactEmail, Revealed(logger, "opentact_password", c.OpentactPassword)
	}
	if c.InfinityAPIKey.IsSet() {
		o.Infinity.APIKey = Revealed(logger, "infinity_api_key", c.InfinityAPIKey)
	}
	if c.InfinityPassword.IsSet() {
		o.Infinity.Username, o.Infinity.Password = c.InfinityUsername, Revealed(logger, "infinity_password", c.InfinityPassword)
	}
	return nil
}
