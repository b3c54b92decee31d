// Command sbom writes the software bill of materials of a Go binary as CycloneDX JSON: the
// modules that were linked into it, which the binary knows itself. The same binary gives
// the same bytes, so that a release can be built again and compared.
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/google/uuid"
)

func main() {
	version := flag.String("version", "", "version of the binary")
	created := flag.Int64("created", 0, "when the binary was made, in seconds since 1970")
	flag.Parse()
	for _, binary := range flag.Args() {
		if err := write(binary, *version, time.Unix(*created, 0).UTC()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// write puts the bill beside the binary.
func write(binary, version string, created time.Time) error {
	content, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	file, err := os.Create(binary + ".cdx.json")
	if err != nil {
		return err
	}
	bill := billOf(info, filepath.Base(binary), version, sha256.Sum256(content), created)
	if err := cyclonedx.NewBOMEncoder(file, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(bill); err != nil {
		return err
	}
	return file.Close()
}

// billOf lists the modules of a binary.
func billOf(info *debug.BuildInfo, name, version string, digest [32]byte, created time.Time) *cyclonedx.BOM {
	bill := cyclonedx.NewBOM()
	bill.SerialNumber = uuid.NewSHA1(uuid.NameSpaceOID, digest[:]).URN()
	bill.Metadata = &cyclonedx.Metadata{
		Timestamp: created.Format(time.RFC3339),
		Component: &cyclonedx.Component{
			BOMRef: info.Main.Path, Type: cyclonedx.ComponentTypeApplication, Name: name, Version: version,
			PackageURL: "pkg:golang/" + info.Main.Path + "@" + version,
			Hashes:     &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(digest[:])}},
		},
	}
	components := []cyclonedx.Component{moduleOf("std", strings.TrimPrefix(info.GoVersion, "go"), "")}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		components = append(components, moduleOf(module.Path, module.Version, module.Sum))
	}
	bill.Components = &components
	return bill
}

// moduleOf is a Go module. Its sum in go.sum is a hash of a list of hashes; as the hash of
// a file it would mislead, so it is a property.
func moduleOf(path, version, sum string) cyclonedx.Component {
	module := cyclonedx.Component{
		Type: cyclonedx.ComponentTypeLibrary, Name: path, Version: version,
		PackageURL: "pkg:golang/" + path + "@" + version,
	}
	module.BOMRef = module.PackageURL
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(sum, "h1:")); err == nil && len(raw) == sha256.Size {
		module.Properties = &[]cyclonedx.Property{{Name: "go:sum", Value: sum}}
	}
	return module
}
