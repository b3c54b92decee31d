package server

import (
	"github.com/sipfacade/sipfacade/internal/config"
)

// CheckFiles reads the files about callers and routes that a configuration names, and looks
// whether the audit file can be opened. It returns everything that is wrong with them, after
// what is known to be wrong with the settings, which may be nil.
func CheckFiles(c config.Config, known *config.InvalidError) error {
	if known.About("opentact_generation") {
		c.OpentactRoutesFile = "" // which routes there are depends on it
	}
	_, inCallers := newCallers(c)
	_, inRoutes := readRoutes(c)
	inAudit := checkAuditFile(c.AuditFile)
	if known == nil {
		return config.Join(inCallers, inRoutes, inAudit)
	}
	return config.Join(known, inCallers, inRoutes, inAudit)
}

// warn logs what follows from the settings that may not be meant.
func (s *Server) warn() {
	for _, warning := range s.config.Warnings() {
		s.logger.Warn(warning.Text, "setting", warning.Key)
	}
}
