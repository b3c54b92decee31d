package config

import (
	"errors"
	"net/url"
	"strings"
)

// Authenticates reports whether callers are authenticated. Otherwise they are anonymous.
func (c Config) Authenticates() bool {
	return c.AuthTokensFile != "" || c.AuthJWTIssuer != "" || c.TLSClientCAFile != ""
}

// TLS reports whether the gRPC and the HTTP listener serve TLS.
func (c Config) TLS() bool { return c.TLSCertFile != "" }

// checkTLS requires certificate and key together, and both for client certificates.
func checkTLS(c *Config, _ sources, found *findings) {
	const cert, key = "tls_cert_file", "tls_key_file"
	switch {
	case c.TLSCertFile != "" && c.TLSKeyFile == "":
		found.addMissing(key, cert+" needs it")
	case c.TLSKeyFile != "" && c.TLSCertFile == "":
		found.addMissing(cert, key+" needs it")
	case c.TLSClientCAFile != "" && c.TLSCertFile == "":
		found.addMissing(cert, "tls_client_ca_file needs it, with "+key)
	}
	for _, file := range []struct{ key, path string }{{cert, c.TLSCertFile}, {key, c.TLSKeyFile}, {"tls_client_ca_file", c.TLSClientCAFile}} {
		checkFile(file.key, file.path, found)
	}
}

func checkTokensFile(c *Config, _ sources, found *findings) {
	checkFile("auth_tokens_file", c.AuthTokensFile, found)
}

func checkRoutesFiles(c *Config, _ sources, found *findings) {
	checkFile("opentact_routes_file", c.OpentactRoutesFile, found)
	checkFile("infinity_routes_file", c.InfinityRoutesFile, found)
}

// checkFile reports a file that cannot be read. What it holds is checked by who reads it.
func checkFile(key, path string, found *findings) {
	if path == "" {
		return
	}
	if _, _, err := readRegularFile(path, maxFileBytes); err != nil {
		found.add(key, "cannot be read: "+withoutPath(err).Error())
	}
}

// checkIssuer requires issuer and audience together: without an audience, any token that
// the issuer made for somebody else would do.
func checkIssuer(c *Config, _ sources, found *findings) {
	const issuer, audience = "auth_jwt_issuer", "auth_jwt_audience"
	switch {
	case c.AuthJWTIssuer == "" && c.AuthJWTAudience != "":
		found.addMissing(issuer, audience+" needs it")
	case c.AuthJWTIssuer == "":
		return
	case c.AuthJWTAudience == "":
		found.addMissing(audience, issuer+" needs it")
	}
	if c.AuthJWTIssuer == "" {
		return
	}
	if err := checkBaseURL(c.AuthJWTIssuer); err != nil {
		found.add(issuer, err.Error())
	}
	if c.AuthJWTScopeClaim == "" {
		found.add("auth_jwt_scope_claim", "must name a claim, such as scope")
	}
}

// checkCORSOrigins accepts exact origins only.
func checkCORSOrigins(c *Config, _ sources, found *findings) {
	for _, origin := range c.CORSOrigins {
		if err := checkOrigin(origin); err != nil {
			found.add("cors_origins", err.Error())
			return
		}
	}
}

// checkOrigin compares the text with the form in which browsers send the origin.
func checkOrigin(text string) error {
	parsed, err := url.Parse(text)
	switch {
	case strings.Contains(text, "*"):
		return errors.New("must be exact origins; * is not allowed, because every page could then use the callers' tokens")
	case err != nil || parsed.Hostname() == "" || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Scheme+"://"+parsed.Host != text:
		return errors.New("must be origins such as https://console.example.com or http://localhost:3000, " +
			"separated by commas; no path, no space, no empty entry")
	case text != strings.ToLower(text):
		return errors.New("must be in lower case, as browsers send them")
	}
	return nil
}
