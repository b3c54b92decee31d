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

// Describe lists every setting with the source of its value, one a line. Of
// secrets it says only whether they are set.
func (c Config) Describe() string { return c.description }

// describe writes what Describe returns.
func describe(flags []*kong.Flag, origin sources) string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	// A strings.Builder accepts every write.
	_, _ = fmt.Fprintln(table, "SETTING\tSOURCE\tVALUE")
	for _, flag := range flags {
		key, value := keyOf(flag.Name), display(flag.Target)
		source := origin.of(key)
		if fileKey := key + fileSuffix; !origin.given(key) && origin.given(fileKey) {
			source = origin[fileKey]
		}
		if note := flag.Tag.Get("note"); note != "" && !flag.HasDefault && flag.Target.IsZero() {
			value = note
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", key, source, value)
	}
	_ = table.Flush()
	return text.String()
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
