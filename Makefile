# Tiendo. `make help` says what can be made; CONTRIBUTING.md says how the house is built.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
MAKEFLAGS   += --no-builtin-rules

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LINT    := go tool -modfile=tools/go.mod golangci-lint

# What is run a second time, under the race detector: whatever has goroutines, but for tests that drive processes of their
# own, which the detector does not see, and those that take minutes under it. The goroutines of figures run in api and metrics too.
RACE    := ./collector ./internal/audit ./internal/auth ./internal/crowd ./internal/inbox ./internal/api ./internal/booking ./internal/metrics
RACEAPP := App|Drain|Demo|Cleanups|ImportS|Revoked|MemoryAnswers
SLOW    := FlippedBits|TornTail|FilledFile

.PHONY: build demo test bench soak lint needs help

help: ## say what can be made
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

# npm writes this file last, so it is as new as what it installed.
node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

# What pages need from npm, where the go command embeds it.
dashboards/static/npm/charts.js: node_modules/.package-lock.json $(wildcard dashboards/script/*)
	node dashboards/script/build.mjs
	@touch $@

build: dashboards/static/npm/charts.js ## make bin/tiendo
	CGO_ENABLED=0 go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/tiendo ./cmd/tiendo

demo: build ## serve a simulated city on http://127.0.0.1:8080 until Ctrl-C
	@exec bin/tiendo demo

needs:
	@tools/needs 'chromium-headless-shell|chromium' docker-compose haproxy openssl prometheus prometheus-alertmanager

lint: ## look for mistakes without running anything; what go vet finds is among them
	$(LINT) run ./...

# Tests wait more than they work, so two packages run at a time, and two tests of a package that say so. Vetted they are by lint.
test: needs build lint ## run everything that CI runs
	go test -vet=off -p 2 -timeout 30m ./...
	@if command -v cc >/dev/null; then set -x; \
	  go test -vet=off -p 2 -short -race -timeout 15m -skip '$(SLOW)' $(RACE); \
	  go test -vet=off -short -race -timeout 15m -run '$(RACEAPP)' ./cmd/tiendo ./internal/kpi; \
	else echo 'no C compiler here, so nothing was run under the race detector'; fi
	tools/fuzz 10s

bench: build ## measure the promises of the design; BENCH=-full with more events
	go test -timeout 60m -run '^$$' -bench . -benchtime 1x ./internal/bench $(BENCH)

soak: ## fuzz for ten minutes each, look for races everywhere, and let LibreOffice open and work out every paper
	@command -v soffice >/dev/null || tools/needs libreoffice-calc-nogui
	go test -tags soak -count 1 -run Soak ./internal/report ./cmd/tiendo
	go test -vet=off -p 1 -short -race -timeout 60m ./...
	tools/fuzz 10m
