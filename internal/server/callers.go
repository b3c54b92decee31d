package server

import (
	"context"
	"net/http"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/sipfacade/sipfacade/internal/audit"
	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/certificate"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/gateway"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/reload"
	"github.com/sipfacade/sipfacade/internal/status"
)

// callers is what the server knows about callers, and the files that it follows for that.
type callers struct {
	*auth.Authenticator
	tokens       *reload.Files[*auth.Directory] // nil without a tokens file
	certificates *certificate.Certificates      // nil without TLS
	audit        *audit.Log                     // nil without an audit file
}

// newCallers reads the files of the configuration. It reports everything that is wrong
// with them. IssuerFailing is told why the issuer of JWTs cannot be asked, when it has to be.
func newCallers(c config.Config, issuerFailing func(err error)) (*callers, error) {
	known := &callers{}
	var wrong []error
	options := auth.Options{
		Certificates: c.TLSClientCAFile != "", Services: contractServices(), Rate: c.CallerRate, Burst: c.CallerBurst,
	}
	if c.AuthTokensFile != "" {
		tokens, err := reload.Read(parseTokens, c.AuthTokensFile)
		if err != nil {
			wrong = append(wrong, config.Mistake("auth_tokens_file", err.Error()))
		} else {
			known.tokens, options.Directory = tokens, tokens.Current
		}
	}
	if c.AuthJWTIssuer != "" {
		options.JWT = auth.NewJWT(auth.JWTOptions{
			Issuer: c.AuthJWTIssuer, Audience: c.AuthJWTAudience, ScopeClaim: c.AuthJWTScopeClaim, Failing: issuerFailing,
		})
	}
	if c.TLS() {
		files := certificate.Options{
			CertFile: c.TLSCertFile, KeyFile: c.TLSKeyFile, ClientCAFile: c.TLSClientCAFile,
			Required: func() bool { return options.JWT == nil && !known.hasTokens() },
		}
		certificates, err := certificate.Read(files)
		if err != nil {
			wrong = append(wrong, tlsMistakes(files))
		}
		known.certificates, options.Trusts = certificates, certificates.Trusts
	}
	authenticator, err := auth.New(options)
	known.Authenticator = authenticator
	return known, config.Join(append(wrong, err)...)
}

// tlsMistakes returns everything that is wrong with the TLS files.
func tlsMistakes(files certificate.Options) error {
	keys := map[certificate.File]string{
		certificate.CertFile: "tls_cert_file", certificate.KeyFile: "tls_key_file", certificate.ClientCAFile: "tls_client_ca_file",
	}
	var wrong []error
	for _, problem := range certificate.Check(files) {
		wrong = append(wrong, config.Mistake(keys[problem.File], problem.Err.Error()))
	}
	return config.Join(wrong...)
}

func parseTokens(contents [][]byte) (*auth.Directory, error) { return auth.ParseDirectory(contents[0]) }

// hasTokens reports whether a caller can bring a token of the file.
func (c *callers) hasTokens() bool { return c.tokens != nil && c.tokens.Current().Tokens() > 0 }

// setUpCallers reads the files about callers, and opens the audit file.
func (s *Server) setUpCallers() (err error) {
	if s.callers, err = newCallers(s.config, s.issuerFailing); err != nil {
		return err
	}
	if s.config.AuditFile == "" {
		return nil
	}
	if s.callers.audit, err = audit.Open(s.config.AuditFile); err != nil {
		return notOpenable("audit_file", err)
	}
	return nil
}

// issuerFailing logs why JWTs with new keys are refused, although they may be good.
func (s *Server) issuerFailing(err error) {
	s.logger.Warn("the issuer of JWTs cannot be asked for its keys", "setting", "auth_jwt_issuer", "error", err.Error())
}

// close closes the audit file.
func (c *callers) close() {
	if c != nil && c.audit != nil {
		_ = c.audit.Close() // every line was written, or reported
	}
}

// isOpen reports whether a method is open to everybody: health checks. Methods that do
// not exist are refused by the handler.
func isOpen(fullMethod string) bool {
	return strings.HasPrefix(fullMethod, healthMethods) || fullMethod == unknownMethodLabel
}

// authenticate refuses calls whose callers are unknown, not allowed, or too fast.
func (s *Server) authenticate(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if isOpen(info.FullMethod) {
		return handler(ctx, request)
	}
	ctx, err := s.callers.Admit(ctx, info.FullMethod)
	callOf(ctx).caller = auth.CallerOf(ctx)
	if err != nil {
		s.metrics.AuthRefusal(status.Reason(err))
		return nil, err
	}
	return handler(ctx, request)
}

// protected answers only callers that are known.
func (s *Server) protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := peer.NewContext(r.Context(), gateway.PeerOf(r))
		ctx = metadata.NewIncomingContext(ctx, metadata.MD{headername.Authorization: r.Header.Values(headername.Authorization)})
		if _, err := s.callers.Identify(ctx); err != nil {
			s.metrics.AuthRefusal(status.Reason(err))
			s.gateway.WriteError(w, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}
