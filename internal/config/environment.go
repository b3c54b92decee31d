package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"
)

// serviceLink matches the variables that Kubernetes sets in every container for
// each Service of the namespace whose name begins with `sipfacade`. They are
// not misspelt settings.
var serviceLink = regexp.MustCompile(`^SIPFACADE_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=|` +
	`^SIPFACADE_(\w+_)?PORT=(tcp|udp|sctp)://`)

// readEnvironment returns the settings of an environment such as os.Environ, by
// key. An empty variable counts as unset, because compose files and charts have
// no other way to leave one out. It reports variables that no setting has.
func readEnvironment(environ []string, flags []*kong.Flag, found *findings) map[string]string {
	keys, variables := map[string]string{}, make([]string, len(flags))
	for i, flag := range flags {
		variables[i] = variableOf(keyOf(flag.Name))
		keys[variables[i]] = keyOf(flag.Name)
	}
	values := map[string]string{}
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		key, known := keys[name]
		switch {
		case known && text != "":
			values[key] = text
		case !known && strings.HasPrefix(name, variablePrefix) && !serviceLink.MatchString(entry):
			found.addUnknown(name, fmt.Sprintf("unknown variable, the nearest is %s", nearest(name, variables)))
		}
	}
	return values
}
