package config

import (
	"fmt"
	"slices"

	"github.com/alecthomas/kong"
)

// strongestFirst are the sources of values that somebody gave.
var strongestFirst = []Source{FromFlag, FromEnvironment, FromFile}

// alternatives are two groups of settings that give the same thing.
type alternatives [2][]string

// alternatives returns the value and the file of each secret, and the two ways to log in to
// each vendor.
func (c *Config) alternatives() []alternatives {
	var all []alternatives
	for _, secret := range c.secretSettings() {
		all = append(all, alternatives{{secret.key}, {secret.key + fileSuffix}})
	}
	for _, v := range c.vendors() {
		all = append(all, alternatives{v.singleKeys(), v.loginKeys()})
	}
	return all
}

// settle keeps the setting from the stronger source if two settings exclude each other, in the same
// way as for one setting that several sources give. The rules then see what is left: both settings,
// if one source gave both.
func (l *commandLine) settle() {
	for _, groups := range l.config.alternatives() {
		first, firstRank := l.strongest(groups[0])
		second, secondRank := l.strongest(groups[1])
		switch {
		case firstRank < secondRank:
			l.overrule(groups[1], first)
		case secondRank < firstRank:
			l.overrule(groups[0], second)
		}
	}
}

// strongest returns the setting that has the strongest source of those that are set, and the
// rank of that source.
func (l *commandLine) strongest(keys []string) (key string, rank int) {
	for rank, source := range strongestFirst {
		for _, key := range keys {
			if l.sources[key] == source && !l.flag(key).Target.IsZero() {
				return key, rank
			}
		}
	}
	return "", len(strongestFirst)
}

// overrule unsets the settings, because the winner has a stronger source. What is wrong with
// their values does not matter any more.
func (l *commandLine) overrule(keys []string, winner string) {
	for _, key := range keys {
		target := l.flag(key).Target
		if target.IsZero() {
			continue
		}
		target.SetZero()
		l.found.forget(key)
		l.overruled[key] = fmt.Sprintf("ignored, since %s is given by %s", winner, l.sources[winner])
	}
}

// flag returns the flag of a setting.
func (l *commandLine) flag(key string) *kong.Flag {
	return l.flags[slices.IndexFunc(l.flags, func(flag *kong.Flag) bool { return keyOf(flag.Name) == key })]
}
