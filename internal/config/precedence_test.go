package config

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// given is what a test gives: flags, variables and lines of the file.
type given struct {
	args, environ []string
	lines         string
}

// add gives a setting by a source.
func (g *given) add(source Source, key, value string) {
	switch source {
	case FromFlag:
		g.args = append(g.args, "--"+strings.ReplaceAll(key, "_", "-")+"="+value)
	case FromEnvironment:
		g.environ = append(g.environ, variableOf(key)+"="+value)
	case FromFile:
		g.lines += key + ": " + quote(value) + "\n"
	}
}

// parse reads what is given.
func (g *given) parse(t *testing.T) (Invocation, error) {
	t.Helper()
	return Parse(append([]string{"config", "check", "--config=" + write(t, g.lines)}, g.args...), g.environ, io.Discard)
}

// TestValueAndFile gives the value and the file of each secret by every pair of sources.
func TestValueAndFile(t *testing.T) {
	t.Parallel()
	for _, secret := range new(Config).secretSettings() {
		for _, value := range strongestFirst {
			for _, file := range strongestFirst {
				checkValueAndFile(t, secret.key, value, file)
			}
		}
	}
}

// checkValueAndFile: the stronger source wins, and both by one source are a mistake.
func checkValueAndFile(t *testing.T, key string, value, file Source) {
	t.Helper()
	fileKey := key + fileSuffix
	inValue, inFile := "memory", "off" // a ledger can be both, too
	if key == "ledger_key" {
		inValue, inFile = strings.Repeat("v", minLedgerKey), strings.Repeat("f", minLedgerKey)
	}
	g := &given{args: with(key)}
	g.add(value, key, inValue)
	g.add(file, fileKey, write(t, inFile))
	invocation, err := g.parse(t)
	if value == file {
		if want := lineOf(fileKey, "give the value or its file, not both").line; err == nil || err.Error() != want {
			t.Errorf("%s and its file by %s: %v, want %s", key, value, err, want)
		}
		return
	}
	if err != nil {
		t.Errorf("%s by %s and its file by %s: %v", key, value, file, err)
		return
	}
	if slices.Index(strongestFirst, value) < slices.Index(strongestFirst, file) {
		checkWinner(t, invocation.Config, key, inValue)
		checkIgnored(t, invocation.Config, fileKey, fmt.Sprintf("ignored, since %s is given by %s", key, value))
	} else {
		checkWinner(t, invocation.Config, key, inFile)
		checkIgnored(t, invocation.Config, key, fmt.Sprintf("ignored, since %s is given by %s", fileKey, file))
	}
}

// with returns the flags beside which a secret is valid.
func with(key string) []string {
	return map[string][]string{
		"opentact_password": {"--opentact-email=a@example.com"}, "infinity_password": {"--infinity-username=a"},
		"page_token_key": {"--sandbox"}, "ledger": {"--sandbox"}, "ledger_key": {"--sandbox"},
	}[key]
}

// checkWinner compares the value of a secret.
func checkWinner(t *testing.T, c Config, key, want string) {
	t.Helper()
	for _, secret := range c.secretSettings() {
		if secret.key == key && secret.secret.Reveal() != want {
			t.Errorf("%s is %q, want %q", key, secret.secret.Reveal(), want)
		}
	}
}

// checkIgnored looks for the setting that is described as ignored.
func checkIgnored(t *testing.T, c Config, key, want string) {
	t.Helper()
	for _, setting := range c.Settings() {
		if (setting.Name == key) != strings.HasPrefix(setting.Value, "ignored") || setting.Name == key && setting.Value != want {
			t.Errorf("%s is described as %q, and only %s should be as %q", setting.Name, setting.Value, key, want)
		}
	}
}

// TestCredentialsOfOneVendor: the way to log in that the stronger source gives wins, whole.
func TestCredentialsOfOneVendor(t *testing.T) {
	t.Parallel()
	path := write(t, "from a file")
	for name, test := range map[string]struct {
		given     map[Source]map[string]string
		key, user string // what is left
		wrong     string // or what is wrong
	}{
		"a key over a login in the file": {
			given: map[Source]map[string]string{FromEnvironment: {"infinity_api_key": "k"}, FromFile: {"infinity_username": "u", "infinity_password": "p"}},
			key:   "k",
		},
		"the file of a key over a login": {
			given: map[Source]map[string]string{FromFlag: {"infinity_api_key_file": path}, FromEnvironment: {"infinity_username": "u", "infinity_password_file": "/absent"}},
			key:   "from a file",
		},
		"a login over a key": {
			given: map[Source]map[string]string{FromFlag: {"infinity_username": "u", "infinity_password": "p"}, FromEnvironment: {"infinity_api_key": "k"}},
			user:  "u",
		},
		"a password over a key and the rest of the login": {
			given: map[Source]map[string]string{FromFlag: {"infinity_password": "p"}, FromFile: {"infinity_username": "u", "infinity_api_key": "k"}},
			user:  "u",
		},
		"a value that cannot be sent, which is ignored": {
			given: map[Source]map[string]string{FromFlag: {"infinity_api_key": "k"}, FromEnvironment: {"infinity_username": "u", "infinity_password": "two\nlines"}},
			key:   "k",
		},
		"both by one source": {
			given: map[Source]map[string]string{FromEnvironment: {"infinity_api_key": "k", "infinity_username": "u", "infinity_password": "p"}},
			wrong: "infinity_api_key (SIPFACADE_INFINITY_API_KEY): give one, this or infinity_username with infinity_password, not both",
		},
		"half a login wins": {
			given: map[Source]map[string]string{FromFlag: {"infinity_username": "u"}, FromFile: {"infinity_api_key": "k"}},
			wrong: "infinity_password (SIPFACADE_INFINITY_PASSWORD): missing; infinity_username needs it",
		},
	} {
		g := &given{}
		for source, settings := range test.given {
			for key, value := range settings {
				g.add(source, key, value)
			}
		}
		invocation, err := g.parse(t)
		if c := invocation.Config; test.wrong == "" && (err != nil || c.InfinityAPIKey.Reveal() != test.key || c.InfinityUsername != test.user) {
			t.Errorf("%s: key %q, user %q, %v", name, c.InfinityAPIKey.Reveal(), c.InfinityUsername, err)
		}
		if test.wrong != "" && (err == nil || err.Error() != test.wrong) {
			t.Errorf("%s: %v, want %s", name, err, test.wrong)
		}
	}
}

// TestOpentactLoginOverToken: the other vendor follows the same table.
func TestOpentactLoginOverToken(t *testing.T) {
	t.Parallel()
	c := mustParse(t, []string{"serve", "--opentact-email=a", "--opentact-password=p"}, []string{"SIPFACADE_OPENTACT_TOKEN_FILE=/absent"}).Config
	if c.OpentactToken.IsSet() || c.OpentactTokenFile != "" || c.OpentactEmail != "a" {
		t.Errorf("%+v", c)
	}
	checkIgnored(t, c, "opentact_token_file", "ignored, since opentact_email is given by flag")
}
