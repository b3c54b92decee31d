// Package config turns the command line, the environment and an optional YAML
// file into one validated Config. It reports all mistakes at once and never
// prints a secret.
package config

import (
	"log/slog"
	"time"
)

// Config holds every setting. Each field is one setting: its name gives the flag
// (`--grpc-address`), the environment variable (`SIPFACADE_GRPC_ADDRESS`) and the YAML key
// (`grpc_address`), and its tags give kong the default, the help and the group. The tag `note`
// describes a default that is not a constant. A new setting is one field here, and a rule in
// rules.go if some values that can be read are not allowed. A Secret needs a second field of the
// same name with `File` added, and a line in secretSettings.
type Config struct {
	// ConfigFile is the YAML file that was read, or "".
	ConfigFile string `name:"config" placeholder:"FILE" help:"YAML file with settings."`

	// GRPCAddress, HTTPAddress and AdminAddress are the three listeners as
	// host:port. Port 0 picks a free port.
	GRPCAddress  string `group:"Listeners" placeholder:"HOST:PORT" default:"127.0.0.1:9090" help:"gRPC server. Port 0 picks a free port, here and below."`
	HTTPAddress  string `group:"Listeners" placeholder:"HOST:PORT" default:"127.0.0.1:8080" help:"JSON API, start page, /docs and /openapi.json."`
	AdminAddress string `group:"Listeners" placeholder:"HOST:PORT" default:"127.0.0.1:9091" help:"Health, metrics and, on loopback, profiles."`
	// TLSCertFile and TLSKeyFile are the certificate chain and key, in PEM, of the
	// gRPC and HTTP listeners. Without them these serve no TLS.
	TLSCertFile string `group:"Listeners" name:"tls-cert-file" placeholder:"FILE" help:"Certificate chain of the gRPC and HTTP listeners, in PEM; read again when it changes."`
	TLSKeyFile  string `group:"Listeners" name:"tls-key-file" placeholder:"FILE" help:"Key of that certificate, in PEM."`
	// TLSClientCAFile has the CA certificates, in PEM, that client certificates
	// are verified with.
	TLSClientCAFile string `group:"Listeners" name:"tls-client-ca-file" placeholder:"FILE" help:"CA of client certificates, in PEM. They are required if nothing else authenticates callers."`
	// AllowedHosts are the Host values that the JSON and admin listeners
	// accept: a host, a host:port, or `*` for any. If it is empty, the server
	// accepts any when callers are authenticated, else loopback names and the
	// addresses of the listeners.
	AllowedHosts []string `group:"Listeners" type:"list" placeholder:"HOST,..." note:"with authentication any, else loopback names and the addresses of the listeners" help:"Host headers that the JSON and admin listeners accept, against DNS rebinding: host or host:port, or * for any."`
	// InsecureNoAuth accepts listeners beyond loopback although callers are
	// not authenticated.
	InsecureNoAuth bool `group:"Listeners" help:"Allow listeners beyond loopback although callers are not authenticated."`
	// Explain answers `x-explain`. Unless it is given, it is true in the sandbox,
	// and if only this machine can call.
	Explain bool `group:"Listeners" default:"false" negatable:"" note:"true in the sandbox, on loopback, and with authentication; else false" help:"Show callers that send x-explain what the vendors are sent."`
	// Reflection serves the gRPC reflection service.
	Reflection bool `group:"Listeners" default:"true" negatable:"" help:"gRPC server reflection."`
	// CORSOrigins are the origins whose pages browsers may call the JSON API from.
	CORSOrigins []string `group:"Listeners" name:"cors-origins" type:"list" placeholder:"ORIGIN,..." help:"Origins that browsers may call from, such as https://console.example.com."`

	// AuthTokensFile is the YAML file with the callers' tokens and certificates.
	AuthTokensFile string `group:"Callers" name:"auth-tokens-file" placeholder:"FILE" help:"YAML file with the callers' tokens and certificates; read again when it changes."`
	// AuthJWTIssuer is the OIDC issuer whose JWTs callers may bring, with
	// AuthJWTAudience in them. AuthJWTScopeClaim is the claim with the scopes.
	AuthJWTIssuer     string `group:"Callers" name:"auth-jwt-issuer" placeholder:"URL" help:"OIDC issuer whose JWTs callers may bring. Plain http is accepted for loopback only."`
	AuthJWTAudience   string `group:"Callers" name:"auth-jwt-audience" placeholder:"NAME" help:"Audience that those JWTs must have."`
	AuthJWTScopeClaim string `group:"Callers" name:"auth-jwt-scope-claim" placeholder:"CLAIM" default:"scope" help:"Claim that holds the scopes, a text with spaces or a list."`
	// CallerRate is how many calls a second one caller may make, 0 for no limit,
	// and CallerBurst how many at once.
	CallerRate  float64 `group:"Callers" placeholder:"RATE" default:"0" help:"Calls a second for each caller; 0 is no limit."`
	CallerBurst int     `group:"Callers" placeholder:"COUNT" note:"2 x caller rate" help:"Calls that a caller may make at once."`
	// AuditFile is the file that gets a line for each write; "-" is standard
	// output.
	AuditFile string `group:"Callers" placeholder:"FILE" help:"Gets one JSON line for each write attempt; - is standard output. Reopened on SIGHUP."`

	// Sandbox emulates both vendors inside the process.
	Sandbox bool `group:"Vendors" help:"Emulate both vendors in this process; needs no account."`
	// UpstreamTimeout is the longest time that one call takes, logins and
	// retries included.
	UpstreamTimeout time.Duration `group:"Vendors" placeholder:"DURATION" default:"30s" help:"Longest time for one call, retries included. A shorter deadline of the caller wins."`
	// UpstreamMaxBytes is the largest answer that is accepted from a vendor.
	UpstreamMaxBytes ByteSize `group:"Vendors" placeholder:"SIZE" default:"64MiB" help:"Largest answer accepted from a vendor."`
	// UpstreamMemory is how many bytes of vendor answers may be held at once
	// over all calls. 0 means a quarter of the memory limit of the process, at
	// most 512 MiB.
	UpstreamMemory ByteSize `group:"Vendors" placeholder:"SIZE" note:"a quarter of the memory limit, at most 512MiB" help:"Vendor answers held at once over all calls; 0 chooses the default."`
	// UpstreamMaxConnections is how many connections one vendor gets.
	UpstreamMaxConnections int `group:"Vendors" placeholder:"COUNT" default:"128" help:"Connections to one vendor."`
	// UpstreamQueue is how many calls may wait for a connection to one vendor.
	UpstreamQueue int `group:"Vendors" placeholder:"COUNT" default:"2000" help:"Calls that may wait for a connection to one vendor, within their deadline."`
	// BreakerVolume, BreakerRatio and BreakerWindow say when the circuit
	// breaker of a vendor opens: when at least BreakerVolume calls ended within
	// BreakerWindow and BreakerRatio of them failed.
	BreakerVolume int           `group:"Vendors" placeholder:"COUNT" default:"20" help:"Calls that the circuit breaker must see before it can open."`
	BreakerRatio  float64       `group:"Vendors" placeholder:"RATIO" default:"0.5" help:"Share of failed calls that opens the breaker, above 0 and up to 1."`
	BreakerWindow time.Duration `group:"Vendors" placeholder:"DURATION" default:"10s" help:"Time over which the breaker counts calls."`
	// BreakerPause is how long an open breaker waits before it tries one call.
	BreakerPause time.Duration `group:"Vendors" placeholder:"DURATION" default:"5s" help:"Time that an open breaker waits before it tries one call."`

	// OpentactBaseURL is the URL of the OpenTACT API.
	OpentactBaseURL string `group:"OpenTACT" placeholder:"URL" default:"https://api.opentact.org/rest" help:"URL of the OpenTACT API. Plain http is accepted for loopback only."`
	// OpentactGeneration is the generation of the API that is spoken: 1, 2 or 3.
	OpentactGeneration int `group:"OpenTACT" placeholder:"GENERATION" enum:"1,2,3" default:"1" help:"Generation of the vendor's API to speak, in the sandbox too: 1 (2020), 2 (2021) or 3 (2022)."`
	// OpentactRoutesFile overrides single routes, the token's header and keys of bodies.
	OpentactRoutesFile string `group:"OpenTACT" placeholder:"FILE" help:"YAML file that overrides single routes: operation name and path."`
	// OpentactCredentials says whose OpenTACT credential a call uses.
	OpentactCredentials CredentialSource `group:"OpenTACT" placeholder:"SOURCE" enum:"service,caller" default:"service" help:"service: the login below. caller: each call brings its own."`
	// OpentactToken is a JWT that is sent as it is.
	OpentactToken     Secret `group:"OpenTACT" placeholder:"JWT" help:"Token that is sent as it is. Other users of the machine can read flags: prefer a file."`
	OpentactTokenFile string `group:"OpenTACT" placeholder:"FILE" help:"File that holds the token."`
	// OpentactEmail and OpentactPassword are the login that fetches a JWT.
	OpentactEmail        string `group:"OpenTACT" placeholder:"EMAIL" help:"Login that fetches and renews a token, with the password."`
	OpentactPassword     Secret `group:"OpenTACT" placeholder:"PASSWORD" help:"Password of that login; prefer a file."`
	OpentactPasswordFile string `group:"OpenTACT" placeholder:"FILE" help:"File that holds the password."`

	// InfinityBaseURL is the URL of Infinity's Config API.
	InfinityBaseURL string `group:"Infinity" placeholder:"URL" default:"https://api.infinitycloud.com/config/v2" help:"URL of the Infinity Config API. Plain http is accepted for loopback only."`
	// InfinityRoutesFile overrides single routes.
	InfinityRoutesFile string `group:"Infinity" placeholder:"FILE" help:"YAML file that overrides single routes: operation name and path."`
	// InfinityCredentials says whose Infinity credential a call uses.
	InfinityCredentials CredentialSource `group:"Infinity" placeholder:"SOURCE" enum:"service,caller" default:"service" help:"service: a credential below. caller: each call brings its own."`
	// InfinityAPIKey is sent as Authorization: ApiKey.
	InfinityAPIKey     Secret `group:"Infinity" name:"infinity-api-key" placeholder:"KEY" help:"Key that is sent as it is. Other users of the machine can read flags: prefer a file."`
	InfinityAPIKeyFile string `group:"Infinity" name:"infinity-api-key-file" placeholder:"FILE" help:"File that holds the key."`
	// InfinityUsername and InfinityPassword are the login of HTTP Basic.
	InfinityUsername     string `group:"Infinity" placeholder:"NAME" help:"Portal login, with the password."`
	InfinityPassword     Secret `group:"Infinity" placeholder:"PASSWORD" help:"Password of that login; prefer a file."`
	InfinityPasswordFile string `group:"Infinity" placeholder:"FILE" help:"File that holds the password."`
	// InfinityTimeZone is the zone of the vendor's date-times.
	InfinityTimeZone string `group:"Infinity" placeholder:"ZONE" default:"UTC" help:"Zone of the vendor's date-times, such as Europe/London."`

	// PageTokenKey seals page tokens. If it is not set, the server makes a
	// random one, which other replicas and the next start do not know.
	PageTokenKey     Secret `group:"Paging" placeholder:"KEY" note:"random per process" help:"Seals page tokens and makes etags; must be the same on all replicas."`
	PageTokenKeyFile string `group:"Paging" placeholder:"FILE" help:"File that holds the key."`

	// Ledger is where request ids and their outcomes are kept: off, memory,
	// file:PATH or postgres://…, which can hold a password. LedgerTarget returns
	// it with its default.
	Ledger     Secret `group:"Ledger" placeholder:"TARGET" note:"off, in the sandbox memory" help:"Where request ids and their outcomes are kept: off, memory, file:PATH for one process, postgres://... for several replicas."`
	LedgerFile string `group:"Ledger" placeholder:"FILE" help:"File that holds the target, because its URL can hold a password."`
	// LedgerKey is what the keys of the ledger are derived from.
	LedgerKey     Secret `group:"Ledger" placeholder:"KEY" help:"Encrypts what the ledger keeps: any text of 32 bytes or more, the same on all replicas. Required by file and postgres."`
	LedgerKeyFile string `group:"Ledger" placeholder:"FILE" help:"File that holds the key."`
	// LedgerTTL is how long a request id is remembered.
	LedgerTTL time.Duration `group:"Ledger" name:"ledger-ttl" placeholder:"DURATION" default:"24h" help:"How long a request id is remembered."`

	// LogLevel is the lowest level that is logged.
	LogLevel slog.Level `group:"Logs" placeholder:"LEVEL" default:"info" help:"debug, info, warn or error."`
	// LogFormat is the format of log lines.
	LogFormat LogFormat `group:"Logs" placeholder:"FORMAT" enum:"auto,json,text" default:"auto" help:"json, text, or auto: text if standard error is a terminal, else json."`

	// DrainDelay is the time between reporting not ready and closing the
	// listeners; in the sandbox it is 0 unless it is given.
	DrainDelay time.Duration `group:"Stopping" placeholder:"DURATION" default:"3s" note:"3s, in the sandbox 0s" help:"Time between reporting not ready and closing the listeners."`
	// DrainTimeout is the time that calls in flight get to finish. Unless it is
	// given, it is UpstreamTimeout and five seconds.
	DrainTimeout time.Duration `group:"Stopping" placeholder:"DURATION" note:"upstream timeout + 5s" help:"Time for calls in flight to finish."`

	settings []Setting // what Settings returns
}

// CredentialSource says whose vendor credential a call uses.
type CredentialSource string

// The two credential sources.
const (
	// ServiceCredentials uses the service's own credential for every call.
	ServiceCredentials CredentialSource = "service"
	// CallerCredentials uses the credential that each call brings.
	CallerCredentials CredentialSource = "caller"
)

// LogFormat is the format of log lines.
type LogFormat string

// The log formats.
const (
	// LogFormatAuto is LogFormatText if the log is a terminal, else
	// LogFormatJSON.
	LogFormatAuto LogFormat = "auto"
	// LogFormatJSON writes one JSON object a line.
	LogFormatJSON LogFormat = "json"
	// LogFormatText writes lines for people.
	LogFormatText LogFormat = "text"
)
