package opentact

import (
	"strconv"
	"time"

	t "github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// egressSettings are the two spellings of one member; some documents of the vendor
// misspell it.
const (
	egressSettings         = "class4_egress_trunk_settings"
	egressSettingsMisspelt = "class4_egress_trunk_stings"
	trunkPrefixID          = "class4_trunk_prefix_id"
	trunkPrefixIDSinceGen2 = "class4_tech_prefix_id"
)

// fillTrunking: connections, invites, products, apps and their calls.
func fillTrunking() {
	fill(connections, ownedFields[Connection](), connectionFields())
	fill(products, baseFields[Product](), productFields())
	fill(nestedInvites, ownedFields[Invite](), inviteFields())
	fill(invites, nestedInvites.Fields, t.Fields[Invite]{
		"token": t.OptionalText(func(i *Invite) **string { return &i.Token }),
	})
	fill(apps, ownedFields[App](), appFields())
	fill(calls, baseFields[Call](), callFields())
}

func inviteFields() t.Fields[Invite] {
	return t.Fields[Invite]{
		"name":           t.OptionalText(func(i *Invite) **string { return &i.Name }),
		"expired_on":     t.Instant(func(i *Invite) *time.Time { return &i.ExpiredOn }),
		"sip_connection": t.One(func(i *Invite) **Connection { return &i.SIPConnection }, connections),
	}
}

func connectionFields() t.Fields[Connection] {
	egress := t.FreeForm(func(c *Connection) *map[string]any { return &c.Class4EgressTrunkSettings })
	prefix := t.OptionalInteger(func(c *Connection) **int64 { return &c.Class4TrunkPrefixID })
	return t.Fields[Connection]{
		"name":                          t.OptionalText(func(c *Connection) **string { return &c.Name }),
		"is_active":                     t.OptionalFlag(func(c *Connection) **bool { return &c.Active }),
		"tech_prefix":                   t.OptionalInteger32(func(c *Connection) **int32 { return &c.TechPrefix }),
		"product":                       t.One(func(c *Connection) **Product { return &c.Product }, products),
		"subdomain":                     t.OptionalText(func(c *Connection) **string { return &c.Subdomain }),
		"ip":                            t.OptionalText(func(c *Connection) **string { return &c.IP }),
		"port":                          t.OptionalInteger32(func(c *Connection) **int32 { return &c.Port }),
		"class4_ingress_trunk_id":       t.OptionalInteger(func(c *Connection) **int64 { return &c.Class4IngressTrunkID }),
		"class4_ingress_trunk_settings": t.FreeForm(func(c *Connection) *map[string]any { return &c.Class4IngressTrunkSettings }),
		"class4_ingress_resource_ip_id": t.OptionalInteger(func(c *Connection) **int64 { return &c.Class4IngressResourceIPID }),
		"class4_egress_trunk_id":        t.OptionalInteger(func(c *Connection) **int64 { return &c.Class4EgressTrunkID }),
		egressSettings:                  egress,
		egressSettingsMisspelt:          egress,
		"class4_egress_resource_ip_id":  t.OptionalInteger(func(c *Connection) **int64 { return &c.Class4EgressResourceIPID }),
		trunkPrefixID:                   prefix,
		trunkPrefixIDSinceGen2:          prefix,
		"tnleases":                      t.Many(func(c *Connection) *[]*Lease { return &c.TNLeases }, leases),
		"sipusers":                      t.Many(func(c *Connection) *[]*SIPUser { return &c.SIPUsers }, sipUsers),
		"sip_user_invites":              t.Many(func(c *Connection) *[]*Invite { return &c.Invites }, nestedInvites),
		"outbound_voice_profile":        t.One(func(c *Connection) **VoiceProfile { return &c.OutboundVoiceProfile }, voiceProfiles),
	}
}

func productFields() t.Fields[Product] {
	return t.Fields[Product]{
		"id":            t.OptionalInteger32(func(p *Product) **int32 { return &p.ID }),
		"name":          t.Text(func(p *Product) *string { return &p.Name }),
		"description":   t.Text(func(p *Product) *string { return &p.Description }),
		"type":          t.Text(func(p *Product) *string { return &p.Type }),
		"tech_prefix":   t.OptionalInteger32(func(p *Product) **int32 { return &p.TechPrefix }),
		"rate_table_id": t.OptionalInteger(func(p *Product) **int64 { return &p.RateTableID }),
		"route_plan_id": t.OptionalInteger(func(p *Product) **int64 { return &p.RoutePlanID }),
	}
}

// productByID makes a product from its id alone.
func productByID(text string) *Product {
	id, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return nil
	}
	small := int32(id)
	return &Product{ID: &small}
}

func appFields() t.Fields[App] {
	egress := t.FreeForm(func(a *App) *map[string]any { return &a.Class4EgressTrunkSettings })
	return t.Fields[App]{
		"name":                         t.OptionalText(func(a *App) **string { return &a.Name }),
		"subdomain":                    t.OptionalText(func(a *App) **string { return &a.Subdomain }),
		"is_active":                    t.OptionalFlag(func(a *App) **bool { return &a.Active }),
		"tnleases":                     t.Many(func(a *App) *[]*Lease { return &a.TNLeases }, leases),
		"class4_egress_trunk_id":       t.OptionalInteger(func(a *App) **int64 { return &a.Class4EgressTrunkID }),
		egressSettings:                 egress,
		egressSettingsMisspelt:         egress,
		"class4_egress_resource_ip_id": t.OptionalInteger(func(a *App) **int64 { return &a.Class4EgressResourceIPID }),
		"outbound_voice_profile":       t.One(func(a *App) **VoiceProfile { return &a.OutboundVoiceProfile }, voiceProfiles),
	}
}

func callFields() t.Fields[Call] {
	return t.Fields[Call]{
		"tn":              t.One(func(c *Call) **TN { return &c.TN }, numbers),
		"from":            t.Text(func(c *Call) *string { return &c.From }),
		"to":              t.Text(func(c *Call) *string { return &c.To }),
		"state":           t.Text(func(c *Call) *string { return &c.State }),
		"source":          t.Text(func(c *Call) *string { return &c.Source }),
		"sip_control_app": t.One(func(c *Call) **App { return &c.App }, apps),
	}
}
