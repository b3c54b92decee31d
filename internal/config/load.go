package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

const (
	variablePrefix = "SIPFACADE_"
	configKey      = "config"
)

// keyOf returns the YAML key of a flag.
func keyOf(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// variableOf returns the environment variable of a setting.
func variableOf(key string) string { return variablePrefix + strings.ToUpper(key) }

// WaysToSet returns the flag and the environment variable of a setting.
func WaysToSet(key string) string {
	return "--" + strings.ReplaceAll(key, "_", "-") + " or " + variableOf(key)
}

// settingFlags lists the flags that are settings, in the order of Config.
func settingFlags(model *kong.Application) []*kong.Flag {
	var flags []*kong.Flag
	for _, flag := range model.Flags {
		if flag != model.HelpFlag && !flag.Tag.Has("plain") {
			flags = append(flags, flag)
		}
	}
	return flags
}

// Source is the origin of a setting's value.
type Source string

// The sources, the strongest first.
const (
	FromFlag        Source = "flag"
	FromEnvironment Source = "env"
	FromFile        Source = "file"
	FromDefault     Source = "default"
)

// sources has, by key, the source of each value that was given.
type sources map[string]Source

// given reports whether somebody chose the value.
func (s sources) given(key string) bool { return s[key] != "" }

// of returns the source of the value.
func (s sources) of(key string) Source { return cmp.Or(s[key], FromDefault) }

// loader gives kong the environment and the file, and collects what is wrong
// with them.
type loader struct {
	environ []string
	found   *findings
	sources sources
}

// addSources adds the file and the environment as resolvers. kong takes the
// last one that has a value. The environment is a resolver too because kong
// itself reads only that of the process and counts an empty variable as given.
func (l *loader) addSources(context *kong.Context) error {
	if command := commandOf(context); withoutSettings(command) || command == "" {
		return nil
	}
	flags := settingFlags(context.Model)
	variables := readEnvironment(l.environ, flags, l.found)
	path := cmp.Or(givenPath(context, flags), variables[configKey])
	context.AddResolver(l.resolver(FromFile, readFile(path, fileKeys(flags), l.found)))
	context.AddResolver(l.resolver(FromEnvironment, variables))
	return nil
}

// resolver looks settings up by key.
func (l *loader) resolver(source Source, values map[string]string) kong.ResolverFunc {
	return func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		key := keyOf(flag.Name)
		text, ok := values[key]
		if !ok {
			return nil, nil
		}
		l.sources[key] = source
		return text, nil
	}
}

// noteFlags notes which settings the command line gave.
func (l *loader) noteFlags(context *kong.Context) {
	for _, step := range context.Path {
		if step.Flag != nil && !step.Resolved {
			l.sources[keyOf(step.Flag.Name)] = FromFlag
		}
	}
}

// givenPath returns the file that the command line names, or "".
func givenPath(context *kong.Context, flags []*kong.Flag) string {
	for _, flag := range flags {
		if flag.Name == configKey {
			return fmt.Sprint(context.FlagValue(flag))
		}
	}
	return ""
}

// collector decodes with kong's mapper and notes a value that cannot be read.
// kong would stop at the first one and repeat it, and it may be a secret.
type collector struct {
	kong.Mapper
	found *findings
}

// Decode implements kong.Mapper.
func (c collector) Decode(context *kong.DecodeContext, target reflect.Value) error {
	value, next := context.Value, context.Scan.Peek()
	if !next.IsValue() && !value.IsBool() {
		return errors.New("needs a value; write one that begins with a dash after =")
	}
	// kong's mappers would replace invalid UTF-8.
	readable := utf8.ValidString(next.String())
	if err := c.Mapper.Decode(context, target); err == nil && readable && isListed(value, target) {
		return nil
	}
	c.found.addUnreadable(keyOf(value.Name), expectation(value, target))
	if value.Enum == "" {
		return nil
	}
	// The default is used instead, because kong stops at a value outside of the enum.
	fallback := kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: value.Default})
	return c.Mapper.Decode(context.WithScanner(fallback), target)
}

// isListed reports whether the target holds one of the values that the enum
// tag lists. kong checks this too, but stops at the first mistake.
func isListed(value *kong.Value, target reflect.Value) bool {
	return value.Enum == "" || value.EnumMap()[fmt.Sprint(target.Interface())]
}

// expectation says what a setting accepts.
func expectation(value *kong.Value, target reflect.Value) string {
	if value.Enum != "" {
		return "must be one of " + strings.Join(value.EnumSlice(), ", ")
	}
	accepted := map[reflect.Type]string{
		reflect.TypeFor[bool]():          "must be true or false",
		reflect.TypeFor[int]():           "must be a whole number",
		reflect.TypeFor[float64]():       "must be a number such as 0.5",
		reflect.TypeFor[time.Duration](): "must be a duration such as 500ms, 30s or 1m30s",
		reflect.TypeFor[slog.Level]():    "must be one of debug, info, warn, error",
		reflect.TypeFor[ByteSize]():      "must be a number of bytes such as 1048576 or 64MiB",
		reflect.TypeFor[Secret]():        "must be one line without control characters",
	}
	return cmp.Or(accepted[target.Type()], "must be valid UTF-8")
}

// decodeList splits at every comma. kong's own mapper drops an empty last entry.
func decodeList(context *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := context.Scan.PopValueInto("list", &text); err != nil {
		return err
	}
	target.Set(reflect.ValueOf(strings.Split(text, ",")))
	return nil
}
