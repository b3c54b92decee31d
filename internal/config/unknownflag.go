package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// unknownFlag is an argument at which kong stopped, because no flag has its name.
type unknownFlag struct {
	mistake mistake
	at, end int // the arguments of the flag and its value
}

// stoppedAt returns the unknown flag that the error is about, and whether it is about one.
func stoppedAt(args []string, err error) (unknownFlag, bool) {
	failure, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return unknownFlag{}, false
	}
	for i, arg := range args {
		name := nameIn(arg)
		text := "unknown flag " + name
		if name != "" && (failure.Error() == text || strings.HasPrefix(failure.Error(), text+", did you mean ")) {
			return unknownFlag{unknownFlagMistake(arg, failure.Context), i, valueEnd(args, i, failure.Context.Model.Node)}, true
		}
	}
	return unknownFlag{}, false
}

// nameIn returns the name that kong takes from an argument, "" if that is not a flag. After one
// dash it takes the first character.
func nameIn(arg string) string {
	switch {
	case strings.HasPrefix(arg, "--"):
		name, _, _ := strings.Cut(arg, "=")
		return name
	case strings.HasPrefix(arg, "-") && arg != "-":
		return arg[:2]
	}
	return ""
}

// unknownFlagMistake names the flag. Of an argument with one dash it shows only what kong takes
// as its name, unless a second dash makes it a flag: the rest may be a value.
func unknownFlagMistake(arg string, context *kong.Context) mistake {
	var known []string
	for _, flag := range context.Flags() {
		known = append(known, "--"+flag.Name)
		if flag.Tag.Negatable != "" {
			known = append(known, "--no-"+flag.Name)
		}
	}
	name := nameIn(arg)
	if whole, _, _ := strings.Cut(arg, "="); slices.Contains(known, "-"+whole) {
		name = whole
	}
	shown := strings.Trim(fmt.Sprintf("%.*q", maxCompared, name), `"`)
	return mistake{shown, fmt.Sprintf("%s: unknown flag, the nearest is %s", shown, nearest(name, known))}
}

// valueEnd returns the index after the flag and its value. The next argument is the value
// unless that is joined by =, or the argument is a flag or a command.
func valueEnd(args []string, at int, root *kong.Node) int {
	next := at + 1
	if strings.Contains(args[at], "=") || next == len(args) || strings.HasPrefix(args[next], "-") || isCommand(root, args[next]) {
		return next
	}
	return next + 1
}

// isCommand reports whether a command, or a part of one, has the name.
func isCommand(node *kong.Node, name string) bool {
	return slices.ContainsFunc(node.Children, func(child *kong.Node) bool {
		return child.Name == name || isCommand(child, name)
	})
}

// without returns the arguments without the flag and its value.
func (u unknownFlag) without(args []string) []string {
	return slices.Delete(slices.Clone(args), u.at, u.end)
}
