package server

import (
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection"
	reflectionv1 "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionv1alpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/contract"
)

// registerReflection adds server reflection that answers from the descriptor image,
// so that clients are shown the comments of the protos.
func registerReflection(server *grpc.Server) {
	options := reflection.ServerOptions{Services: server, DescriptorResolver: newFiles()}
	reflectionv1.RegisterServerReflectionServer(server, reflection.NewServerV1(options))
	reflectionv1alpha.RegisterServerReflectionServer(server, reflection.NewServer(options))
}

// files resolves descriptors with comments first, and whatever else is linked, such
// as the health service, without.
type files struct {
	// commented links the descriptor image when it is called for the first time: the image
	// takes more than 3 MB, and most processes are never asked.
	commented func() (*protoregistry.Files, error)
}

func newFiles() *files { return &files{commented: sync.OnceValues(linkImage)} }

// linkImage links the descriptor image.
func linkImage() (*protoregistry.Files, error) { return contract.LinkImage(gen.DescriptorImage) }

// FindFileByPath prefers the file with comments.
func (f *files) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	commented, err := f.commented()
	if err != nil {
		return nil, err
	}
	if file, err := commented.FindFileByPath(path); err == nil {
		return file, nil
	}
	return protoregistry.GlobalFiles.FindFileByPath(path)
}

// FindDescriptorByName prefers the descriptor with comments.
func (f *files) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	commented, err := f.commented()
	if err != nil {
		return nil, err
	}
	if descriptor, err := commented.FindDescriptorByName(name); err == nil {
		return descriptor, nil
	}
	return protoregistry.GlobalFiles.FindDescriptorByName(name)
}
