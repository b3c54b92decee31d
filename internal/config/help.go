package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

const description = `sipfacade serves the SIP resources of its vendors as gRPC and JSON.
Try it without an account: sipfacade serve --sandbox`

// precedence is printed above the settings.
const precedence = `A setting is a flag, an environment variable (named beside it), or a key of the
YAML file: --grpc-address, SIPFACADE_GRPC_ADDRESS, grpc_address. Flags win over
the environment, the environment over the file. An empty variable or key counts
as unset, an unknown one is an error. A secret given as a file is read again
whenever the file changes.`

// printHelp prints each setting as two lines, flag beside variable and meaning
// beside default, which stays readable at 80 columns.
func printHelp(_ kong.HelpOptions, context *kong.Context) error {
	page := &strings.Builder{}
	node := context.Selected()
	if node == nil {
		node = context.Model.Node
	}
	fmt.Fprintf(page, "Usage: %s%s\n\n%s\n", node.FullPath(), usageTail(node), node.Help)
	writeCommands(page, node)
	writeSettings(page, usedFlags(context.Model.Flags, node))
	_, err := fmt.Fprint(context.Stdout, page)
	return err
}

func usageTail(node *kong.Node) string {
	if len(node.Children) > 0 {
		return " <command> [flags]"
	}
	return " [flags]"
}

func writeCommands(page *strings.Builder, node *kong.Node) {
	if len(node.Children) == 0 {
		return
	}
	fmt.Fprint(page, "\nCommands\n")
	for _, leaf := range node.Leaves(true) {
		fmt.Fprintf(page, "  %-14s %s\n", strings.TrimPrefix(leaf.FullPath(), "sipfacade "), leaf.Help)
	}
}

// usedFlags leaves out what the command has no use for.
func usedFlags(flags []*kong.Flag, node *kong.Node) []*kong.Flag {
	if node.Tag == nil || !node.Tag.Has("uses") {
		return flags
	}
	used := append(strings.Split(node.Tag.Get("uses"), ","), "help")
	return slices.DeleteFunc(slices.Clone(flags), func(flag *kong.Flag) bool {
		return !slices.Contains(used, flag.Name)
	})
}

func writeSettings(page *strings.Builder, flags []*kong.Flag) {
	if len(flags) > 1 {
		fmt.Fprintf(page, "\n%s\n", precedence)
	}
	group := ""
	for i, flag := range flags {
		if title := groupOf(flag); i == 0 || title != group {
			group = title
			fmt.Fprintf(page, "\n%s\n", group)
		}
		writeFlag(page, flag)
	}
}

func groupOf(flag *kong.Flag) string {
	if flag.Group == nil {
		return "General"
	}
	return flag.Group.Title
}

func writeFlag(page *strings.Builder, flag *kong.Flag) {
	if flag.Name == "help" {
		fmt.Fprint(page, "  -h, --help\n      Print this page, or that of a command.\n")
		return
	}
	fmt.Fprintf(page, "  %-38s %s\n", flagUsage(flag), variableOf(keyOf(flag.Name)))
	fmt.Fprintf(page, "      %s%s\n", flag.Help, defaultOf(flag))
}

func flagUsage(flag *kong.Flag) string {
	switch {
	case flag.Tag.Negatable != "":
		return "--[no-]" + flag.Name
	case flag.IsBool():
		return "--" + flag.Name
	}
	return "--" + flag.Name + "=" + flag.FormatPlaceHolder()
}

// defaultOf says what holds without the setting, on a line of its own when it
// needs more than a word.
func defaultOf(flag *kong.Flag) string {
	if note := flag.Tag.Get("note"); note != "" {
		return "\n      Default: " + note
	}
	if flag.Default == "" {
		return ""
	}
	return "\n      Default: " + flag.Default
}
