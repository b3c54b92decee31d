package service

import (
	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

func messagingProfile(from *opentact.MessagingProfile) *pb.MessagingProfile {
	if from == nil {
		return nil
	}
	return &pb.MessagingProfile{
		Uuid:                from.UUID,
		Name:                from.Name,
		CallbackUrl:         from.CallbackURL,
		FailoverCallbackUrl: from.CallbackURL2,
		NumberPoolEnabled:   from.NumberPoolEnable,
		LongCodeWeight:      from.LongCodeWeight,
		TollFreeWeight:      from.TollfreeWeight,
		SkipUnhealthyTns:    from.SkipUnhealthyTNs,
		StickySender:        from.StickySender,
		TnLeases:            each(from.Leases, tnLease),
		Account:             account(from.Account),
		CreatedBy:           user(from.CreatedBy),
		ModifiedBy:          user(from.ModifiedBy),
		CreateTime:          instant(from.CreatedOn),
		UpdateTime:          instant(from.ModifiedOn),
	}
}

func outboundVoiceProfile(from *opentact.VoiceProfile) *pb.OutboundVoiceProfile {
	if from == nil {
		return nil
	}
	to := &pb.OutboundVoiceProfile{
		Uuid:            from.UUID,
		Name:            from.Name,
		TechPrefix:      from.TechPrefix,
		ChannelLimit:    from.ChannelLimit,
		MaxRate:         from.MaxRate,
		RecordCalls:     from.RecordCalls,
		DailySpendLimit: from.DailySpendLimit,
		AudioTrackType:  from.AudioTrackType,
		Account:         account(from.Account),
		CreatedBy:       user(from.CreatedBy),
		ModifiedBy:      user(from.ModifiedBy),
		CreateTime:      instant(from.CreatedOn),
		UpdateTime:      instant(from.ModifiedOn),
	}
	if format, ok := enumOf[pb.FileFormat](fileFormats, from.Filemat); ok {
		to.FileFormat = &format
	}
	return to
}

// profileUUID is the UUID of the voice profile that a resource refers to.
func profileUUID(profile *opentact.VoiceProfile) *string {
	if profile == nil || profile.UUID == "" {
		return nil
	}
	return &profile.UUID
}
