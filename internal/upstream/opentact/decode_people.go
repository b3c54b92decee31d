package opentact

import (
	"time"

	t "github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// fillPeople: accounts and users. Their secrets and links back are not listed, so
// they are skipped.
func fillPeople() {
	fill(accounts, baseFields[Account](), t.Fields[Account]{
		"name":       t.Text(func(a *Account) *string { return &a.Name }),
		"email":      t.Text(func(a *Account) *string { return &a.Email }),
		"level":      t.Text(func(a *Account) *string { return &a.Level }),
		"balance":    t.OptionalNumber(func(a *Account) **float64 { return &a.Balance }),
		"class4_id":  t.OptionalInteger(func(a *Account) **int64 { return &a.Class4ID }),
		"time_zone":  t.One(func(a *Account) **TimeZone { return &a.TimeZone }, timeZones),
		"deleted_on": t.Instant(func(a *Account) *time.Time { return &a.DeletedOn }),
	})
	fill(timeZones, t.Fields[TimeZone]{
		"name": t.Text(func(z *TimeZone) *string { return &z.Name }),
	})
	fill(users, baseFields[User](), t.Fields[User]{
		"email":            t.Text(func(u *User) *string { return &u.Email }),
		"phone_number":     t.Text(func(u *User) *string { return &u.PhoneNumber }),
		"first_name":       t.Text(func(u *User) *string { return &u.FirstName }),
		"last_name":        t.Text(func(u *User) *string { return &u.LastName }),
		"avatar":           t.Text(func(u *User) *string { return &u.Avatar }),
		"gender":           t.Text(func(u *User) *string { return &u.Gender }),
		"dob":              t.Date(func(u *User) *string { return &u.DOB }),
		"role":             t.Text(func(u *User) *string { return &u.Role }),
		"gmail_user_id":    t.Text(func(u *User) *string { return &u.GmailUserID }),
		"facebook_user_id": t.Text(func(u *User) *string { return &u.FacebookUserID }),
		"apple_user_id":    t.Text(func(u *User) *string { return &u.AppleUserID }),
		"wechat_user_id":   t.Text(func(u *User) *string { return &u.WechatUserID }),
		"deleted_on":       t.Instant(func(u *User) *time.Time { return &u.DeletedOn }),
	})
	fill(sipUsers, baseFields[SIPUser](), t.Fields[SIPUser]{
		"login":        t.Text(func(u *SIPUser) *string { return &u.Login }),
		"remote_ip":    t.Text(func(u *SIPUser) *string { return &u.RemoteIP }),
		"first_name":   t.Text(func(u *SIPUser) *string { return &u.FirstName }),
		"last_name":    t.Text(func(u *SIPUser) *string { return &u.LastName }),
		"email":        t.Text(func(u *SIPUser) *string { return &u.Email }),
		"phone_number": t.Text(func(u *SIPUser) *string { return &u.PhoneNumber }),
		"avatar":       t.Text(func(u *SIPUser) *string { return &u.Avatar }),
		"dob":          t.Date(func(u *SIPUser) *string { return &u.DOB }),
		"gender":       t.Text(func(u *SIPUser) *string { return &u.Gender }),
		"groups":       t.FreeForms(func(u *SIPUser) *[]map[string]any { return &u.Groups }),
	})
}
