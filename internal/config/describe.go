package config

import (
	"cmp"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"
)

// Setting is one setting with the source of its value. Of a secret, the value is only
// whether it is set.
type Setting struct {
	Name   string
	Source Source
	Value  string
}

// Settings returns all settings.
func (c Config) Settings() []Setting { return c.settings }

// Describe lists every setting with the source of its value, one a line. Of
// secrets it says only whether they are set.
func (c Config) Describe() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	// A strings.Builder accepts every write.
	_, _ = fmt.Fprintln(table, "SETTING\tSOURCE\tVALUE")
	for _, setting := range c.settings {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", setting.Name, setting.Source, setting.Value)
	}
	_ = table.Flush()
	return text.String()
}

// settingsOf returns what Settings returns.
func settingsOf(flags []*kong.Flag, origin sources, overruled map[string]string) (settings []Setting) {
	for _, flag := range flags {
		key, value := keyOf(flag.Name), display(flag.Target)
		source := origin.of(key)
		if fileKey := key + fileSuffix; !origin.given(key) && origin.given(fileKey) {
			source = origin[fileKey]
		}
		if note := flag.Tag.Get("note"); note != "" && !flag.HasDefault && flag.Target.IsZero() {
			value = note
		}
		if why := overruled[key]; why != "" {
			source, value = origin.of(key), why
		}
		settings = append(settings, Setting{Name: key, Source: source, Value: value})
	}
	return settings
}

// display returns the value as Describe shows it.
func display(value reflect.Value) string {
	switch setting := value.Interface().(type) {
	case Secret:
		return map[bool]string{true: "set", false: "not set"}[setting.IsSet()]
	case slog.Level:
		return strings.ToLower(setting.String())
	case []string:
		return cmp.Or(strings.Join(setting, ","), "not set")
	}
	return cmp.Or(fmt.Sprint(value.Interface()), "not set")
}
