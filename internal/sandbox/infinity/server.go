package infinity

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	"github.com/sipfacade/sipfacade/internal/sandbox/route"
)

// BasePath is the path above all routes.
const BasePath = "/config/v2"

// Credentials that the sandbox accepts by default. The denied login belongs to a
// person who may log in and has no permission for the Config API.
const (
	DefaultUsername       = "telephony@brightwater.example.com"
	DefaultPassword       = "sandbox-password"
	DefaultDeniedUsername = "reports.only@brightwater.example.com"
	DefaultAPIKey         = "sandbox-api-key"
)

// Bounds of the sandbox, by default.
const (
	defaultMaxEntities = 200_000
	maxBodyBytes       = 4 << 20
)

// CreateAnswer is the answer of a create for which the vendor documents only "201
// Created": users, groups, queues, queue members and trusted networks.
type CreateAnswer int

const (
	// CreatedID answers only the id, `{"userId":"41"}`, as the vendor documents for
	// devices.
	CreatedID CreateAnswer = iota
	// CreatedNothing answers an empty body.
	CreatedNothing
	// CreatedRow answers the whole new row.
	CreatedRow
)

// Options set a Server up. The zero value is an account without any domain that
// accepts the default logins and key.
type Options struct {
	// Clock tells the time; nil is time.Now.
	Clock func() time.Time
	// Zone is the zone of the zoneless date-times in answers; nil is UTC.
	Zone *time.Location
	// Username and Password are the login of a person who may do everything.
	Username, Password string
	// DeniedUsername logs in with the same password and is refused everything.
	DeniedUsername string
	// APIKeys are accepted after `Authorization: ApiKey`.
	APIKeys []string
	// NewToken makes the token of a user device; nil makes random ones.
	NewToken func() string
	// MaxEntities bounds what is kept; 0 is 200,000.
	MaxEntities int
	// Creates says what undocumented creates answer.
	Creates CreateAnswer
	// LocationHeader adds Location to the same creates.
	LocationHeader bool
	// ChangesAnswerRows makes updates, deletes, membership changes and the member
	// order answer 200 and the rows they are about, instead of an empty 204.
	ChangesAnswerRows bool
	// PartialUpdates keeps what an update of a domain or a group leaves out.
	// Otherwise that is reset, because the vendor does not mark these parameters as
	// optional; users, queues and the rest are always updated in part.
	PartialUpdates bool
	// StrictSpelling serves trusted networks only in the spelling that is documented
	// for each verb, instead of in all three for all verbs.
	StrictSpelling bool
	// TrustedNetworkID is the name of a trusted network's id: trustedNetworkId by
	// default, or networkId, or sipTrustedNetworkId.
	TrustedNetworkID string
	// DomainName is the key of a domain's name: domain by default, or domainName.
	DomainName string
	// Faults is the menu in front of every route; nil makes one for this server.
	Faults *fault.Menu
	// KeepRequests is how many requests the recorder keeps; 0 means 100.
	KeepRequests int
	// Seed fills the emulator with the example company.
	Seed bool
}

// Server is the emulated vendor. It is safe for concurrent use.
type Server struct {
	options   Options
	resources [kinds]resource
	routes    *route.Table
	fault.Instruments

	mu    sync.Mutex
	store state
}

// New returns a server.
func New(options Options) *Server {
	options.setDefaults()
	s := &Server{
		options:     options,
		resources:   resourceTable(options.TrustedNetworkID, options.DomainName),
		Instruments: fault.NewInstruments(options.Faults, fault.NewRecorder(options.KeepRequests)),
		store:       newState(options.MaxEntities),
	}
	if options.Seed {
		s.seed()
	}
	s.routes = s.routeTable()
	return s
}

func (o *Options) setDefaults() {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Username == "" {
		o.Username, o.Password = DefaultUsername, DefaultPassword
	}
	if o.APIKeys == nil {
		o.APIKeys = []string{DefaultAPIKey}
	}
	if o.NewToken == nil {
		o.NewToken = randomToken
	}
	if o.MaxEntities == 0 {
		o.MaxEntities = defaultMaxEntities
	}
	if o.Faults == nil {
		o.Faults = NewFaultMenu()
	}
	o.setDefaultNames()
}

func (o *Options) setDefaultNames() {
	for name, standard := range map[*string]string{
		&o.DeniedUsername:   DefaultDeniedUsername,
		&o.TrustedNetworkID: "trustedNetworkId",
		&o.DomainName:       "domain",
	} {
		if *name == "" {
			*name = standard
		}
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler, allow := s.routes.Find(r)
	switch {
	case handler != nil:
		handler.ServeHTTP(w, r)
	case allow != "":
		refuse(w, &failure{status: http.StatusMethodNotAllowed, message: "method not allowed", allow: allow})
	default:
		refuse(w, notFound())
	}
}

// AddDomain adds a domain, which no route of the vendor does, and returns its id.
func (s *Server) AddDomain(name, displayName string) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.newRecord(domains, 0, map[string]string{"domain": name, "displayName": displayName}, s.options.Username)
	return r.id, s.store.add(r)
}

// AddUsers gives a domain n more users, for tests that need many.
func (s *Server) AddUsers(domainID, n int) error {
	return s.addMany(users, domainID, n, bulkUser)
}

// AddDevices gives a domain n more devices that no user has.
func (s *Server) AddDevices(domainID, n int) error {
	return s.addMany(devices, domainID, n, bulkDevice)
}

func (s *Server) addMany(k kind, domainID, n int, values func(id int) map[string]string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store.Get(domains, domainID) == nil {
		return notFound()
	}
	for range n {
		if err := s.store.add(s.newRecord(k, domainID, values(s.store.nextID(k)), s.options.Username)); err != nil {
			return err
		}
	}
	return nil
}

// now is the time with the vendor's precision.
func (s *Server) now() time.Time { return s.options.Clock().Truncate(time.Second) }

// randomToken has the form of the one in the vendor's documentation.
func randomToken() string {
	b := make([]byte, 13)
	_, _ = rand.Read(b) // never fails: it ends the process if the system has no randomness
	return hex.EncodeToString(b)[:25]
}

func decimal(n int) string { return strconv.Itoa(n) }
