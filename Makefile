# Everything a developer runs. `make` alone lists the targets.

GOLANGCI_LINT := v2.15.0
CACHE := $(CURDIR)/.cache
LINT := $(CACHE)/bin/golangci-lint-$(GOLANGCI_LINT)
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BENCH ?= .
# Without gin's msgpack binding, which nothing uses, the binary is 6 MB smaller. Tests run what is built.
TAGS := -tags nomsgpack
# SQLite is C translated to Go, locked by its driver: watching its every access for races makes the tests several times slower.
RACE := -race -gcflags=github.com/ncruces/go-sqlite3-wasm/...=-race=false
# A number of runs, since Go now and then calls the end of a time a failure.
FUZZTIME ?= 30000x

.DEFAULT_GOAL := help
.PHONY: help setup test vet fmt tidy lint check bench fuzz crash chaos build demo clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what the tests need and the machine lacks
	@./scripts/setup.sh

# With -race, vet and the tests compile the dependencies once and not twice.
vet: setup ## Run go vet
	CGO_ENABLED=1 go vet $(RACE) $(TAGS) ./...
	go vet -tags 'nomsgpack chaos' .

test: vet ## Do all set-up, then run every test with the race detector
	CGO_ENABLED=1 OABRIDGE_TEST_REQUIRE_SERVERS=1 go test $(RACE) $(TAGS) -timeout 20m -shuffle=on ./...

fmt: ## Fail when a file is not formatted
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; }

$(LINT):
	@echo "building golangci-lint $(GOLANGCI_LINT) into $(CACHE)/bin; the first time takes minutes"
	GOBIN=$(CACHE)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	mv $(CACHE)/bin/golangci-lint $@

lint: $(LINT) ## Run golangci-lint, building it first when needed
	GOLANGCI_LINT_CACHE=$(CACHE)/golangci-lint $(LINT) run ./...

tidy: ## Fail when go.mod or go.sum is not tidy
	go mod tidy -diff

check: fmt tidy test lint build ## Everything a change must pass

bench: setup ## Run the benchmarks; BENCH=regexp chooses some
	OABRIDGE_TEST_REQUIRE_SERVERS=1 go test $(TAGS) -run '^$$' -bench '$(BENCH)' -benchmem ./...

# The fuzzer's coverage is left out of the generated SQLite code: it learns nothing there, and compiling it takes minutes.
FUZZFLAGS := -gcflags=github.com/ncruces/go-sqlite3-wasm/...=-d=libfuzzer=0

fuzz: ## Run every fuzz test for FUZZTIME
	@go test $(TAGS) -list '^Fuzz' ./... | awk '/^Fuzz/ { names = names " " $$1 } /^ok/ { n = split(names, list, " "); \
		for (i = 1; i <= n; i++) print $$2, list[i]; names = "" }' | \
	while read -r package name; do \
		go test $(TAGS) -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $(FUZZFLAGS) "$$package" || exit 1; \
	done

# Without the race detector, which makes SQLite ten times slower.
crash: ## Let the service die at every fail point and at every pair of them; make test tries some
	CGO_ENABLED=1 go test $(TAGS) -run '^Test(Crash|Suspended|Unknown)' ./service -crash.all

# CHAOS=30m makes it longer, SEED=7 repeats what chance decided.
chaos: setup ## Run replicas under faults and compare the ledgers of Jenkins and DingTalk; CHAOS=30m, SEED=7
	go run ./service/chaos $(if $(CHAOS),-duration $(CHAOS)) $(if $(SEED),-seed $(SEED))

build: ## Build the static binary bin/oabridge
	CGO_ENABLED=0 go build $(TAGS) -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/oabridge .

demo: ## Play the whole story in one process
	go run $(TAGS) . demo

clean: ## Remove what was built; the linter in .cache stays
	rm -rf bin coverage.out
