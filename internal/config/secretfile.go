package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// maxSecretBytes keeps a wrong path, say of a disk image, out of memory.
	maxSecretBytes = 64 << 10
	// clockTick is more than the resolution of any file system's clock. A file
	// that changed less than this before it was read can change again without
	// a new modification time.
	clockTick = 2 * time.Second
)

// fileSuffix is what the key of a secret's file adds to that of the secret.
const fileSuffix = "_file"

// secretSetting is a secret with the file that can hold it.
type secretSetting struct {
	key    string
	secret *Secret
	path   string
}

// secretSettings lists the secrets.
func (c *Config) secretSettings() []secretSetting {
	return []secretSetting{
		{"opentact_token", &c.OpentactToken, c.OpentactTokenFile},
		{"opentact_password", &c.OpentactPassword, c.OpentactPasswordFile},
		{"infinity_api_key", &c.InfinityAPIKey, c.InfinityAPIKeyFile},
		{"infinity_password", &c.InfinityPassword, c.InfinityPasswordFile},
		{"page_token_key", &c.PageTokenKey, c.PageTokenKeyFile},
		{"ledger", &c.Ledger, c.LedgerFile},
		{"ledger_key", &c.LedgerKey, c.LedgerKeyFile},
	}
}

// openSecretFiles reads each secret that is given as a file. Value and file are both set only
// if one source gave both.
func (c *Config) openSecretFiles(found *findings) {
	for _, setting := range c.secretSettings() {
		if setting.path == "" {
			continue
		}
		if setting.secret.IsSet() {
			found.add(setting.key+fileSuffix, "give the value or its file, not both")
			continue
		}
		opened, err := SecretFromFile(setting.path)
		if err != nil {
			found.addUnreadable(setting.key+fileSuffix, err.Error())
		}
		*setting.secret = opened
	}
}

// secretFile holds the last good content of a file and follows its changes.
type secretFile struct {
	path string

	mu      sync.Mutex
	value   string
	err     error
	read    fs.FileInfo // the file as it was when value was read
	settled bool        // every later change will differ from read
}

// current returns the value after a look at the file.
func (s *secretFile) current() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh()
	return s.value, s.err
}

// refresh reads the file if it may have changed. It keeps the old value when
// the file cannot be used.
func (s *secretFile) refresh() {
	info, err := os.Stat(s.path)
	if err == nil && s.unchanged(info) {
		s.err = nil
		return
	}
	now := time.Now()
	value, info, err := readSecretFile(s.path)
	if err != nil {
		s.err = fmt.Errorf("cannot be read: %w", withoutPath(err))
		return
	}
	s.value, s.err = value, nil
	s.read, s.settled = info, now.Sub(info.ModTime()) > clockTick
}

// unchanged compares identity too: an atomic replacement, as in a Kubernetes
// volume, may have the same time and size.
func (s *secretFile) unchanged(info fs.FileInfo) bool {
	return s.settled && os.SameFile(s.read, info) &&
		s.read.ModTime().Equal(info.ModTime()) && s.read.Size() == info.Size()
}

// readSecretFile returns the content without one trailing line break, and the
// file as it was just before it was read.
func readSecretFile(path string) (string, fs.FileInfo, error) {
	content, info, err := readRegularFile(path, maxSecretBytes)
	if err != nil {
		return "", nil, err
	}
	value, cut := strings.CutSuffix(string(content), "\n")
	if cut {
		value = strings.TrimSuffix(value, "\r")
	}
	if value == "" {
		return "", nil, errors.New("the file is empty")
	}
	if err := checkSecret(value); err != nil {
		return "", nil, fmt.Errorf("the file %w", err)
	}
	return value, info, nil
}

// readRegularFile reads at most limit bytes. It checks that the file is a regular
// one before it opens it, because opening a pipe would wait for a writer.
func readRegularFile(path string, limit int64) ([]byte, fs.FileInfo, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, nil, err
	} else if !info.Mode().IsRegular() {
		return nil, nil, errors.New("not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("larger than %s", ByteSize(limit))
	}
	return content, info, err
}

// withoutPath drops the path that the operating system's errors repeat.
func withoutPath(err error) error {
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		return failure.Err
	}
	return err
}
