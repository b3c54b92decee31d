package opentact

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// provision sets the values that the vendor adds to a new or changed record.
func (s *Server) provision(r *record, changed map[string]any) {
	switch r.kind {
	case invites:
		setOnce(r, "token", inviteToken(r.id))
	case connections:
		s.provisionTrunk(r, "ingress", changed)
		s.provisionTrunk(r, "egress", changed)
		s.provisionOnce(r, "class4_trunk_prefix_id")
		r.values["class4_tech_prefix_id"] = r.values["class4_trunk_prefix_id"]
		s.provisionPrefix(r)
	case apps:
		s.provisionTrunk(r, "egress", changed)
		s.provisionLater(r, changed)
	case voiceProfiles:
		s.provisionLater(r, changed)
	case sipUsers:
		setOnce(r, "state", "offline")
		s.provisionDigest(r, changed)
	}
}

// provisionPrefix: a choice, calls carry the technical prefix of the product.
func (s *Server) provisionPrefix(r *record) {
	if product := s.store.Get(products, idOf(r.values["product"])); product != nil {
		r.values["tech_prefix"] = product.values["tech_prefix"]
	}
}

// provisionLater gives a record what its kind has since the second generation.
func (s *Server) provisionLater(r *record, changed map[string]any) {
	if s.options.Generation == FirstGeneration {
		return
	}
	s.provisionTrunk(r, "ingress", changed)
	s.provisionOnce(r, "class4_tech_prefix_id")
	s.provisionPrefix(r)
}

func setOnce(r *record, name string, value any) {
	if r.values[name] == nil {
		r.values[name] = value
	}
}

func (s *Server) provisionOnce(r *record, name string) {
	if r.values[name] == nil {
		r.values[name] = s.store.nextNumber()
	}
}

// provisionTrunk gives one direction its ids on the switch and completes its
// settings. A choice: settings are replaced as a whole, not merged, and null
// brings the switch's own back.
func (s *Server) provisionTrunk(r *record, direction string, changed map[string]any) {
	s.provisionOnce(r, "class4_"+direction+"_trunk_id")
	s.provisionOnce(r, "class4_"+direction+"_resource_ip_id")
	name := "class4_" + direction + "_trunk_settings"
	given, isSet := changed[name].(map[string]any)
	if _, settled := r.values[name].(map[string]any); settled && !isSet {
		return
	}
	r.values[name] = switchSettings(r, direction, given)
}

// switchSettings returns the switch's own settings with the given ones over them. The
// registration user's password is among them, as at the vendor.
func switchSettings(r *record, direction string, given map[string]any) map[string]any {
	traffic := map[string]string{"ingress": "Termination Traffic", "egress": "DID Traffic"}[direction]
	settings := map[string]any{
		"name":        r.text("name") + " " + direction,
		"is_active":   true,
		"trunk_type2": traffic,
		"reg_user": []any{map[string]any{
			"username": fmt.Sprintf("%s-%v", direction, r.values["class4_"+direction+"_trunk_id"]), "password": SecretTrunkPassword, "profile_id": int64(1),
		}},
	}
	maps.Copy(settings, given)
	return settings
}

// provisionDigest keeps the two digests of a password, never the password.
func (s *Server) provisionDigest(r *record, changed map[string]any) {
	password, given := changed["password"].(string)
	if !given {
		return
	}
	delete(r.values, "password")
	realm := "opentact.example.com"
	if domain := r.text("sip_domain"); domain != "" && s.options.Generation != FirstGeneration {
		realm = domain
	}
	if connection := s.store.Get(connections, r.text("sip_connection")); connection != nil && connection.text("subdomain") != "" {
		realm = connection.text("subdomain") + "." + realm
	}
	login := r.text("login")
	r.values["ha1"] = digest(login, realm, password)
	r.values["ha1b"] = digest(login+"@"+realm, realm, password)
}

// digest is MD5 because SIP digest authentication is, by RFC 2617.
func digest(parts ...string) string {
	sum := md5.Sum([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(sum[:])
}

// inviteToken is opaque to clients. It derives from the id, so that it is the same
// in each run.
func inviteToken(id string) string {
	sum := sha256.Sum256([]byte("invite " + id))
	return hex.EncodeToString(sum[:24])
}

// user names a relation by which others hold on to a record.
type relation struct {
	kind  kind
	field string
}

// holders are who keeps an app, a voice profile or a SIP domain from being removed. The
// vendor declares the 409 for apps and domains; a choice: voice profiles are kept in the
// same way, and users and invites are what keeps a domain.
func referencesTo(k kind) []relation {
	switch k {
	case apps:
		return []relation{{leases, "sip_control_app"}}
	case voiceProfiles:
		return []relation{{connections, "outbound_voice_profile"}, {apps, "outbound_voice_profile"}, {domains, "outbound_voice_profile"}}
	case domains:
		return []relation{{sipUsers, "sip_domain"}, {invites, "sip_domain"}}
	}
	return nil
}

func (s *Server) inUse(r *record) error {
	for _, reference := range referencesTo(r.kind) {
		hidden := reference.kind == domains && s.options.Generation == FirstGeneration
		if !hidden && len(s.store.having(reference.kind, reference.field, r.id)) > 0 {
			return &failure{status: http.StatusConflict, message: resources[r.kind].name + " is still in use"}
		}
	}
	return nil
}

// removeDependents undoes what points to a record that is removed. A choice: a connection
// takes its invites and SIP users with it and frees its numbers; a messaging
// profile leaves its numbers without one.
func (s *Server) removeDependents(r *record) {
	switch r.kind {
	case connections:
		if s.options.Generation == FirstGeneration {
			for _, k := range []kind{invites, sipUsers} {
				for _, child := range s.store.having(k, "sip_connection", r.id) {
					s.store.Remove(child.kind, child.id)
				}
			}
		}
		s.unset(domains, "sip_connection", r.id)
		s.unset(leases, "sip_connection", r.id)
	case apps:
		s.unset(domains, "sip_control_app", r.id)
	case messagingProfiles:
		s.unset(leases, "messaging_profile", r.id)
	}
}

func (s *Server) unset(k kind, name, id string) {
	for _, r := range s.store.having(k, name, id) {
		r.values[name] = nil
	}
}
