package opentact

import t "github.com/sipfacade/sipfacade/internal/upstream/tolerant"

// fillProfiles: messaging and outbound voice profiles, in every spelling of the
// vendor's documents and descriptions.
func fillProfiles() {
	tollfree := t.OptionalInteger32(func(p *MessagingProfile) **int32 { return &p.TollfreeWeight })
	fill(messagingProfiles, ownedFields[MessagingProfile](), t.Fields[MessagingProfile]{
		"name":               t.OptionalText(func(p *MessagingProfile) **string { return &p.Name }),
		"callback_url":       t.OptionalText(func(p *MessagingProfile) **string { return &p.CallbackURL }),
		"callback_url2":      t.OptionalText(func(p *MessagingProfile) **string { return &p.CallbackURL2 }),
		"number_pool_enable": t.OptionalFlag(func(p *MessagingProfile) **bool { return &p.NumberPoolEnable }),
		"long_code_weight":   t.OptionalInteger32(func(p *MessagingProfile) **int32 { return &p.LongCodeWeight }),
		"tollfree_weight":    tollfree,
		"toll_free_weight":   tollfree,
		"skip_unhealthy_tns": t.OptionalFlag(func(p *MessagingProfile) **bool { return &p.SkipUnhealthyTNs }),
		"sticky_sender":      t.OptionalFlag(func(p *MessagingProfile) **bool { return &p.StickySender }),
		"leases":             t.Many(func(p *MessagingProfile) *[]*Lease { return &p.Leases }, leases),
	})
	spend := t.OptionalNumber(func(p *VoiceProfile) **float64 { return &p.DailySpendLimit })
	format := t.Text(func(p *VoiceProfile) *string { return &p.Filemat })
	fill(voiceProfiles, ownedFields[VoiceProfile](), t.Fields[VoiceProfile]{
		"name":              t.OptionalText(func(p *VoiceProfile) **string { return &p.Name }),
		"tech_prefix":       t.OptionalInteger32(func(p *VoiceProfile) **int32 { return &p.TechPrefix }),
		"channel_limit":     t.OptionalNumber(func(p *VoiceProfile) **float64 { return &p.ChannelLimit }),
		"max_rate":          t.OptionalNumber(func(p *VoiceProfile) **float64 { return &p.MaxRate }),
		"record_calls":      t.OptionalInteger32(func(p *VoiceProfile) **int32 { return &p.RecordCalls }),
		"daily_spend_limit": spend,
		"daily_spent_limit": spend,
		"filemat":           format,
		"format":            format,
		"file_format":       format,
		"audio_track_type":  t.OptionalInteger32(func(p *VoiceProfile) **int32 { return &p.AudioTrackType }),
	})
}
