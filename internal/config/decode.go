package config

import (
	"encoding"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// decode reads the text of a setting into its field. Errors say what is
// accepted and leave the text out: it may be a secret that landed under the
// wrong name.
func decode(field reflect.Value, text string) error {
	switch target := field.Addr().Interface().(type) {
	case *string:
		*target = text
		return nil
	case *Secret:
		*target = NewSecret(text)
		return nil
	case *bool:
		return decodeBool(target, text)
	case *time.Duration:
		return decodeDuration(target, text)
	case *slog.Level:
		return choose(target, []byte(text), map[string]slog.Level{
			"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
		})
	case encoding.TextUnmarshaler:
		return target.UnmarshalText([]byte(text))
	}
	return fmt.Errorf("settings of type %s cannot be read", field.Type())
}

func decodeBool(target *bool, text string) error {
	spellings := map[string]bool{"true": true, "yes": true, "1": true, "false": false, "no": false, "0": false}
	value, ok := spellings[strings.ToLower(text)]
	if !ok {
		return errors.New("must be true or false")
	}
	*target = value
	return nil
}

func decodeDuration(target *time.Duration, text string) error {
	value, err := time.ParseDuration(text)
	if err != nil {
		return errors.New("must be a duration such as 500ms, 30s or 1m30s")
	}
	*target = value
	return nil
}

// choose sets the target to the value that goes by that name.
func choose[T any](target *T, name []byte, values map[string]T) error {
	value, ok := values[string(name)]
	if !ok {
		return fmt.Errorf("must be one of %s", strings.Join(slices.Sorted(maps.Keys(values)), ", "))
	}
	*target = value
	return nil
}
