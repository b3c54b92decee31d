package config

import "errors"

// sources says for each key where its value came from.
type sources map[string]Source

// given says whether somebody chose the value.
func (s sources) given(key string) bool { return s[key] != FromDefault }

// fill decodes every setting from the strongest source that has it.
func (l *commandLine) fill(environ []string, found *findings) sources {
	layers := []layer{
		{source: FromFlag, values: l.given},
		readEnvironment(environ, l.settings, found),
	}
	path, _ := setting{key: configKey}.lookup(layers)
	layers = append(layers, readFile(path, keys(l.settings), found))

	origin := sources{}
	for _, setting := range l.settings {
		text, source := setting.lookup(layers)
		origin[setting.key] = source
		if source == FromDefault && text == "" {
			continue
		}
		if err := decode(setting.field, text); err != nil {
			found.addUnreadable(setting.key, err)
		}
	}
	openSecretFiles(l.settings, found)
	if l.config.Sandbox && !origin.given("drain_delay") {
		l.config.DrainDelay = 0 // nobody balances load over a sandbox
	}
	return origin
}

// openSecretFiles gives each secret the file that its `_file` setting names.
func openSecretFiles(list []setting, found *findings) {
	paths := map[string]string{}
	for _, setting := range list {
		if path, ok := setting.field.Interface().(string); ok {
			paths[setting.key] = path
		}
	}
	for _, setting := range list {
		secret, key := setting.secret(), setting.key+fileSuffix
		if secret == nil || paths[key] == "" {
			continue
		}
		if err := openSecretFile(secret, paths[key]); err != nil {
			found.addUnreadable(key, err)
		}
	}
}

func openSecretFile(secret *Secret, path string) error {
	if secret.IsSet() {
		return errors.New("give the value or its file, not both")
	}
	opened, err := SecretFromFile(path)
	if err != nil {
		return err
	}
	*secret = opened
	return nil
}
