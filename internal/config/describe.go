package config

import (
	"cmp"
	"fmt"
	"log/slog"
	"strings"
	"text/tabwriter"
)

// resolved is one line of Describe.
type resolved struct {
	key, value string
	source     Source
}

// resolve notes what each setting came to. Secrets are noted as set or not.
func resolve(list []setting, origin sources) []resolved {
	lines := make([]resolved, len(list))
	for i, setting := range list {
		lines[i] = resolved{key: setting.key, source: origin[setting.key], value: setting.display(origin)}
		if fileKey := setting.key + fileSuffix; setting.secret() != nil && !origin.given(setting.key) && origin.given(fileKey) {
			lines[i].source = origin[fileKey]
		}
	}
	return lines
}

// display is the value as Describe shows it.
func (s setting) display(origin sources) string {
	if secret := s.secret(); secret != nil {
		if secret.IsSet() {
			return "set"
		}
		return cmp.Or(s.note, "not set")
	}
	if level, ok := s.field.Interface().(slog.Level); ok {
		return strings.ToLower(level.String())
	}
	text := fmt.Sprint(s.field.Interface())
	if text == "" && !origin.given(s.key) {
		return cmp.Or(s.note, "not set")
	}
	return text
}

// Describe lists every setting with the source of its value, one a line. Of
// secrets it says only whether they are set.
func (c Config) Describe() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	// A strings.Builder takes every write.
	_, _ = fmt.Fprintln(table, "SETTING\tSOURCE\tVALUE")
	for _, line := range c.resolved {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", line.key, line.source, line.value)
	}
	_ = table.Flush()
	return text.String()
}
