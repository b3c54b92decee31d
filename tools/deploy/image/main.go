// Command image writes a container image without a container engine: the same image as
// deploy/Dockerfile makes, from a binary that is built already. The same binary gives the
// same bytes.
package main

import (
	"archive/tar"
	"bytes"
	"crypto/x509"
	"debug/elf"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

func main() {
	binary := flag.String("binary", "", "static binary for linux")
	tag := flag.String("tag", "sipfacade:latest", "name and tag of the image")
	created := flag.Int64("created", 0, "when the image was made, in seconds since 1970")
	out := flag.String("out", "", "file to write, for `docker load` or `skopeo copy docker-archive:`")
	flag.Parse()
	if err := run(*binary, *tag, *out, time.Unix(*created, 0).UTC()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run writes the image of the binary.
func run(binary, tag, out string, created time.Time) error {
	named, err := name.NewTag(tag)
	if err != nil {
		return err
	}
	architecture, err := architectureOf(binary)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	image, err := build(content, architecture, created)
	if err != nil {
		return err
	}
	return tarball.WriteToFile(out, named, image)
}

// architectureOf reads for what a binary was built. A binary that needs a dynamic linker
// cannot run in an image that has nothing else.
func architectureOf(binary string) (string, error) {
	file, err := elf.Open(binary)
	if err != nil {
		return "", fmt.Errorf("%s: %w", binary, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			return "", fmt.Errorf("%s is not a static binary", binary)
		}
	}
	architectures := map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64"}
	if found, ok := architectures[file.Machine]; ok {
		return found, nil
	}
	return "", fmt.Errorf("%s is for %s", binary, file.Machine)
}

// build makes an image of one layer with the configuration of deploy/Dockerfile.
func build(binary []byte, architecture string, created time.Time) (v1.Image, error) {
	files, err := layer(binary)
	if err != nil {
		return nil, err
	}
	opened := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files)), nil }
	packed, err := tarball.LayerFromOpener(opened)
	if err != nil {
		return nil, err
	}
	image, err := mutate.Append(empty.Image, mutate.Addendum{
		Layer:   packed,
		History: v1.History{Author: "sipfacade", CreatedBy: "sipfacade release", Created: v1.Time{Time: created}},
	})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = "linux", architecture, v1.Time{Time: created}
	config.Config = v1.Config{
		User:         "65532:65532",
		Entrypoint:   []string{"/sipfacade"},
		Cmd:          []string{"serve"},
		Env:          []string{"SIPFACADE_GRPC_ADDRESS=:9090", "SIPFACADE_HTTP_ADDRESS=:8080", "SIPFACADE_ADMIN_ADDRESS=:9091"},
		ExposedPorts: map[string]struct{}{"9090/tcp": {}, "8080/tcp": {}, "9091/tcp": {}},
		Healthcheck: &v1.HealthConfig{Test: []string{"CMD", "/sipfacade", "healthcheck"},
			Interval: 10 * time.Second, Timeout: 3 * time.Second, StartPeriod: 5 * time.Second},
	}
	return mutate.ConfigFile(image, config)
}

// layer is an archive with the binary and the CA bundle.
func layer(binary []byte) ([]byte, error) {
	var packed bytes.Buffer
	files := tar.NewWriter(&packed)
	for _, file := range []struct {
		name    string
		mode    int64
		content []byte
	}{
		{"etc/", 0o755, nil},
		{"etc/ssl/", 0o755, nil},
		{"etc/ssl/certs/", 0o755, nil},
		{"etc/ssl/certs/ca-certificates.crt", 0o644, authorities()},
		{"sipfacade", 0o755, binary},
	} {
		header := &tar.Header{Name: file.name, Mode: file.mode, Size: int64(len(file.content)), Typeflag: tar.TypeReg, Format: tar.FormatUSTAR}
		if strings.HasSuffix(file.name, "/") {
			header.Typeflag = tar.TypeDir
		}
		if err := files.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := files.Write(file.content); err != nil {
			return nil, err
		}
	}
	err := files.Close()
	return packed.Bytes(), err
}

// authorities is the bundle of root certificates as PEM. Roots that are trusted under
// further conditions, which a file cannot state, are left out.
func authorities() []byte {
	var certificates bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		if _, err := x509.ParseCertificate(root.Certificate); err != nil {
			continue
		}
		_ = pem.Encode(&certificates, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // a buffer takes all
	}
	return certificates.Bytes()
}
