// Package service joins what the services of both vendors state in the same way. The
// services themselves are in the package of their vendor.
package service

import (
	"maps"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/service/infinity"
	"github.com/sipfacade/sipfacade/internal/service/opentact"
)

// VendorNames returns, for each resource, the contract's field names by the vendor's, so
// that errors can name the fields that callers know.
func VendorNames() map[protoreflect.FullName]map[string]string {
	names := opentact.VendorNames()
	maps.Copy(names, infinity.VendorNames())
	return names
}
