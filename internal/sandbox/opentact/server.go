package opentact

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"sync"
	"time"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	"github.com/sipfacade/sipfacade/internal/sandbox/route"
)

// BasePath is the path above all routes.
const BasePath = "/rest"

// Credentials that the sandbox accepts by default.
const (
	DefaultEmail    = "maya.okafor@northwind.example.com"
	DefaultPassword = "sandbox-password"
	DefaultToken    = "sandbox-static-token"
)

// Bounds of the sandbox, by default.
const (
	defaultMaxEntities = 200_000
	maxBodyBytes       = 4 << 20
	defaultTokenTTL    = 24 * time.Hour
)

// Generation is a generation of the vendor's API. They differ in paths, in the members of
// bodies and answers, and in the form of some answers. No two are served at once.
type Generation int

const (
	// FirstGeneration is that of 2020; 0 means it too.
	FirstGeneration Generation = 1
	// SecondGeneration is that of 2021.
	SecondGeneration Generation = 2
	// ThirdGeneration is that of 2022.
	ThirdGeneration Generation = 3
)

// Options configure a Server. The zero value is an account without entities, at a
// vendor with four products, that accepts the default login and token.
type Options struct {
	// Clock returns the time; nil means time.Now.
	Clock func() time.Time
	// Email and Password are the login at /auth.
	Email, Password string
	// Tokens are credentials that are accepted as they are, as JWT and as bearer.
	Tokens []string
	// TokenTTL is the lifetime of an issued JWT; 0 means 24 hours.
	TokenTTL time.Duration
	// NewUUID makes the ids of new entities; nil makes random ones.
	NewUUID func() string
	// MaxEntities bounds the number of entities; 0 means 200,000.
	MaxEntities int
	// ErrorFields adds `meta` and `fields` to errors, as the third generation always does.
	ErrorFields bool
	// AssignAnswersUUIDs makes the assignment of TN leases answer UUID strings, as
	// the third generation always does.
	AssignAnswersUUIDs bool
	// Generation decides which paths and members there are; 0 means the first.
	Generation Generation
	// Faults is the menu in front of every route; nil makes one for this server.
	Faults *fault.Menu
	// KeepRequests is how many requests the recorder keeps; 0 means 100.
	KeepRequests int
	// Seed fills the emulator with the example company.
	Seed bool
}

// Server is the emulated vendor. It is safe for concurrent use.
type Server struct {
	options Options
	key     []byte
	routes  *route.Table
	fault.Instruments

	mu    sync.Mutex
	store state
}

// New returns a server.
func New(options Options) *Server {
	options.setDefaults()
	s := &Server{
		options:     options,
		key:         randomBytes(32),
		Instruments: fault.NewInstruments(options.Faults, fault.NewRecorder(options.KeepRequests, tokenHeader, "jwt", "bearer")),
		store:       newState(options.MaxEntities),
	}
	s.seedVendor()
	if options.Seed {
		s.seed()
	}
	s.routes = s.routeTable()
	return s
}

func (o *Options) setDefaults() {
	if o.Generation == 0 {
		o.Generation = FirstGeneration
	}
	if o.Generation == ThirdGeneration {
		o.ErrorFields, o.AssignAnswersUUIDs = true, true
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Email == "" {
		o.Email, o.Password = DefaultEmail, DefaultPassword
	}
	if o.Tokens == nil {
		o.Tokens = []string{DefaultToken}
	}
	if o.TokenTTL == 0 {
		o.TokenTTL = defaultTokenTTL
	}
	if o.NewUUID == nil {
		o.NewUUID = randomUUID
	}
	if o.MaxEntities == 0 {
		o.MaxEntities = defaultMaxEntities
	}
	if o.Faults == nil {
		o.Faults = NewFaultMenu()
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler, allow := s.routes.Find(r)
	switch {
	case handler != nil:
		handler.ServeHTTP(w, r)
	case allow != "":
		s.refuse(w, &failure{status: http.StatusMethodNotAllowed, message: "Method not allowed", allow: allow})
	default:
		s.refuse(w, noRoute())
	}
}

// AddInvites gives a connection n more invites, for tests that need many.
func (s *Server) AddInvites(connectionUUID string, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(connections, connectionUUID); err != nil {
		return err
	}
	for i := range n {
		if err := s.addInvite(connectionUUID, i); err != nil {
			return err
		}
	}
	return nil
}

// CallFlow returns the call flow that a call was last given, or "".
func (s *Server) CallFlow(callUUID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if call, err := s.find(calls, callUUID); err == nil {
		return call.text("call_flow")
	}
	return ""
}

// now is the time with the vendor's precision.
func (s *Server) now() time.Time { return s.options.Clock().UTC().Truncate(time.Millisecond) }

// randomBytes never fails: crypto/rand ends the process if the system has no
// randomness.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

// randomUUID is a version 4 UUID.
func randomUUID() string {
	b := randomBytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := hex.EncodeToString(b)
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
