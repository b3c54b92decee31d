package config

import (
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

const (
	variablePrefix = "SIPFACADE_"
	fileSuffix     = "_file"
	configKey      = "config"
)

// Source says where the value of a setting came from.
type Source string

// The sources, the strongest first.
const (
	FromFlag        Source = "flag"
	FromEnvironment Source = "env"
	FromFile        Source = "file"
	FromDefault     Source = "default"
)

// layer holds the settings that one source gives, by key.
type layer struct {
	source Source
	values map[string]string
}

// setting is one field of a Config that is being filled.
type setting struct {
	key      string
	field    reflect.Value
	fallback string // the default as text
	note     string // what to say instead of the default
}

// settings lists the fields of the Config behind kong's flags, in their order.
func settings(flags []*kong.Flag) []setting {
	list := make([]setting, 0, len(flags))
	for _, flag := range flags {
		if flag.Name == "help" {
			continue
		}
		list = append(list, setting{
			key: keyOf(flag.Name), field: flag.Target,
			fallback: flag.Default, note: flag.Tag.Get("note"),
		})
	}
	return list
}

// keyOf turns the name of a flag into the key of the setting.
func keyOf(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// variableOf turns the key of a setting into its environment variable.
func variableOf(key string) string { return variablePrefix + strings.ToUpper(key) }

// keys lists the keys of the settings. The path of the file cannot be a key of
// the file itself, so configKey is left out.
func keys(list []setting) []string {
	var names []string
	for _, setting := range list {
		if setting.key != configKey {
			names = append(names, setting.key)
		}
	}
	return names
}

// lookup returns the text of a setting from the strongest layer that has it.
func (s setting) lookup(layers []layer) (string, Source) {
	for _, layer := range layers {
		if text, ok := layer.values[s.key]; ok {
			return text, layer.source
		}
	}
	return s.fallback, FromDefault
}

// secret returns the secret behind the field, or nil for another kind of field.
func (s setting) secret() *Secret {
	secret, _ := s.field.Addr().Interface().(*Secret)
	return secret
}
