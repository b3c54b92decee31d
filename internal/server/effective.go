package server

import (
	"cmp"
	"strings"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// effective are the values of settings for which something else holds than what was given:
// what a default stands for, an address with a port, a ledger without its credentials.
func (s *Server) effective() map[string]string {
	c := s.config
	values := map[string]string{
		"grpc_address": s.Address("grpc"), "http_address": s.Address("http"), "admin_address": s.Address("admin"),
		"allowed_hosts":   cmp.Or(strings.Join(s.allowedHosts(), ","), "loopback names and the addresses of the listeners"),
		"upstream_memory": config.ByteSize(memoryBudget(c)).String(),
		"ledger":          s.ledgerPlace,
		"log_format":      telemetry.FormatOf(s.logger),
	}
	if c.CallerBurst == 0 {
		values["caller_burst"] = "no limit" // there is no rate either
	}
	if c.Sandbox {
		values["opentact_base_url"], values["infinity_base_url"] = inSandbox, inSandbox
	}
	return values
}

// inSandbox is the base URL of a vendor that is emulated.
const inSandbox = "emulated in the sandbox"
