package server

import (
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/vendors"
)

// CheckFiles reads the files about callers and routes that a configuration names, and looks
// whether the audit file and the ledger can be opened, and at the variables of traces. It returns
// everything that is wrong with them, after what is known to be wrong with the settings, which
// may be nil.
func CheckFiles(c config.Config, known *config.InvalidError) error {
	if known.About("opentact_generation") {
		c.OpentactRoutesFile = "" // which routes there are depends on it
	}
	_, inCallers := newCallers(c, nil)
	_, inRoutes := vendors.ReadRoutes(c)
	found := []error{inCallers, inRoutes, checkAuditFile(c.AuditFile), checkLedgerFile(c), checkTraces()}
	if known == nil {
		return config.Join(found...)
	}
	return config.Join(append([]error{known}, found...)...)
}

// warn logs what follows from the settings that may not be meant.
func (s *Server) warn() {
	for _, warning := range s.config.Warnings() {
		s.logger.Warn(warning.Text, "setting", warning.Key)
	}
}
