# sipfacade: `make` lists the targets.

TOOL      := go tool -modfile=tools/go.mod
LINT      := go tool -modfile=tools/lint/go.mod golangci-lint
BUF       := $(TOOL) buf
VERSION   := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
COMMIT    := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
LDFLAGS   := -X main.version=$(VERSION) -X main.commit=$(COMMIT)
FUZZTIME  ?= 30s
SOAK      ?= 3m

.DEFAULT_GOAL := help
.PHONY: help run test clients generate protos imports lint breaking bench profile fuzz soak build release deploy-check clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build and serve with both vendors emulated: no account, no configuration
	@bin/sipfacade serve --sandbox

test: ## go vet and all tests with the race detector, but not those of soak
	go vet ./...
	go test -race -timeout 20m ./...
	go -C test/browser vet ./...
	go -C test/browser test -timeout 20m ./...

.PHONY: assets
assets: ## download the files of the API reference with npm, check and compress them
	go run ./internal/pages/fetch internal/pages/swaggerui

.PHONY: docs
docs: ## run the commands of README.md and docs/ in a sandbox; DOCS=-update rewrites what they show
	go test -count=1 ./test/docs $(DOCS)

clients: ## build the packages for TypeScript, Python and Java into bin/clients, install them and run their jobs
	@$(MAKE) --no-print-directory -f clients/Makefile
	go test -count=1 -timeout 20m ./test/packages

protos: imports ## pack the contract with all that it imports: bin/sipfacade-protos.tar.gz
	@mkdir -p bin
	@go run ./proto/archive -out bin/sipfacade-protos.tar.gz proto .cache/proto

# The imported protos are printed from the linked descriptors; what is left of earlier
# prints would get into the archive.
imports:
	@rm -rf .cache/proto && mkdir -p .cache/proto
	@go run ./proto/imports | go -C tools run ./printprotos -out ../.cache/proto

generate: imports ## generate code, JSON encoder, etags, vendor decoders, OpenAPI, descriptor image, archive of the protos and parts of docs/
	@rm -rf .cache/openapi
	$(BUF) generate
	go run ./internal/gateway/codec/generate internal/gateway/codec/encode.gen.go
	go run ./internal/etag/generate internal/etag/encode_generated.go
	$(BUF) build --as-file-descriptor-set -o gen/sipfacade.binpb
	go run ./proto/archive -out gen/protos.tar.gz proto .cache/proto
	$(TOOL) openapiv3-merge .cache/openapi/sipfacade/v1/*.json >.cache/openapi/merged.json
	go run ./internal/openapi/generate .cache/openapi/merged.json gen/openapi.json
	go run ./proto/reasons docs/errors.md
	go run ./proto/reference proto/reference/examples.yaml docs/reference.md docs/api.md
	go run ./internal/mapping/generate internal/service/opentact/decoders_generated.go internal/service/opentact/kinds_generated.go internal/service/infinity/decoders_generated.go internal/service/infinity/calls_generated.go docs/upstreams.md docs/api.md

lint: imports breaking ## run the linters of buf and Go, import rules included
	$(BUF) lint
	$(BUF) format --diff --exit-code proto
	$(LINT) run --build-tags soak ./...

breaking: imports
	@if [ -f gen/released.binpb ]; then $(BUF) breaking proto --against gen/released.binpb; \
	else echo "breaking: skipped, there is no release yet (gen/released.binpb)"; fi

bench: build bin/cost ## measure the binary for five minutes; write docs/performance.json, tables and plots
	@bin/cost/bench
	@bin/cost/plot

profile: build bin/cost ## profile the binary for a minute; write cmd/server/default.pgo, which builds use
	@bin/cost/bench -profile cmd/server/default.pgo

.PHONY: bin/cost
bin/cost:
	@mkdir -p bin/cost
	@go build -trimpath -o bin/cost ./test/cost/bench ./test/cost/plot ./test/cost/proxy ./test/cost/vendor

fuzz: ## run every fuzz target for FUZZTIME (30s)
	@for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "== $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

soak: ## random faults for SOAK (3m), shutdowns, hostile and slow callers, SOAK_CREATES creates with request ids
	go test -tags soak -timeout 25m ./test/soak -duration $(SOAK) -v

build: ## build bin/sipfacade
	@mkdir -p bin
	@test -e bin/sipfacade || echo "building bin/sipfacade; the first build can take some minutes"
	@go build -trimpath -ldflags '$(LDFLAGS)' -o bin/sipfacade ./cmd/server

release: ## static binaries, images, chart, packages of clients, bills of materials and checksums, in bin/release
	@deploy/release $(VERSION) $(COMMIT) bin/release

deploy-check: ## check deploy/ with the tools that read it, and against the service
	go test -count=1 ./test/deploy

clean: ## remove bin and .cache
	rm -rf bin .cache
