package server

import "fmt"

// exampleConnection is a connection of the sandbox that has invites and numbers.
const exampleConnection = "5f1c2b3a-0000-4000-8000-000000000001"

// Welcome tells a person at a terminal where the sandbox is and what to try.
func (s *Server) Welcome() string {
	return fmt.Sprintf(`sipfacade serves both vendors, emulated in this process.

  gRPC   %[1]s
  JSON   %[5]s://%[2]s   (description: /openapi.json)
  admin  http://%[3]s   (/readyz, /metrics, /sandbox/faults)

Try:

  grpcurl %[6]s %[1]s describe sipfacade.v1.SipConnectionService
  curl %[7]s '%[5]s://%[2]s/v1/sip-connections?page_size=2&order_by=name'
  curl %[7]s '%[5]s://%[2]s/v1/sip-connections/%[4]s/invites'
  curl %[7]s '%[5]s://%[2]s/v1/pbx/domains/1/users?page_size=3&order_by=display_name'

`, s.Address("grpc"), s.Address("http"), s.Address("admin"), exampleConnection, s.scheme(), s.grpcurlFlag(), s.curlFlag())
}

// scheme is that of the JSON API.
func (s *Server) scheme() string {
	if s.config.TLS() {
		return "https"
	}
	return "http"
}

// grpcurlFlag is how grpcurl reaches the gRPC listener of a sandbox.
func (s *Server) grpcurlFlag() string {
	if s.config.TLS() {
		return "-insecure"
	}
	return "-plaintext"
}

// curlFlag is how curl reaches the HTTP listener of a sandbox.
func (s *Server) curlFlag() string {
	if s.config.TLS() {
		return "-sk"
	}
	return "-s"
}
