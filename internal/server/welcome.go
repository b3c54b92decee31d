package server

import (
	"strings"
	"text/template"

	sandboxinfinity "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandboxopentact "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// exampleConnection is a connection of the sandbox that has invites and numbers.
const exampleConnection = "5f1c2b3a-0000-4000-8000-000000000001"

// welcome has the addresses and the commands that a person at a terminal copies.
var welcome = template.Must(template.New("welcome").Parse(`sipfacade serves both vendors, emulated in this process.

  gRPC      {{.GRPC}}
  JSON      {{.JSON}}   (start page; /docs: every call, to try it)
  admin     {{.Admin}}   (/readyz, /statusz, /metrics)
  OpenTACT  {{.OpenTACT}}   (emulated)
  Infinity  {{.Infinity}}   (emulated)

Try:

  {{.Grpcurl}} describe sipfacade.v1.SipConnectionService
  {{.Curl}} '{{.JSON}}/v1/sip-connections?page_size=2&order_by=name'
  {{.Curl}} '{{.JSON}}/v1/sip-connections/{{.Connection}}/invites'
  {{.Curl}} '{{.JSON}}/v1/pbx/domains/1/users?page_size=3&order_by=display_name'
{{if .Faults}}
Make a vendor fail, and end that again:

  curl -s {{.Admin}}/sandbox/faults -d '{"vendor": "opentact", "kind": "status", "status": 503}'
  curl -s -X DELETE {{.Admin}}/sandbox/faults
{{end}}
`))

// Welcome tells a person at a terminal where the sandbox is and what to try.
func (s *Server) Welcome() string {
	var text strings.Builder
	err := welcome.Execute(&text, map[string]any{
		"GRPC": s.Address("grpc"), "JSON": s.jsonURL(), "Admin": "http://" + s.Address("admin"),
		"OpenTACT": "http://" + s.Address("sandbox-opentact") + sandboxopentact.BasePath,
		"Infinity": "http://" + s.Address("sandbox-infinity") + sandboxinfinity.BasePath,
		"Grpcurl":  s.grpcurl(), "Curl": s.curl(), "Connection": exampleConnection,
		"Faults": s.takesFaults(),
	})
	if err != nil {
		return err.Error()
	}
	return text.String()
}

// jsonURL is the URL of the JSON API.
func (s *Server) jsonURL() string {
	if s.config.TLS() {
		return "https://" + s.Address("http")
	}
	return "http://" + s.Address("http")
}

// grpcurl is the command that reaches the gRPC listener of a sandbox.
func (s *Server) grpcurl() string {
	command := "grpcurl -plaintext"
	if s.config.TLS() {
		command = "grpcurl -insecure"
	}
	return command + s.bearer() + " " + s.Address("grpc")
}

// curl is the command that reaches the HTTP listener of a sandbox.
func (s *Server) curl() string {
	command := "curl -s"
	if s.config.TLS() {
		command = "curl -sk"
	}
	return command + s.bearer()
}

// bearer is the flag of both commands for a caller's token; "" if callers need none.
func (s *Server) bearer() string {
	if s.callers.Anonymous() {
		return ""
	}
	return ` -H "authorization: Bearer $TOKEN"`
}
