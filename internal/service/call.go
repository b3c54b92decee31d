package service

import (
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/list"
)

// canonical is a UUID as the vendor takes it: in lower case.
func canonical(uuid string) string { return strings.ToLower(uuid) }

// pageOf serves a list: the request is checked before the vendor is called, and
// the page is picked from all that it answers.
func pageOf[From any, To proto.Message](
	tokens *list.Tokens, request list.Request, key string,
	convert func(From) To, fetch func() ([]From, error),
) (page []To, next string, err error) {
	query, err := list.Prepare[To](tokens, request, key)
	if err != nil {
		return nil, "", err
	}
	rows, err := fetch()
	if err != nil {
		return nil, "", err
	}
	page, next = query.Page(each(rows, convert))
	return page, next, nil
}
