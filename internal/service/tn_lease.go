package service

import (
	"strings"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

func tnLease(from *opentact.Lease) *pb.TnLease {
	if from == nil {
		return nil
	}
	return &pb.TnLease{
		Uuid:                from.UUID,
		Tn:                  telephoneNumber(from.TN),
		Account:             account(from.Account),
		TnOrder:             tnOrder(from.Order),
		ExpireTime:          instant(from.ExpiredOn),
		Autorenew:           from.Autorenew,
		MessagingProfile:    messagingProfile(from.MessagingProfile),
		Class4ProductItemId: from.Class4ProductItemID,
		SipConnection:       sipConnection(from.SIPConnection),
		SipApp:              sipApp(from.App),
		CreatedBy:           user(from.CreatedBy),
		ModifiedBy:          user(from.ModifiedBy),
		CreateTime:          instant(from.CreatedOn),
		UpdateTime:          instant(from.ModifiedOn),
	}
}

func telephoneNumber(from *opentact.TN) *pb.TelephoneNumber {
	if from == nil {
		return nil
	}
	return &pb.TelephoneNumber{
		PhoneNumber: phoneNumber(from.Digits),
		Class4DidId: from.Class4DIDID,
		Registered:  from.Registered,
		DeleteTime:  instant(from.DeletedOn),
	}
}

// The lengths of an E.164 number with its country code that the vendor's bare
// digits are taken for.
const (
	shortestE164 = 11
	longestE164  = 15
)

// phoneNumber puts a plus before digits that are long enough to be E.164.
func phoneNumber(digits string) string {
	if len(digits) < shortestE164 || len(digits) > longestE164 || strings.Trim(digits, "0123456789") != "" {
		return digits
	}
	return "+" + digits
}

func tnOrder(from *opentact.Order) *pb.TnOrder {
	if from == nil {
		return nil
	}
	return &pb.TnOrder{
		Uuid:       from.UUID,
		State:      from.State,
		Autorenew:  from.Autorenew,
		Request:    freeForm(from.Request),
		Price:      freeForm(from.Price),
		CreateTime: instant(from.CreatedOn),
		UpdateTime: instant(from.ModifiedOn),
	}
}
