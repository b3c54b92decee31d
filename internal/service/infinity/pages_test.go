package infinity

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
)

// userRow is a row whose values follow from its number, and user what it is read as.
// Numbers that 3 divides have fewer values than others.
func userRow(number int) string {
	more := ""
	if number%3 != 0 {
		more = fmt.Sprintf(`,"email":"%d@example.com","siteCode":"S%d","mobileFollow":"1","usPhoneId":"%d"`, number, number, number)
	}
	return fmt.Sprintf(`{"userId":"%d","user":"user%04d","createDatetime":"2026-01-02 03:%02d:%02d"%s}`, number, number, number/60%60, number%60, more) + "\n"
}

func user(number int, created *pb.PbxUser) *pb.PbxUser {
	wanted := &pb.PbxUser{UserId: new(uint32(number)), DomainId: new(uint32(3)), Login: new(fmt.Sprintf("user%04d", number)), CreateTime: created.GetCreateTime()}
	if number%3 != 0 {
		wanted.Email, wanted.MobileFollow, wanted.UsPhoneId = new(fmt.Sprintf("%d@example.com", number)), new(true), new(uint32(number))
		wanted.AdditionalFields = map[string]string{"siteCode": fmt.Sprintf("S%d", number)}
	}
	return wanted
}

// TestPagesOfUsers: each row of a page has its own values, in whatever order the rows come
// and whichever of them others push off the page.
func TestPagesOfUsers(t *testing.T) {
	t.Parallel()
	const rows = 400
	numbers := map[string][]int{"ascending": make([]int, rows), "descending": make([]int, rows), "mixed": rand.New(rand.NewPCG(1, 2)).Perm(rows)}
	for i := range rows {
		numbers["ascending"][i], numbers["descending"][i] = i, rows-1-i
	}
	for name, order := range numbers {
		var body strings.Builder
		for _, number := range order {
			body.WriteString(userRow(number + 1))
		}
		s, _ := pbxService(t, map[string]pbxAnswer{"GET /3/users": ok(body.String())})
		for orderBy, step := range map[string]int{"login": 1, "login desc": -1} {
			request, seen := &pb.ListPbxUsersRequest{DomainId: 3, PageSize: 70, OrderBy: orderBy, Filter: `login != "user0200"`}, 0
			for next := (rows + 1 - step*(rows-1)) / 2; ; {
				page, err := s.ListPbxUsers(t.Context(), request)
				if err != nil {
					t.Fatal(err)
				}
				for _, got := range page.GetPbxUsers() {
					if next == 200 {
						next += step
					}
					if diff := cmp.Diff(user(next, got), got, etagtest.Ignore()); diff != "" {
						t.Fatalf("%s, by %s: %s", name, orderBy, diff)
					}
					next += step
					seen++
				}
				if request.PageToken = page.GetNextPageToken(); request.GetPageToken() == "" {
					break
				}
			}
			if seen != rows-1 {
				t.Errorf("%s, by %s: %d rows", name, orderBy, seen)
			}
		}
	}
}
