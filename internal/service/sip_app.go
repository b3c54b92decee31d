package service

import (
	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

func sipApp(from *opentact.App) *pb.SipApp {
	if from == nil {
		return nil
	}
	return &pb.SipApp{
		Uuid:                      from.UUID,
		Name:                      from.Name,
		Subdomain:                 from.Subdomain,
		Active:                    from.Active,
		Class4EgressTrunkSettings: trunkSettings(from.Class4EgressTrunkSettings),
		OutboundVoiceProfileUuid:  profileUUID(from.OutboundVoiceProfile),
		OutboundVoiceProfile:      outboundVoiceProfile(from.OutboundVoiceProfile),
		Class4EgressTrunkId:       from.Class4EgressTrunkID,
		Class4EgressResourceIpId:  from.Class4EgressResourceIPID,
		TnLeases:                  each(from.TNLeases, tnLease),
		Account:                   account(from.Account),
		CreatedBy:                 user(from.CreatedBy),
		ModifiedBy:                user(from.ModifiedBy),
		CreateTime:                instant(from.CreatedOn),
		UpdateTime:                instant(from.ModifiedOn),
	}
}
