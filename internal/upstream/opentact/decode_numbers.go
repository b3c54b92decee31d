package opentact

import (
	"time"

	t "github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// fillNumbers: leases, telephone numbers and orders. Links back to leases and
// owners are not listed, so they are skipped.
func fillNumbers() {
	fill(leases, ownedFields[Lease](), t.Fields[Lease]{
		"tn":                     t.One(func(l *Lease) **TN { return &l.TN }, numbers),
		"tnorder":                t.One(func(l *Lease) **Order { return &l.Order }, orders),
		"expired_on":             t.Instant(func(l *Lease) *time.Time { return &l.ExpiredOn }),
		"autorenew":              t.Flag(func(l *Lease) *bool { return &l.Autorenew }),
		"messaging_profile":      t.One(func(l *Lease) **MessagingProfile { return &l.MessagingProfile }, messagingProfiles),
		"class4_product_item_id": t.OptionalInteger(func(l *Lease) **int64 { return &l.Class4ProductItemID }),
		"sip_connection":         t.One(func(l *Lease) **Connection { return &l.SIPConnection }, connections),
		"sip_control_app":        t.One(func(l *Lease) **App { return &l.App }, apps),
	})
	fill(numbers, t.Fields[TN]{
		"tn":            t.Text(func(n *TN) *string { return &n.Digits }),
		"class4_did_id": t.OptionalInteger(func(n *TN) **int64 { return &n.Class4DIDID }),
		"registered":    t.Flag(func(n *TN) *bool { return &n.Registered }),
		"deleted_on":    t.Instant(func(n *TN) *time.Time { return &n.DeletedOn }),
	})
	fill(orders, baseFields[Order](), t.Fields[Order]{
		"state":     t.Text(func(o *Order) *string { return &o.State }),
		"autorenew": t.Flag(func(o *Order) *bool { return &o.Autorenew }),
		"request":   t.FreeForm(func(o *Order) *map[string]any { return &o.Request }),
		"price":     t.FreeForm(func(o *Order) *map[string]any { return &o.Price }),
	})
}
