# What can be done here; `make help` lists it.

GOLANGCI_LINT = go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK   = go run golang.org/x/vuln/cmd/govulncheck@v1.6.0

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo 0.1.0-dev)

# Packages in which goroutines share something.
CONCURRENT = ./server/... ./store/... ./tracking/... ./registry/... ./blob/... ./mlflow/... ./webhook/... ./egress/... ./graph/... ./mlmd/... ./kubewatch/... ./openlineage/... ./jobs/... ./watch/... ./carry/... ./notice/... ./cmd/...

# How long each fuzz target runs, and each benchmark.
FUZZTIME  ?= 5s
BENCHTIME ?= 1s

.DEFAULT_GOAL := help

.PHONY: help
help: ## List what can be done
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: web
web: ## Build the web interface anew into web/dist; needs Node
	cd web && npm ci && npm run build

.PHONY: web-check
web-check: ## Check the web interface: types, unit tests, and whether web/dist is fresh
	.ci/web

.PHONY: run
run: ## Start the server on 127.0.0.1:5000 with data in ./pedigree-data
	go run ./cmd/pedigree serve

.PHONY: build
build: ## Build bin/pedigree
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/pedigree ./cmd/pedigree

.PHONY: test
test: ## Vet and test, in less than three minutes
	go vet ./...
	go test ./...

.PHONY: check
check: ## Do everything that CI does
	.ci/run

.PHONY: lint
lint: ## Run the linters, pinned here and set up in .golangci.yml
	$(GOLANGCI_LINT) run ./...

.PHONY: format
format: ## Format all Go files
	$(GOLANGCI_LINT) fmt ./...

.PHONY: gen
gen: ## Make generated files and the list of modules anew
	go generate ./...
	go mod tidy

.PHONY: race
race: ## Test what is concurrent under the race detector
	go test -race -short $(CONCURRENT)

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (5s)
	@FUZZTIME=$(FUZZTIME) .ci/fuzz

.PHONY: vuln
vuln: ## Look for published weaknesses in what is built in
	@code=0; out=$$($(GOVULNCHECK) ./... 2>&1) || code=$$?; echo "$$out"; \
	if [ $$code -ne 0 ] && echo "$$out" | grep -q 'fetching vulnerabilities'; then \
		echo "NOT CHECKED: the vulnerability database cannot be reached from here"; \
	else exit $$code; fi

.PHONY: bench
bench: ## Run the benchmarks of single packages, each for BENCHTIME (1s)
	go test -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) ./...

.PHONY: bench-mlflow
bench-mlflow: ## Measure MLflow, FastTrackML and Pedigree side by side; takes an hour
	bench/compare

.PHONY: bench-mlmd
bench-mlmd: ## Measure ML Metadata's engine and Pedigree side by side; takes ten minutes and Python 3.9 to 3.11
	bench/mlmd

.PHONY: e2e-atlas
e2e-atlas: ## Run Atlas's own clients, for Python and Java, and a Kafka broker; needs Python 3.11, Java also a JDK and Maven
	e2e/atlas/run
	e2e/atlas/kafka

.PHONY: e2e-native
e2e-native: ## Hold the server against the OpenAPI document of its own protocol; needs Python 3.11 to 3.13
	e2e/native/run

.PHONY: e2e-kfmd
e2e-kfmd: ## Run the first client of Kubeflow Metadata; needs Python 3.9 to 3.11
	e2e/kfmd/run

.PHONY: e2e-openlineage
e2e-openlineage: ## Run producers of OpenLineage: its client, dbt, Airflow, Spark, and the tour of all wires; needs Python 3.11, Spark also Java
	e2e/openlineage/run
	e2e/tour/run

.PHONY: e2e-web
e2e-web: ## Look at the pages in a real Chromium, filled by MLflow's client; needs Python 3.11, Node and Chromium
	e2e/web/run

.PHONY: e2e
e2e: ## Run MLflow's own clients against the built server; needs Python 3
	e2e/run

.PHONY: e2e-mlmd
e2e-mlmd: ## Run the clients of ML Metadata and Kubeflow Metadata; needs Python 3.9 to 3.11
	e2e/mlmd/run
