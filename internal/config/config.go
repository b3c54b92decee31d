// Package config turns the command line, the environment and an optional YAML
// file into one validated Config. It knows every setting of sipfacade, finds
// all mistakes at once, and never prints a secret.
package config

import (
	"log/slog"
	"time"
)

// Config holds every setting. Each field is one setting: its name gives the
// flag (`--grpc-address`), the environment variable (`SIPFACADE_GRPC_ADDRESS`)
// and the YAML key (`grpc_address`), its tags give help, default and group. A
// new setting is one field here, and a rule in rules.go when not every value
// will do. A Secret needs a second field, of the same name with `File` added.
type Config struct {
	// ConfigFile is the YAML file that was read, or "".
	ConfigFile string `name:"config" placeholder:"FILE" help:"YAML file with settings, keys such as grpc_address."`

	// GRPCAddress, HTTPAddress and AdminAddress are the three listeners as
	// host:port. Port 0 picks a free port.
	GRPCAddress  string `group:"Listeners" placeholder:"HOST:PORT" default:"127.0.0.1:9090" help:"gRPC. Port 0 picks a free one, here and below."`
	HTTPAddress  string `group:"Listeners" placeholder:"HOST:PORT" default:"127.0.0.1:8080" help:"JSON mirror of gRPC, and /openapi.json."`
	AdminAddress string `group:"Listeners" placeholder:"HOST:PORT" default:"127.0.0.1:9091" help:"/healthz, /readyz, /statusz, /metrics and pprof."`
	// InsecureNoAuth accepts listeners beyond loopback although callers are
	// not authenticated.
	InsecureNoAuth bool `group:"Listeners" default:"false" help:"Allow listeners beyond loopback without authenticating callers."`
	// Reflection serves the gRPC reflection service.
	Reflection bool `group:"Listeners" default:"true" negatable:"" help:"gRPC server reflection, with the comments of the protos."`

	// Sandbox emulates both vendors inside the process.
	Sandbox bool `group:"Vendors" default:"false" help:"Emulate the vendors in this process; needs no account."`
	// UpstreamTimeout caps one vendor call, retries included.
	UpstreamTimeout time.Duration `group:"Vendors" placeholder:"DURATION" default:"30s" help:"Cap on one call, retries included. A shorter deadline wins."`
	// UpstreamMaxBytes is the largest answer that is accepted from a vendor.
	UpstreamMaxBytes ByteSize `group:"Vendors" placeholder:"SIZE" default:"64MiB" help:"Largest answer accepted from a vendor: 1048576, 64MiB, …"`

	// OpentactBaseURL is where the OpenTACT API is.
	OpentactBaseURL string `group:"OpenTACT" placeholder:"URL" default:"https://api.opentact.org/rest" help:"Plain http is accepted for loopback only."`
	// OpentactCredentials says whose OpenTACT credential a call uses.
	OpentactCredentials CredentialSource `group:"OpenTACT" placeholder:"service|caller" default:"service" help:"The facade's own login, or the one each caller brings."`
	// OpentactToken is a JWT that is sent as it is.
	OpentactToken     Secret `group:"OpenTACT" placeholder:"JWT" help:"Token sent as it is. Other users can read flags: prefer a file."`
	OpentactTokenFile string `group:"OpenTACT" placeholder:"FILE" help:"File that holds the token."`
	// OpentactEmail and OpentactPassword are the login that fetches a JWT.
	OpentactEmail        string `group:"OpenTACT" placeholder:"EMAIL" help:"Login that fetches and renews a token, with the password."`
	OpentactPassword     Secret `group:"OpenTACT" placeholder:"PASSWORD" help:"Password of that login. Prefer a file here as well."`
	OpentactPasswordFile string `group:"OpenTACT" placeholder:"FILE" help:"File that holds the password."`

	// InfinityBaseURL is where Infinity's Config API is.
	InfinityBaseURL string `group:"Infinity" placeholder:"URL" default:"https://api.infinitycloud.com/config/v2" help:"Plain http is accepted for loopback only."`
	// InfinityCredentials says whose Infinity credential a call uses.
	InfinityCredentials CredentialSource `group:"Infinity" placeholder:"service|caller" default:"service" help:"The facade's own login, or the one each caller brings."`
	// InfinityAPIKey is sent as Authorization: ApiKey.
	InfinityAPIKey     Secret `group:"Infinity" name:"infinity-api-key" placeholder:"KEY" help:"Key sent as it is. Other users can read flags: prefer a file."`
	InfinityAPIKeyFile string `group:"Infinity" name:"infinity-api-key-file" placeholder:"FILE" help:"File that holds the key."`
	// InfinityUsername and InfinityPassword are the login of HTTP Basic.
	InfinityUsername     string `group:"Infinity" placeholder:"NAME" help:"Portal login, with the password."`
	InfinityPassword     Secret `group:"Infinity" placeholder:"PASSWORD" help:"Password of that login. Prefer a file here as well."`
	InfinityPasswordFile string `group:"Infinity" placeholder:"FILE" help:"File that holds the password."`
	// InfinityTimeZone is the zone of the vendor's date-times.
	InfinityTimeZone string `group:"Infinity" placeholder:"ZONE" default:"UTC" help:"Zone of the vendor's date-times, such as Europe/London."`

	// PageTokenKey signs page tokens. When it is not set, the server makes a
	// random one, which other replicas and the next start do not know.
	PageTokenKey     Secret `group:"Paging" placeholder:"KEY" note:"random per process" help:"Signs page tokens; the same on all replicas."`
	PageTokenKeyFile string `group:"Paging" placeholder:"FILE" help:"File that holds the key."`

	// LogLevel is the lowest level that is logged.
	LogLevel slog.Level `group:"Logs" placeholder:"LEVEL" default:"info" help:"debug, info, warn or error."`
	// LogFormat is how log lines look.
	LogFormat LogFormat `group:"Logs" placeholder:"json|text" note:"json, or text when standard error is a terminal" help:"How log lines are written."`

	// DrainDelay is the time between reporting not ready and closing the
	// listeners; in the sandbox it is 0 unless it is given.
	DrainDelay time.Duration `group:"Stopping" placeholder:"DURATION" default:"3s" note:"3s, in the sandbox 0" help:"Pause between reporting not ready and closing."`
	// DrainTimeout bounds the time that calls in flight get to finish.
	DrainTimeout time.Duration `group:"Stopping" placeholder:"DURATION" default:"15s" help:"Time for calls in flight to finish."`

	resolved []resolved
}

// CredentialSource says whose vendor credential a call uses.
type CredentialSource string

// The two credential sources.
const (
	// ServiceCredentials uses the facade's own credential for every call.
	ServiceCredentials CredentialSource = "service"
	// CallerCredentials uses the credential that each call brings along.
	CallerCredentials CredentialSource = "caller"
)

// UnmarshalText accepts `service` and `caller`.
func (s *CredentialSource) UnmarshalText(text []byte) error {
	return choose(s, text, map[string]CredentialSource{"service": ServiceCredentials, "caller": CallerCredentials})
}

// LogFormat is how log lines look.
type LogFormat string

// The log formats.
const (
	// LogFormatAuto, the zero value, leaves the choice to whoever opens the
	// log: text when it is a terminal, else JSON.
	LogFormatAuto LogFormat = ""
	// LogFormatJSON writes one JSON object a line.
	LogFormatJSON LogFormat = "json"
	// LogFormatText writes lines for people.
	LogFormatText LogFormat = "text"
)

// UnmarshalText accepts `json`, `text` and, for LogFormatAuto, nothing at all.
func (f *LogFormat) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*f = LogFormatAuto
		return nil
	}
	return choose(f, text, map[string]LogFormat{"json": LogFormatJSON, "text": LogFormatText})
}
