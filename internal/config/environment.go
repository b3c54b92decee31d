package config

import (
	"fmt"
	"regexp"
	"strings"
)

// serviceLink matches the variables that Kubernetes sets for every Service
// whose name begins with `sipfacade`, as it does for any container in the same
// namespace. They are not misspelt settings.
var serviceLink = regexp.MustCompile(`^SIPFACADE_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=|` +
	`^SIPFACADE_(\w+_)?PORT=(tcp|udp|sctp)://`)

// readEnvironment takes the settings out of an environment such as
// os.Environ. An empty variable counts as unset, as compose files and charts
// have no other way to leave one out. It reports variables that no setting has.
func readEnvironment(environ []string, list []setting, found *findings) layer {
	known := map[string]string{}
	variables := make([]string, len(list))
	for i, setting := range list {
		variables[i] = variableOf(setting.key)
		known[variables[i]] = setting.key
	}
	values := map[string]string{}
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		key, ok := known[name]
		switch {
		case ok && text != "":
			values[key] = text
		case !ok && strings.HasPrefix(name, variablePrefix) && !serviceLink.MatchString(entry):
			text := fmt.Sprintf("unknown variable, the nearest is %s", nearest(name, variables))
			found.problems = append(found.problems, Problem{Key: name, Text: text})
		}
	}
	return layer{source: FromEnvironment, values: values}
}
