// Package gen embeds what the contract generates beside code: the descriptor
// image with every comment of the protos, the protos themselves with all that
// they import, and the OpenAPI document of the JSON API. This file is the
// only one in gen/ that is written by hand.
package gen

import _ "embed" // for the documents

// DescriptorImage is a serialized FileDescriptorSet of the contract and all that
// it imports, and of google.rpc.Status with its details, with source info.
// Reflection answers from it, so that clients see the comments.
//
//go:embed sipfacade.binpb
var DescriptorImage []byte

// OpenAPI is the OpenAPI 3.1 document of the JSON API.
//
//go:embed openapi.json
var OpenAPI []byte

// Protos is a gzipped tar archive of the contract's protos and of those in the
// descriptor image that no toolchain brings along.
//
//go:embed protos.tar.gz
var Protos []byte
