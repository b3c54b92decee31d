package service

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// each maps a list.
func each[From, To any](from []From, convert func(From) To) []To {
	if len(from) == 0 {
		return nil
	}
	to := make([]To, len(from))
	for i := range from {
		to[i] = convert(from[i])
	}
	return to
}

// instant is a time, or absent where there is none.
func instant(at time.Time) *timestamppb.Timestamp {
	if at.IsZero() {
		return nil
	}
	return timestamppb.New(at)
}

func account(from *opentact.Account) *pb.Account {
	if from == nil {
		return nil
	}
	to := &pb.Account{
		Uuid:       from.UUID,
		Name:       from.Name,
		Email:      from.Email,
		Level:      from.Level,
		Balance:    from.Balance,
		Class4Id:   from.Class4ID,
		CreateTime: instant(from.CreatedOn),
		UpdateTime: instant(from.ModifiedOn),
		DeleteTime: instant(from.DeletedOn),
	}
	if from.TimeZone != nil {
		to.TimeZone = from.TimeZone.Name
	}
	return to
}

func user(from *opentact.User) *pb.User {
	if from == nil {
		return nil
	}
	return &pb.User{
		Uuid:           from.UUID,
		Email:          from.Email,
		PhoneNumber:    from.PhoneNumber,
		FirstName:      from.FirstName,
		LastName:       from.LastName,
		Avatar:         from.Avatar,
		Gender:         from.Gender,
		Dob:            from.DOB,
		Role:           from.Role,
		GmailUserId:    from.GmailUserID,
		FacebookUserId: from.FacebookUserID,
		AppleUserId:    from.AppleUserID,
		WechatUserId:   from.WechatUserID,
		CreateTime:     instant(from.CreatedOn),
		UpdateTime:     instant(from.ModifiedOn),
		DeleteTime:     instant(from.DeletedOn),
	}
}

func sipUser(from *opentact.SIPUser) *pb.SipUser {
	return &pb.SipUser{
		Uuid:        from.UUID,
		Login:       from.Login,
		RemoteIp:    from.RemoteIP,
		FirstName:   from.FirstName,
		LastName:    from.LastName,
		Email:       from.Email,
		PhoneNumber: from.PhoneNumber,
		Avatar:      from.Avatar,
		Dob:         from.DOB,
		Gender:      from.Gender,
		Groups:      each(from.Groups, structOf),
		CreateTime:  instant(from.CreatedOn),
		UpdateTime:  instant(from.ModifiedOn),
	}
}
