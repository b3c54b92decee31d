// Command contract writes into a folder the files from which the clients in other languages
// are generated: contract.binpb, the descriptors of the contract and of the error details; service_config.json, the retry policy of every method; and version.env, the version of
// the packages in the spelling of each registry.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/gen"
)

func main() {
	out := flag.String("out", "", "folder to write into")
	version := flag.String("version", "unknown", "what git describes the work tree as")
	flag.Parse()
	if err := run(*out, *version); err != nil {
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(1)
	}
}

func run(out, version string) error {
	if out == "" {
		return errors.New("-out names no folder")
	}
	set, err := clientDescriptors(gen.DescriptorImage)
	if err != nil {
		return err
	}
	image, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	if err != nil {
		return err
	}
	policy, err := serviceConfig(set)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	return errors.Join(
		replace(filepath.Join(out, "contract.binpb"), image),
		replace(filepath.Join(out, "service_config.json"), policy),
		replace(filepath.Join(out, "version.env"), []byte(parseVersion(version).String())),
	)
}

// replace writes a file if its content differs, so that make rebuilds only what has changed.
func replace(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == string(content) {
		return nil
	}
	return os.WriteFile(path, content, 0o644)
}
