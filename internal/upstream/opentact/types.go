package opentact

import "time"

// Base is what nearly every OpenTACT object begins with.
type Base struct {
	UUID       string
	CreatedOn  time.Time
	ModifiedOn time.Time
}

// Ownership is who an object belongs to and who touched it.
type Ownership struct {
	Account    *Account
	CreatedBy  *User
	ModifiedBy *User
}

// Invite is a SIPUserInvite. Token is set by the invite calls alone.
type Invite struct {
	Base
	Ownership
	Name          *string
	ExpiredOn     time.Time
	Token         *string
	SIPConnection *Connection
}

// Connection is a SIPConnection.
type Connection struct {
	Base
	Ownership
	Name                       *string
	Active                     *bool
	TechPrefix                 *int32
	Product                    *Product
	Subdomain                  *string
	IP                         *string
	Port                       *int32
	Class4IngressTrunkID       *int64
	Class4IngressTrunkSettings map[string]any
	Class4IngressResourceIPID  *int64
	Class4EgressTrunkID        *int64
	Class4EgressTrunkSettings  map[string]any
	Class4EgressResourceIPID   *int64
	Class4TrunkPrefixID        *int64
	TNLeases                   []*Lease
	SIPUsers                   []*SIPUser
	Invites                    []*Invite
	OutboundVoiceProfile       *VoiceProfile
}

// Product is a SIPProduct.
type Product struct {
	Base
	ID          *int32
	Name        string
	Description string
	Type        string
	TechPrefix  *int32
	RateTableID *int64
	RoutePlanID *int64
}

// SIPUser is a SIPUser without its digest secrets.
type SIPUser struct {
	Base
	Login       string
	RemoteIP    string
	FirstName   string
	LastName    string
	Email       string
	PhoneNumber string
	Avatar      string
	DOB         string
	Gender      string
	Groups      []map[string]any
}

// Account is an Account without its links back.
type Account struct {
	Base
	Name      string
	Email     string
	Level     string
	Balance   *float64
	Class4ID  *int64
	TimeZone  *TimeZone
	DeletedOn time.Time
}

// TimeZone is the zone of an account.
type TimeZone struct {
	Name string
}

// User is a User without password and token.
type User struct {
	Base
	Email          string
	PhoneNumber    string
	FirstName      string
	LastName       string
	Avatar         string
	Gender         string
	DOB            string
	Role           string
	GmailUserID    string
	FacebookUserID string
	AppleUserID    string
	WechatUserID   string
	DeletedOn      time.Time
}

// Lease is a TNLease.
type Lease struct {
	Base
	Ownership
	TN                  *TN
	Order               *Order
	ExpiredOn           time.Time
	Autorenew           bool
	MessagingProfile    *MessagingProfile
	Class4ProductItemID *int64
	SIPConnection       *Connection
	App                 *App
}

// TN is a telephone number.
type TN struct {
	Digits      string
	Class4DIDID *int64
	Registered  bool
	DeletedOn   time.Time
}

// Order is a TNOrder without its links back.
type Order struct {
	Base
	State     string
	Autorenew bool
	Request   map[string]any
	Price     map[string]any
}

// App is a SIPControlApp.
type App struct {
	Base
	Ownership
	Name                      *string
	Subdomain                 *string
	Active                    *bool
	TNLeases                  []*Lease
	Class4EgressTrunkID       *int64
	Class4EgressTrunkSettings map[string]any
	Class4EgressResourceIPID  *int64
	OutboundVoiceProfile      *VoiceProfile
}

// Call is a SIPControlAppCall without its log and channel details.
type Call struct {
	Base
	TN     *TN
	From   string
	To     string
	State  string
	Source string
	App    *App
}

// MessagingProfile is a MessagingProfile.
type MessagingProfile struct {
	Base
	Ownership
	Name             *string
	CallbackURL      *string
	CallbackURL2     *string
	NumberPoolEnable *bool
	LongCodeWeight   *int32
	TollfreeWeight   *int32
	SkipUnhealthyTNs *bool
	StickySender     *bool
	Leases           []*Lease
}

// VoiceProfile is an OutboundVoiceProfile.
type VoiceProfile struct {
	Base
	Ownership
	Name            *string
	TechPrefix      *int32
	ChannelLimit    *float64
	MaxRate         *float64
	RecordCalls     *int32
	DailySpendLimit *float64
	Filemat         string
	AudioTrackType  *int32
}
