# What one does with Zveno's code. It needs Go, a C and C++ compiler (DuckDB's library is C++), git, make and bash.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION   := $(shell git -c safe.directory='*' describe --tags --always --dirty 2>/dev/null || echo unknown)
FUZZTIME  ?= 10s
BENCH     ?= .
BENCHFLAGS ?=
TESTFLAGS ?=

export CGO_ENABLED := 1
export GOFLAGS     := $(strip $(shell go env GOFLAGS) -buildvcs=false)

# In CI a test that needs PostgreSQL or a browser must not be skipped.
ifdef CI
export ZVENO_REQUIRE_POSTGRES := 1
export ZVENO_REQUIRE_BROWSER := 1
endif

.PHONY: help
help: ## list what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/zveno
	go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/zveno ./cmd/zveno

.PHONY: run
run: build ## start Zveno with a sample company; prints the address and the first login
	bin/zveno demo

.PHONY: test-deps
test-deps:
	@scripts/test-deps.sh

.PHONY: test
test: test-deps ## run all tests, on both database engines (TESTFLAGS=-race, -run=Name)
	@go build -o bin/testreport ./scripts/testreport
	go test -json $(TESTFLAGS) ./... | bin/testreport

.PHONY: check
check: check-format check-modules check-vet check-arch check-static check-vulnerabilities ## run every check but the tests

.PHONY: check-format
check-format:
	@echo '== gofmt'
	@bad=$$(gofmt -l .); [ -z "$$bad" ] || { printf '%s\n' "$$bad" 'not formatted: run gofmt -w on them'; exit 1; }

.PHONY: check-modules
check-modules:
	@echo '== modules: checksums, go.mod'
	@go mod verify
	@diff=$$(go mod tidy -diff) || { head -n 20 <<<"$$diff"; echo '…'; echo 'go.mod or go.sum is not tidy: run go mod tidy'; exit 1; }

.PHONY: check-vet
check-vet:
	@echo '== go vet'
	@go vet ./...

.PHONY: check-arch
check-arch:
	@echo '== rules of the code base (internal/arch)'
	@go test -count=1 ./internal/arch

.PHONY: check-static
check-static:
	@echo '== staticcheck'
	@go tool staticcheck ./...

.PHONY: check-vulnerabilities
check-vulnerabilities:
	@echo '== known vulnerabilities'
	@scripts/vulncheck.sh

.PHONY: bench
bench: build ## measure the promised figures (BENCH=Name, BENCHFLAGS='-deals 100000')
	go test -run '^$$' -bench '$(BENCH)' -benchtime 1x -timeout 2h ./bench $(BENCHFLAGS)

.PHONY: fuzz
fuzz: ## run every fuzz target for a while (FUZZTIME=10s)
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: cover
cover: test-deps ## measure what the tests cover
	mkdir -p bin
	go test -coverpkg=./internal/... -coverprofile=bin/cover.out ./...
	go tool cover -html=bin/cover.out -o bin/cover.html
	go tool cover -func=bin/cover.out | tail -n 1
	@echo 'line by line: bin/cover.html'

.PHONY: shots
shots: test-deps ## take pictures of the pages, in both languages, light and dark, into shots/
	ZVENO_SHOTS=$(CURDIR)/shots go test -count=1 -timeout 20m -run TestShots ./internal/web

.PHONY: clean
clean: ## remove what was built
	rm -rf bin
