# A bare "make" lists the targets. Everything is built from source: the machine
# needs Go, git, make and a C compiler (for the race detector), nothing else.

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo v0.0.0-dev)
BIN      := $(CURDIR)/bin
SANDBOX  := $(CURDIR)/.sandbox
MODULE   := github.com/kubectl-aad/kubectl-aad
LDFLAGS  := -s -w -X $(MODULE)/pkg/version.Version=$(VERSION)

# One set of flags for builds and tests, so that they share the build cache.
export GOFLAGS      := -trimpath -buildvcs=false
export GOTOOLCHAIN  := local
export CGO_ENABLED  := 0

.DEFAULT_GOAL := help
.PHONY: help build build-sandbox demo test test-tools test-clients lint bench soak sandbox clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build kubectl-aad, aad-core and aad-webhook into bin/
	@echo "building kubectl-aad, aad-core and aad-webhook (the first time: 5 minutes)"
	@mkdir -p $(BIN)
	go build -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/kubectl-aad ./cmd/aad-core ./cmd/aad-webhook

build-sandbox: ## build aad-sandbox (with a real kube-apiserver) and kubectl into bin/
	@echo "building aad-sandbox and kubectl (the first time: 8 minutes)"
	@mkdir -p $(BIN)
	cd cmd/aad-sandbox && go build -ldflags '$(LDFLAGS)' -o $(BIN)/aad-sandbox .
	cd cmd/aad-sandbox && go build -ldflags '-s -w' -o $(BIN)/kubectl k8s.io/kubernetes/cmd/kubectl

demo: build build-sandbox ## the whole journey against a pretend Azure, on this machine
	@$(BIN)/aad-sandbox demo

sandbox: build build-sandbox ## keep a pretend Azure running and print how to play with it
	@$(BIN)/aad-sandbox up --dir $(SANDBOX) --hints

test: build build-sandbox test-tools ## all tests of both modules, and other people's clients
	@echo "testing with the race detector (what does not link msgraph-sdk-go)"
	CGO_ENABLED=1 go test -race $(LIGHT)
	@echo "testing what links msgraph-sdk-go"
	go test $(HEAVY)
	@echo "testing the sandbox's module: journeys with real API servers"
	cd cmd/aad-sandbox && go test -timeout 20m ./...
	@$(MAKE) --no-print-directory test-clients

# What tests drive beside Go: a D-Bus with a keyring, a tracer, a browser. Debian
# has them; where they cannot be had, the tests that need them are left out.
TEST_TOOLS := dbus-daemon=dbus gnome-keyring-daemon=gnome-keyring strace=strace chromium=chromium
APT := DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300

test-tools:
	@for tool in $(TEST_TOOLS); do command -v $${tool%=*} >/dev/null || missing="$$missing $${tool#*=}"; done; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing$$missing, which tests drive"; \
		$(APT) update && $(APT) -y install --no-install-recommends $$missing >/dev/null && exit 0; \
	fi; \
	echo "LEFT OUT: the tests that drive$$missing, which cannot be installed here"

# Packages whose tests link the SDK that is too heavy for the race detector.
GRAPH_SDK := github.com/microsoftgraph/msgraph-sdk-go/models
HEAVY = $(shell go list -test -f '{{$$p := .ImportPath}}{{range .Deps}}{{if eq . "$(GRAPH_SDK)"}}{{println $$p}}{{end}}{{end}}' ./... | sed 's/ .*//; s/_test$$//; s/\.test$$//' | sort -u)
LIGHT = $(filter-out $(HEAVY),$(shell go list ./...))

test-clients: build build-sandbox ## other people's clients against the sandbox (as root: installs them)
	@echo "testing with other people's clients; what cannot be had here is LEFT OUT"
	AAD_TEST_CLIENTS=1 go test -count=1 -v -timeout 20m ./pkg/sandbox/clients/
	cd cmd/aad-sandbox && AAD_TEST_CLIENTS=1 go test -count=1 -timeout 20m -run TestJourney/kubelogin ./internal/journey

lint: ## gofmt, go vet, and golangci-lint where it is installed
	@test -z "$$(gofmt -l cmd pkg plugins)" || { gofmt -l cmd pkg plugins; exit 1; }
	go vet ./...
	@if command -v golangci-lint >/dev/null; then golangci-lint run; else echo "golangci-lint is not installed: skipped"; fi

bench: build build-sandbox ## print the numbers of the design's section 7 (12 minutes)
	go test -run '^$$' -bench Process -benchtime 100x ./cmd/kubectl-aad
	go test -run '^$$' -bench Process -benchtime 7x ./cmd/aad-webhook
	go test -run '^$$' -bench . -benchtime 2s ./pkg/sandbox
	go test -run '^$$' -bench Resolve -benchtime 1x ./pkg/azure/graph
	cd cmd/aad-sandbox && go test -run '^$$' -bench 'Bind|List' -benchtime 1x -timeout 30m ./internal/journey

# How long each fuzz target runs in a soak.
FUZZTIME ?= 60s

soak: build ## an hour of kills, storms and fuzzing
	AAD_KILLS=1000 go test -count=1 -timeout 60m -run Killed ./cmd/kubectl-aad
	go test -count=10 -timeout 60m -run 'Processes|Accounts' ./cmd/kubectl-aad
	@grep -rl '^func Fuzz' --include='*_test.go' pkg plugins cmd/kubectl-aad | while read file; do \
		for f in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9]*\).*/\1/p' $$file); do \
			echo "fuzzing $$(dirname $$file) $$f for $(FUZZTIME)"; \
			go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file) </dev/null || exit 1; \
		done; \
	done

clean: ## remove what was built and the sandbox's folder
	rm -rf $(BIN) $(SANDBOX)
