package deploy

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nobody is the user that the image runs as.
const nobody = 65532

// TestRelease builds a release for this platform twice, in two copies of the checkout.
func TestRelease(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only binaries for Linux get an image")
	}
	first, second := release(t), release(t)
	sums := checksums(t, first)
	if diff := cmp.Diff(sums, checksums(t, second)); diff != "" {
		t.Errorf("a second build has other bytes (-first +second):\n%s", diff)
	}
	mustRun(t, "", "sh", "-c", "cd "+first+" && sha256sum --check --quiet SHA256SUMS")
	binary := filepath.Join(first, "sipfacade_v1.2.3_linux_"+runtime.GOARCH)
	if version := mustRun(t, "", binary, "version"); !strings.Contains(version, "v1.2.3") || !strings.Contains(version, "abc123") {
		t.Errorf("the binary is %q", version)
	}
	checkBill(t, binary+".cdx.json")
	checkImage(t, binary+".image.tar")
}

// release builds a release in a copy of the checkout and returns its folder.
func release(t testing.TB) string {
	t.Helper()
	checkout := t.TempDir()
	files := mustRun(t, "", "git", "ls-files", "--cached", "--others", "--exclude-standard")
	packed := mustRun(t, files, "tar", "--create", "--files-from=-")
	mustRun(t, packed, "tar", "--extract", "--directory", checkout)
	out := filepath.Join(t.TempDir(), "release")
	command := exec.Command(filepath.Join(checkout, "deploy/release"), "v1.2.3", "abc123", out, "linux/"+runtime.GOARCH)
	command.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1700000000")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("deploy/release: %v\n%s", err, output)
	}
	return out
}

// checksums returns the lines of SHA256SUMS, which must name every other file.
func checksums(t testing.TB, folder string) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != len(files)-1 || len(lines) < 6 {
		t.Errorf("%d files and %d checksums", len(files)-1, len(lines))
	}
	return lines
}

// checkBill holds that the bill of materials names what was certainly linked.
func checkBill(t testing.TB, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var bill struct {
		BomFormat  string
		Components []struct{ Name, Version, Purl string }
	}
	if err := json.Unmarshal(content, &bill); err != nil || bill.BomFormat != "CycloneDX" {
		t.Fatalf("%s: %v, %q", path, err, bill.BomFormat)
	}
	names := map[string]bool{}
	for _, component := range bill.Components {
		names[component.Name] = component.Version != "" && strings.HasPrefix(component.Purl, "pkg:golang/")
	}
	for _, linked := range []string{"std", "google.golang.org/grpc", "google.golang.org/protobuf", "github.com/jackc/pgx/v5"} {
		if !names[linked] {
			t.Errorf("the bill of materials has no %s", linked)
		}
	}
}

// checkImage reads the image and runs its program with the files of the image as root.
func checkImage(t *testing.T, path string) {
	t.Helper()
	files := unpack(t, path, false)
	var manifest []struct {
		Config string
		Layers []string
	}
	decode(t, filepath.Join(files, "manifest.json"), &manifest)
	var image struct {
		Architecture string
		Config       struct {
			User       string
			Entrypoint []string
			Env        []string
		}
	}
	decode(t, filepath.Join(files, manifest[0].Config), &image)
	if image.Architecture != runtime.GOARCH || image.Config.User != "65532:65532" || !slices.Equal(image.Config.Entrypoint, []string{"/sipfacade"}) {
		t.Errorf("the image is %+v", image)
	}
	rootFS := unpack(t, filepath.Join(files, manifest[0].Layers[0]), true)
	authorities, err := os.ReadFile(filepath.Join(rootFS, "etc/ssl/certs/ca-certificates.crt"))
	if err != nil || strings.Count(string(authorities), "BEGIN CERTIFICATE") < 100 {
		t.Errorf("the image has %d certificates: %v", strings.Count(string(authorities), "BEGIN CERTIFICATE"), err)
	}
	startInImage(t, rootFS, image.Config.Env)
}

// startInImage starts the program in a root directory that has nothing but the image. It
// must refuse to serve everybody, and say so.
func startInImage(t *testing.T, rootFS string, env []string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Log("the program of the image is not run: only root may change the root directory")
		return
	}
	for path := rootFS; path != "/" && strings.HasPrefix(path, os.TempDir()); path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("/sipfacade", "serve", "--sandbox")
	command.Dir, command.Env = "/", env
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: rootFS, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(output), "callers are not authenticated") {
		t.Errorf("the program of the image: %v\n%s", err, output)
	}
}

// decode reads a JSON file.
func decode(t testing.TB, path string, into any) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// unpack unpacks an archive into a folder of its own.
func unpack(t testing.TB, path string, compressed bool) string {
	t.Helper()
	into := t.TempDir()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // it was only read
	var content io.Reader = file
	if compressed {
		if content, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := unpackFiles(tar.NewReader(content), into); err != nil {
		t.Fatalf("unpack %s: %v", path, err)
	}
	return into
}

// unpackFiles writes the files of an archive.
func unpackFiles(files *tar.Reader, into string) error {
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !filepath.IsLocal(header.Name) {
			return errors.New("a file outside of the folder: " + header.Name)
		}
		path := filepath.Join(into, header.Name)
		if header.Typeflag == tar.TypeDir {
			if err := os.MkdirAll(path, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := writeFile(path, files, header.FileInfo().Mode().Perm()); err != nil {
			return err
		}
	}
}

// writeFile writes one file with its mode.
func writeFile(path string, content io.Reader, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
