package server

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestVendorServices: each service of the contract belongs to one vendor, so that its health
// follows that vendor's breaker.
func TestVendorServices(t *testing.T) {
	t.Parallel()
	var of, all []string
	for _, services := range vendorServices() {
		of = append(of, services...)
	}
	for _, service := range contractServices() {
		all = append(all, string(service.FullName()))
	}
	slices.Sort(of)
	slices.Sort(all)
	if diff := cmp.Diff(all, of); diff != "" {
		t.Error(diff)
	}
}
