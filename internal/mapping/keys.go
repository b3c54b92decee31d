package mapping

import "github.com/sipfacade/sipfacade/internal/opentactapi"

// Sent returns the names that a generation is sent in place of the usual ones.
func (d Dialect) Sent(generation opentactapi.Generation) map[string]string {
	sent := map[string]string{}
	for _, resource := range d.Resources {
		for _, field := range resource.Fields {
			if name, ok := field.Sent[generation]; ok {
				sent[field.Vendor[0]] = name
			}
		}
	}
	return sent
}
