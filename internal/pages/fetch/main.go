// Command fetch downloads Swagger UI with npm, compares it with the checksum below, and
// writes the files that the API reference needs. Run it in the checkout after the version or
// the checksum was changed: `make assets`.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The package, and the checksum that the registry states for it.
const (
	release   = "swagger-ui-dist@5.35.0"
	integrity = "sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ=="
)

// wanted are the files of the package, and whether they are stored compressed.
var wanted = map[string]bool{
	"swagger-ui-bundle.js":             true,
	"swagger-ui.css":                   true,
	"swagger-ui-bundle.js.LICENSE.txt": false,
	"LICENSE":                          false,
	"NOTICE":                           false,
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: fetch FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

// run replaces the files in the folder.
func run(folder string) error {
	archive, err := download()
	if err != nil {
		return err
	}
	if err := verify(archive); err != nil {
		return err
	}
	found, err := unpack(archive)
	if err != nil {
		return err
	}
	for name, packed := range wanted {
		if err := write(folder, name, found[name], packed); err != nil {
			return err
		}
	}
	return nil
}

// download returns the package's archive.
func download() ([]byte, error) {
	folder, err := os.MkdirTemp("", "swagger-ui")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }() // a leftover harms nobody
	command := exec.Command("npm", "pack", "--silent", release)
	command.Dir, command.Stderr = folder, os.Stderr
	name, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("npm pack %s: %w", release, err)
	}
	return os.ReadFile(filepath.Join(folder, strings.TrimSpace(string(name))))
}

var errChanged = errors.New("the archive has another checksum")

func verify(archive []byte) error {
	sum := sha512.Sum512(archive)
	if got := "sha512-" + base64.StdEncoding.EncodeToString(sum[:]); got != integrity {
		return fmt.Errorf("%w: %s", errChanged, got)
	}
	return nil
}

var errMissing = errors.New("the archive lacks a file")

// unpack returns the wanted files of the archive.
func unpack(archive []byte) (map[string][]byte, error) {
	plain, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	found := map[string][]byte{}
	for entries := tar.NewReader(plain); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(entry.Name, "package/")
		if _, ok := wanted[name]; !ok {
			continue
		}
		if found[name], err = io.ReadAll(entries); err != nil {
			return nil, err
		}
	}
	for name := range wanted {
		if found[name] == nil {
			return nil, fmt.Errorf("%w: %s", errMissing, name)
		}
	}
	return found, nil
}

// write stores a file; the same content is compressed to the same bytes.
func write(folder, name string, data []byte, packed bool) error {
	if packed {
		var out bytes.Buffer
		writer, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := writer.Write(data); err != nil {
			return err
		}
		if err := writer.Close(); err != nil {
			return err
		}
		name, data = name+".gz", out.Bytes()
	}
	return os.WriteFile(filepath.Join(folder, name), data, 0o644)
}
