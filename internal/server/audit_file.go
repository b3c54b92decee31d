package server

import (
	"errors"
	"io/fs"

	"github.com/sipfacade/sipfacade/internal/audit"
	"github.com/sipfacade/sipfacade/internal/config"
)

// checkAuditFile returns the mistake of an audit file that cannot be opened.
func checkAuditFile(path string) error {
	if path == "" {
		return nil
	}
	if err := audit.Openable(path); err != nil {
		return notOpenable("audit_file", err)
	}
	return nil
}

// notOpenable says why the file of a setting cannot be opened, without its path.
func notOpenable(setting string, err error) error {
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		err = failure.Err
	}
	return config.Mistake(setting, "cannot be opened: "+err.Error())
}

// ReopenAudit opens the audit file anew, after it was renamed. It is what SIGHUP asks for.
func (s *Server) ReopenAudit() {
	if s.callers.audit == nil {
		s.logger.Info("SIGHUP does nothing: there is no audit file; other files are read again when they change")
		return
	}
	if err := s.callers.audit.Reopen(); err != nil {
		s.logger.Error("the audit file cannot be opened; writes are refused until it can", "error", err.Error())
		return
	}
	s.logger.Info("the audit file was opened anew")
}
