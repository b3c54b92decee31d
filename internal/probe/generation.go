package probe

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
)

// Generations of the vendor that has several.
var (
	everyGeneration = []int{1, 2, 3}
	beforeThird     = []int{1, 2}
	onlyThird       = []int{3}
)

// judge returns which generations the signs allow: those that the fewest contradict.
func judge(configured int, signs []Sign) *Generation {
	found := &Generation{Configured: configured, Signs: signs}
	least := len(signs) + 1
	for _, generation := range everyGeneration {
		against := 0
		for _, sign := range signs {
			if !slices.Contains(sign.Generations, generation) {
				against++
			}
		}
		if against < least {
			least, found.Answering = against, nil
		}
		if against == least {
			found.Answering = append(found.Answering, generation)
		}
	}
	set := found.Answering[0] // the others need what it may lack
	if slices.Contains(found.Answering, configured) {
		set = configured
	}
	found.Setting = fmt.Sprintf("SIPFACADE_OPENTACT_GENERATION=%d", set)
	return found
}

// routeSigns returns the routes that some generations have and others lack.
func routeSigns(routes []*Route) (signs []Sign) {
	for _, route := range routes {
		if len(route.Generations) == len(everyGeneration) {
			continue
		}
		line := route.Method + " " + route.Path
		switch route.Outcome {
		case Answered:
			signs = append(signs, Sign{route.Generations, line + " answers"})
		case Absent:
			signs = append(signs, Sign{others(route.Generations), fmt.Sprintf("%s answers %d", line, route.Status)})
		}
	}
	return signs
}

// others returns the generations beside these.
func others(generations []int) (rest []int) {
	for _, generation := range everyGeneration {
		if !slices.Contains(generations, generation) {
			rest = append(rest, generation)
		}
	}
	return rest
}

// shape is members that the objects of an answer have since generation 3.
type shape struct {
	operations []string
	called     string
	members    []string
}

// shapes returns those that tell generation 3 from the others.
func shapes() []shape {
	var shaken []string
	for _, resource := range mapping.OpenTACT.Resources {
		if resource.Message != "SipConnection" {
			continue
		}
		for _, field := range resource.Fields {
			if len(field.In) == 1 && field.In.Has(opentactapi.Generation3) {
				shaken = append(shaken, append(field.Vendor, field.Name)[0])
			}
		}
	}
	return []shape{
		{[]string{"ListSIPConnections", "GetSIPConnectionByUUID"}, "connections", shaken},
		{[]string{"ListSIPUsers", "GetSIPUser"}, "SIP users", []string{"state", "is_active"}},
	}
}

// sign returns what the objects of the operations say.
func (s shape) sign(objects []object) (sign Sign, ok bool) {
	if len(objects) == 0 {
		return Sign{}, false
	}
	for _, member := range s.members {
		if has(objects, member) {
			return Sign{onlyThird, fmt.Sprintf("%s have %s", s.called, member)}, true
		}
	}
	return Sign{beforeThird, fmt.Sprintf("%s have no %s", s.called, strings.Join(s.members, " and no "))}, true
}

// errorSign returns what the body of an error says. That it lacks what generation 3 adds proves
// little: only an example of the vendor shows it. So it counts if objects say the same.
func errorSign(body []byte, compared bool) (sign Sign, ok bool) {
	var members object
	if json.Unmarshal(body, &members) != nil || !has([]object{members}, "success", "message") {
		return Sign{}, false
	}
	switch {
	case has([]object{members}, "meta", "fields"):
		return Sign{onlyThird, "the body of an error has meta or fields"}, true
	case compared:
		return Sign{beforeThird, "the body of an error has neither meta nor fields"}, true
	default:
		return Sign{everyGeneration, "the body of an error has neither meta nor fields, and there is no connection or SIP user to compare"}, true
	}
}
