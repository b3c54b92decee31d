package clients

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "google.golang.org/genproto/googleapis/rpc/errdetails" // links the details of errors
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/sipfacade/sipfacade/gen"
	_ "github.com/sipfacade/sipfacade/gen/sipfacade/v1" // links what the contract imports
)

// wellKnown is the folder of the protos that every toolchain brings along.
const wellKnown = "google/protobuf/"

// unpack reads the archive of the protos.
func unpack(t *testing.T, archive []byte) map[string]string {
	t.Helper()
	plain, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for reader := tar.NewReader(plain); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = string(content)
	}
}

// unpacked writes the archive into a folder, as a caller does.
func unpacked(t *testing.T) (folder string, names []string) {
	t.Helper()
	folder = t.TempDir()
	files := unpack(t, gen.Protos)
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder, slices.Sorted(maps.Keys(files))
}

// image reads the descriptor image without comments.
func image(t *testing.T) map[string]*descriptorpb.FileDescriptorProto {
	t.Helper()
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(gen.DescriptorImage, set); err != nil {
		t.Fatal(err)
	}
	if _, err := protodesc.NewFiles(set); err != nil {
		t.Fatalf("the descriptor image is not complete: %v", err)
	}
	files := map[string]*descriptorpb.FileDescriptorProto{}
	for _, file := range set.GetFile() {
		file.SourceCodeInfo = nil
		files[file.GetName()] = file
	}
	return files
}

// needed are the files that the roots import, directly or not, and the roots.
func needed(files map[string]*descriptorpb.FileDescriptorProto, roots ...string) map[string]bool {
	found := map[string]bool{}
	for len(roots) > 0 {
		name := roots[0]
		roots = roots[1:]
		if !found[name] {
			found[name] = true
			roots = append(roots, files[name].GetDependency()...)
		}
	}
	return found
}

// TestProtosAreComplete: the archive and the image have the contract, everything that it
// imports, what errors are made of, and nothing else.
func TestProtosAreComplete(t *testing.T) {
	t.Parallel()
	files := image(t)
	roots := []string{"google/rpc/status.proto", "google/rpc/error_details.proto"}
	sources, err := filepath.Glob("../../proto/sipfacade/v1/*.proto")
	if err != nil || len(sources) == 0 {
		t.Fatalf("find the contract: %v", err)
	}
	for _, source := range sources {
		roots = append(roots, contractFolder+filepath.Base(source))
	}
	want := slices.Sorted(maps.Keys(needed(files, roots...)))
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(files))); diff != "" {
		t.Errorf("files of the descriptor image (-want +got):\n%s", diff)
	}
	want = slices.DeleteFunc(want, func(name string) bool { return strings.HasPrefix(name, wellKnown) })
	_, names := unpacked(t)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files of the archive (-want +got):\n%s", diff)
	}
	if len(gen.Protos) > 64<<10 {
		t.Errorf("the archive has %d bytes", len(gen.Protos))
	}
}

// TestProtosAreTheSources: the archive has the contract as it is written, and the imports
// as they are linked, options included.
func TestProtosAreTheSources(t *testing.T) {
	t.Parallel()
	archived, files := unpack(t, gen.Protos), image(t)
	for name, content := range archived {
		if strings.HasPrefix(name, contractFolder) {
			source, err := os.ReadFile(filepath.Join("../../proto", name))
			if err != nil || string(source) != content {
				t.Errorf("%s of the archive is not that of the contract, %v", name, err)
			}
			continue
		}
		linked, err := protoregistry.GlobalFiles.FindFileByPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(protodesc.ToFileDescriptorProto(linked), files[name], protocmp.Transform()); diff != "" {
			t.Errorf("%s as it is linked and as it was printed (-linked +printed):\n%s", name, diff)
		}
	}
}
