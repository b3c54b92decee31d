package config

import (
	"cmp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

const (
	about = "sipfacade serves the SIP resources and the hosted PBXs of two telephony vendors as gRPC and JSON.\n\n" +
		"Try it without an account: sipfacade serve --sandbox\n\n" + precedence
	precedence = "Each setting is a flag, an environment variable (after the $ below), or a key of the YAML file: " +
		"--grpc-address, SIPFACADE_GRPC_ADDRESS, grpc_address. Flags win over the environment, the environment " +
		"over the file. An empty variable or key counts as unset; an unknown one is an error. " +
		"Vendor secrets and the page token key given as files are read again when the files change; the secrets of the ledger are read at the start."
)

// grammar is the command line as kong sees it. The tag `uses` names the flags that a command uses,
// separated by commas; without it a command uses all. The tag `plain` marks flags and arguments
// that are not settings, and so have no variable.
type grammar struct {
	Config Config `embed:""`

	Serve struct{ settingsHelp } `cmd:"" help:"Run the server until SIGTERM or SIGINT."`
	Group struct {
		Check struct{ settingsHelp } `cmd:"" help:"Report every mistake in the configuration at once."`
	} `cmd:"" name:"config" help:"Check the configuration."`
	Healthcheck struct{} `cmd:"" uses:"config,admin-address" help:"Exit with 0 if the running server is ready: if /readyz answers 200."`
	Version     struct{} `cmd:"" uses:"" help:"Print version, commit and Go version."`
	Token       struct {
		New struct {
			Name  string   `arg:"" plain:"" help:"Name of the caller, as logs and the audit file show it."`
			Scope []string `required:"" plain:"" placeholder:"SCOPE" help:"What the caller may do, such as pbx:read; can be given several times."`
			More  []string `arg:"" optional:"" plain:"" name:"scope" help:"Further scopes."`
		} `cmd:"" uses:"" help:"Print a new bearer token, once, and its entry for the tokens file."`
	} `cmd:"" help:"Make tokens for callers."`
	Probe struct {
		settingsHelp
		Output string `plain:"" enum:"table,json" default:"table" help:"table or json."`
		Record string `plain:"" placeholder:"DIR" help:"Write what the vendors answer into an empty or new directory, with all that may be secret or personal replaced."`
	} `cmd:"" help:"Read from the configured vendor accounts, or with --sandbox from the emulated vendors, and say how their answers differ from what is known."`

	Help struct {
		Command []string `arg:"" optional:"" plain:"" help:"The command, such as config check."`
	} `cmd:"" uses:"" help:"Print this page, or that of a command."`

	ShowVersion versionFlag `name:"version" plain:"" help:"Print version, commit and Go version."`

	loader *loader
}

// versionFlag asks for the version in place of a command.
type versionFlag bool

// BeforeReset is the hook that kong calls for a flag before it looks for a command.
func (versionFlag) BeforeReset() error { return errVersion }

// BeforeResolve is the hook that kong calls between the arguments and the other
// sources.
func (g *grammar) BeforeResolve(context *kong.Context) error { return g.loader.addSources(context) }

// settingsHelp adds to the help of a command how settings are given.
type settingsHelp struct{}

// Help implements kong.HelpProvider.
func (settingsHelp) Help() string { return precedence }

// helpOptions keeps help within a terminal of 80 columns.
func helpOptions() kong.HelpOptions {
	return kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 80}
}

// printHelp is kong's printer without the flags that the command does not use.
func printHelp(options kong.HelpOptions, context *kong.Context) error {
	if node := context.Selected(); node != nil && node.Tag.Has("uses") {
		used := strings.Split(node.Tag.Get("uses"), ",")
		for _, flag := range settingFlags(context.Model) {
			flag.Hidden = !slices.Contains(used, flag.Name)
		}
	}
	return kong.DefaultHelpPrinter(options, context)
}

// describeFlag adds the default and the variable to the help of a flag.
func describeFlag(value *kong.Value) string {
	if value.Name == "help" {
		return "Print this page, or that of a command."
	}
	if value.Tag.Has("plain") {
		return value.Help
	}
	text := value.Help
	if fallback := cmp.Or(value.Tag.Get("note"), value.Default); fallback != "" {
		text += " Default: " + fallback
	}
	return text + " ($" + variableOf(keyOf(value.Name)) + ")"
}
