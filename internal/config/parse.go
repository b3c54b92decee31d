package config

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// ErrHelp is returned after help was printed. Nothing is wrong and nothing is
// left to do.
var ErrHelp = errors.New("help was printed")

// UsageError is a command line that cannot be understood.
type UsageError struct {
	Text string
}

// Error returns the text and the command that prints help.
func (e *UsageError) Error() string {
	return e.Text + "\nRun \"sipfacade --help\" for commands and flags."
}

// The commands.
const (
	CommandServe       = "serve"
	CommandConfigCheck = "config check"
	CommandHealthcheck = "healthcheck"
	CommandVersion     = "version"
	CommandTokenNew    = "token new"
	CommandProbe       = "probe"
)

// commandHelp prints the help of another command, as its flag --help does.
const commandHelp = "help"

// errVersion says that the command line has the flag --version.
var errVersion = errors.New("asks for the version")

// Invocation is what the command line asks for.
type Invocation struct {
	// Command is one of the commands above.
	Command string
	// Config is complete and valid for serve, probe and config check. For healthcheck
	// only AdminAddress has been checked, and for version and token new Config is
	// empty. Beside an *InvalidError it holds what could be read, for looking at the
	// files that it names.
	Config Config
	// NewToken is what token new was asked for.
	NewToken NewToken
	// Output is how probe prints what it found: OutputJSON, or as a table.
	Output string
	// Record is the directory into which probe writes what vendors answer; empty for none.
	Record string
}

// OutputJSON is the output of probe as JSON.
const OutputJSON = "json"

// NewToken says which token to make.
type NewToken struct {
	// Name is the caller's.
	Name string
	// Scopes are what the caller may do.
	Scopes []string
}

// Parse reads the command line without the program's name, the environment in
// the form of os.Environ, and the file that they name. Flags win over the
// environment, the environment over the file, the file over the defaults.
//
// Help goes to stdout and gives ErrHelp. A command line that cannot be
// understood gives a *UsageError. Invalid settings give an *InvalidError that
// holds all of them.
func Parse(args, environ []string, stdout io.Writer) (Invocation, error) {
	line, err := parseLine(args, environ, stdout)
	if err == nil && line.command == commandHelp {
		_, err = parseLine(append(line.help, "--help"), environ, stdout)
	}
	if errors.Is(err, errVersion) {
		return Invocation{Command: CommandVersion}, nil
	}
	if err != nil {
		return Invocation{}, err
	}
	invocation := Invocation{Command: line.command, NewToken: line.token, Output: line.output, Record: line.record}
	if withoutSettings(line.command) {
		return invocation, nil
	}
	line.settle()
	line.config.openSecretFiles(line.found)
	line.config.deriveDefaults(line.sources)
	line.config.check(line.command, line.sources, line.found)
	line.found.sort(line.flags)
	invocation.Config = *line.config
	if err := line.found.err(); err != nil {
		return invocation, err
	}
	invocation.Config.settings = settingsOf(line.flags, line.sources, line.overruled)
	return invocation, nil
}

// commandLine is what kong made of the arguments, the environment and the file.
type commandLine struct {
	*loader
	command string
	token   NewToken
	output  string   // of probe
	record  string   // of probe
	help    []string // the command that help is asked about
	config  *Config
	flags   []*kong.Flag // one for each setting
	// overruled says of each setting that another one of a stronger source excludes why its
	// value is ignored.
	overruled map[string]string
}

// parseLine reads every setting. Values that cannot be read, and unknown names, are in found.
func parseLine(args, environ []string, stdout io.Writer) (*commandLine, error) {
	return parseBeside(nil, args, environ, stdout)
}

// parseBeside reads every setting, and reports the flags that are known to be unknown with what
// it finds. kong stops at an unknown flag, so it is asked again without that.
func parseBeside(unknown []mistake, args, environ []string, stdout io.Writer) (*commandLine, error) {
	line, err := parseOnce(unknown, args, environ, stdout)
	flag, stopped := stoppedAt(args, err)
	if !stopped {
		return line, usageError(err)
	}
	line, others := parseBeside(append(unknown, flag.mistake), flag.without(args), environ, io.Discard)
	if others != nil || !checksSettings[line.command] {
		return nil, usageError(err)
	}
	return line, nil
}

// parseOnce reads every setting. The error is kong's.
func parseOnce(unknown []mistake, args, environ []string, stdout io.Writer) (*commandLine, error) {
	helped := false
	load := &loader{environ: environ, found: &findings{mistakes: slices.Clone(unknown)}, sources: sources{}}
	target := &grammar{loader: load}
	parser, err := kong.New(target,
		kong.Name("sipfacade"), kong.Description(about), kong.Writers(stdout, io.Discard),
		kong.Help(printHelp), kong.ValueFormatter(describeFlag), kong.ConfigureHelp(helpOptions()),
		kong.NamedMapper("list", kong.MapperFunc(decodeList)),
		kong.Exit(func(int) { helped = true }))
	if err != nil {
		return nil, fmt.Errorf("build the command line: %w", err)
	}
	flags := settingFlags(parser.Model)
	for _, flag := range flags {
		flag.Mapper = collector{Mapper: flag.Mapper, found: load.found}
	}
	context, err := parser.Parse(args)
	if helped { // kong continues after its exit function returns
		return nil, ErrHelp
	}
	if err != nil {
		return nil, err
	}
	load.noteFlags(context)
	asked := target.Token.New
	return &commandLine{
		loader: load, command: commandOf(context), config: &target.Config, flags: flags, overruled: map[string]string{},
		help: target.Help.Command, output: target.Probe.Output, record: target.Probe.Record, token: NewToken{Name: asked.Name, Scopes: append(asked.Scope, asked.More...)},
	}, nil
}

// commandOf returns the command without its arguments.
func commandOf(context *kong.Context) string {
	name, _, _ := strings.Cut(context.Command(), " <")
	return name
}

// withoutSettings reports whether the command reads no settings.
func withoutSettings(command string) bool {
	return command == CommandVersion || command == CommandTokenNew
}

// checksSettings holds the commands that report everything that is wrong with the settings.
var checksSettings = map[string]bool{CommandServe: true, CommandConfigCheck: true, CommandProbe: true}

// usageError passes kong's text on, unless it may repeat a piece of a secret:
// in `--opentact-password two words`, `words` is an unexpected argument.
func usageError(err error) error {
	failure, ok := errors.AsType[*kong.ParseError](err)
	if !ok || errors.Is(err, errVersion) {
		return err // also nil and ErrHelp
	}
	text := err.Error()
	switch {
	case len(failure.Context.Path) > 1 && strings.HasPrefix(text, "unexpected argument"):
		text = "unexpected argument; a value with spaces needs quotes"
	case strings.HasPrefix(text, "missing flags:"), strings.HasPrefix(text, `expected "<`):
		text = "missing: " + strings.Join(missing(failure.Context.Selected()), ", ")
	case strings.Contains(text, " must be one of "):
		text = notListed(failure.Context, text)
	case strings.Contains(text, "bool value must be"):
		text = "a flag without a value, or its --no- form, accepts =true and =false only"
	}
	return &UsageError{Text: text}
}

// notListed says which values a flag takes, in the words of settings. kong's text begins with
// the name of the flag.
func notListed(context *kong.Context, text string) string {
	for _, flag := range context.Flags() {
		if strings.HasPrefix(text, flag.ShortSummary()+" must be one of ") {
			return "--" + flag.Name + ": must be one of " + strings.Join(flag.EnumSlice(), ", ")
		}
	}
	return text
}

// missing returns the arguments and flags that a command requires and was not given. kong looks
// for arguments only when it has all flags.
func missing(command *kong.Node) []string {
	var names []string
	for _, argument := range command.Positional {
		if argument.Required && !argument.Set {
			names = append(names, argument.Summary())
		}
	}
	for _, flag := range command.Flags {
		if flag.Required && !flag.Set {
			names = append(names, flag.Summary())
		}
	}
	return names
}
