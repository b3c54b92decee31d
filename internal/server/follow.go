package server

import (
	"context"
	"sync"
)

// follow follows the files about callers, and that of the page token key, until the function that
// it returns is called.
func (s *Server) follow() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var following sync.WaitGroup
	if s.callers.tokens != nil {
		following.Go(func() { s.callers.tokens.Watch(ctx, s.reportReload("the tokens file")) })
	}
	if s.callers.certificates != nil {
		following.Go(func() { s.callers.certificates.Watch(ctx, s.reportReload("the TLS files")) })
	}
	if s.config.PageTokenKeyFile != "" {
		following.Go(func() { s.followKey(ctx) })
	}
	return func() {
		cancel()
		following.Wait()
	}
}

// reportReload logs what became of changed files.
func (s *Server) reportReload(what string) func(error) {
	return func(err error) {
		if err != nil {
			s.logger.Error(what+" cannot be used; the old content stays in use", "error", err.Error())
			return
		}
		s.logger.Info(what + " changed; the new content is in use")
	}
}
