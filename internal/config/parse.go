package config

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// ErrHelp is returned after help was printed. Nothing is wrong and there is
// nothing left to do.
var ErrHelp = errors.New("help was printed")

// UsageError is a command line that cannot be understood.
type UsageError struct {
	Text string
}

// Error is the text and where to read on.
func (e *UsageError) Error() string {
	return e.Text + "\nRun \"sipfacade --help\" for commands and flags."
}

// The commands.
const (
	CommandServe       = "serve"
	CommandConfigCheck = "config check"
	CommandHealthcheck = "healthcheck"
	CommandVersion     = "version"
)

// Invocation is what the command line asks for.
type Invocation struct {
	// Command is one of the commands above.
	Command string
	// Config is complete and valid for serve and config check. For healthcheck
	// only AdminAddress has been checked, and for version it is empty.
	Config Config
}

// grammar is the command line as kong sees it. The tag `uses` names the flags
// that matter to a command, separated by commas; without it, all of them do.
type grammar struct {
	Config Config `embed:""`

	Serve struct{} `cmd:"" help:"Run the server until SIGTERM or SIGINT."`
	Group struct {
		Check struct{} `cmd:"" help:"Report every mistake in the configuration at once."`
	} `cmd:"" name:"config" help:"Look at the configuration."`
	Healthcheck struct{} `cmd:"" uses:"config,admin-address" help:"Exit with 0 when the running server answers /readyz."`
	Version     struct{} `cmd:"" uses:"" help:"Print version, commit and Go version."`
}

// Parse reads the command line without the program's name, the environment in
// the form of os.Environ, and the file that they name. Flags win over the
// environment, the environment over the file, the file over the defaults.
//
// Help goes to stdout and gives ErrHelp. A command line that makes no sense
// gives a *UsageError, settings that do not hold an *InvalidError with all of
// them; the Invocation then holds the command alone.
func Parse(args, environ []string, stdout io.Writer) (Invocation, error) {
	line, err := parseLine(args, stdout)
	if err != nil {
		return Invocation{}, err
	}
	invocation := Invocation{Command: line.command}
	if line.command == CommandVersion {
		return invocation, nil
	}
	found := &findings{}
	sources := line.fill(environ, found)
	line.config.check(line.command, sources, found)
	if err := found.err(); err != nil {
		return invocation, err
	}
	invocation.Config = *line.config
	invocation.Config.resolved = resolve(line.settings, sources)
	return invocation, nil
}

// commandLine is what kong made of the arguments.
type commandLine struct {
	command  string
	given    capture
	config   *Config
	settings []setting
}

func parseLine(args []string, stdout io.Writer) (*commandLine, error) {
	target, given, helped := &grammar{}, capture{}, false
	parser, err := kong.New(target, append(given.mappers(),
		kong.Name("sipfacade"), kong.Description(description), kong.Help(printHelp),
		kong.Writers(stdout, io.Discard), kong.Exit(func(int) { helped = true }),
		kong.PostBuild(withoutDefaults))...)
	if err != nil {
		return nil, fmt.Errorf("build the command line: %w", err)
	}
	context, err := parser.Parse(args)
	if helped { // kong goes on after its exit function returns
		return nil, ErrHelp
	}
	if err != nil {
		return nil, usageError(err)
	}
	return &commandLine{
		command: context.Command(), given: given,
		config: &target.Config, settings: settings(parser.Model.Flags),
	}, nil
}

// withoutDefaults stops kong from applying defaults: it would do so before the
// environment and the file had their say. The texts stay for fill and help.
func withoutDefaults(parser *kong.Kong) error {
	for _, flag := range parser.Model.Flags {
		flag.HasDefault = false
	}
	return nil
}

// usageError passes kong's words on, except where they may repeat a piece of a
// secret: in `--opentact-password two words`, `words` is a stray argument.
func usageError(err error) error {
	text := err.Error()
	failure, ok := errors.AsType[*kong.ParseError](err)
	if ok && len(failure.Context.Path) > 1 && strings.HasPrefix(text, "unexpected argument") {
		text = "unexpected argument; a value with spaces needs quotes"
	}
	return &UsageError{Text: text}
}

// capture remembers the text that each flag was given, by key. It stands in
// for kong's own decoding, so that one decoder serves flags, environment and
// file, and every mistake can be collected.
type capture map[string]string

// mappers registers the capture for every type that a setting has.
func (c capture) mappers() []kong.Option {
	var options []kong.Option
	fields := reflect.TypeFor[Config]()
	for i := range fields.NumField() {
		if field := fields.Field(i); field.IsExported() {
			options = append(options, kong.TypeMapper(field.Type, c))
		}
	}
	return options
}

// Decode implements kong.Mapper.
func (c capture) Decode(context *kong.DecodeContext, target reflect.Value) error {
	key, next := keyOf(context.Value.Flag.Name), context.Scan.Peek()
	switch {
	case next.Type == kong.FlagValueToken:
		c[key] = fmt.Sprint(context.Scan.Pop().Value)
	case c.IsBoolFromValue(target):
		c[key] = "true"
	case next.IsValue():
		c[key] = fmt.Sprint(context.Scan.Pop().Value)
	default: // kong's own error would repeat what may be a secret
		return errors.New("needs a value; join one that begins with a dash by =")
	}
	return nil
}

// IsBoolFromValue implements kong.BoolMapperExt: a flag that stands alone.
func (c capture) IsBoolFromValue(target reflect.Value) bool { return target.Kind() == reflect.Bool }
