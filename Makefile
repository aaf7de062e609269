# The list of what we do here. "make help" prints it.

GO      ?= go
BIN     ?= bin/feedparity
FUZZFOR ?= 20s
EXAM    ?= 60s
# N scales the number of generated cases "make confirm" judges; at 1 whatever can be
# exhausted is. LONG is the N of "make confirm-long".
N       ?= 1
LONG    ?= 10
# SIZE is the large feeds' size in MB, of which "make bench" measures ROUNDS rounds.
SIZE    ?= 100
ROUNDS  ?= 3
# PYTHON314 is where "make python314" unpacks a real 3.14. What is there is found by
# every target, after all that is on PATH already.
PYTHON314 ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/feedparity-python314
DIR     ?=
WORDS   ?=
HALF    ?=
export PATH := $(PATH):$(PYTHON314)/bin
# One setting for all, or a cold machine builds everything twice.
export CGO_ENABLED := 0
# What the compiler is told of the engine's busiest calls. It is not named default.pgo:
# every package is compiled anew for it, which tests need not wait for.
PGO := cmd/feedparity/engine.pgo

.PHONY: help build demo test faults servers fleet shop python314 confirm confirm-long judged fuzz mutate bench pgo microbench detect-eval dialect-eval golden generate lint vuln presubmit s3 bench-sweep exam

help: ## print this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/feedparity, which starts at once, and bin/feedparity-full, which it becomes for servers and the state; static, without cgo
	$(GO) build -pgo=$(PGO) -trimpath -tags lean -o $(BIN) ./cmd/feedparity
	$(GO) build -pgo=$(PGO) -trimpath -o $(BIN)-full ./cmd/feedparity

demo: build ## run the main job: sweep our own demo supplier, needs nothing but Go
	$(BIN) demo

test: ## run every test; on the real Pythons too, where there are any
	$(GO) test -timeout 20m ./...

# Some rows start the command itself, so its package is one of them.
faults: ## inject every fault of docs/reliability.md, which it writes, and see what comes of it
	@$(GO) test -count=1 -timeout 5m -v -run '^TestFaults$$' ./ingest/fetch ./ingest/sweep ./cmd/feedparity > faults.log; status=$$?; \
	$(GO) run ./cmd/faults docs/reliability.md < faults.log || status=1; \
	if [ $$status -ne 0 ]; then grep -vE '^(=== |PASS|ok)|--- (PASS|SKIP)' faults.log | cut -c1-1000 | head -50; fi; exit $$status

servers: ## get vsftpd, proftpd, pure-ftpd, pyftpdlib and sshd from Debian for the tests that run them, as root
	.ci/servers

fleet: ## a fleet on PostgreSQL and a real S3 server with 2,000 deliveries, two workers killed; and 200 killed sweeps on either database
	CGO_ENABLED=0 REQUIRE_POSTGRES=1 FEEDPARITY_FLEET=2000 FEEDPARITY_KILLS=200 .ci/s3/serve $(GO) test -count=1 -timeout 60m -v -run 'TestFleet|TestSweepKilled' ./ingest/sweep

shop: ## make the virtual environments of docs/examples/shop from PyPI, in .cache/shop
	.ci/shop

python314: ## unpack a real CPython 3.14 for test and confirm, from a Go module of 109 MB
	@cd .ci/python314 && $(GO) run . $(PYTHON314)

confirm: ## judge the models by every real Python, a million generated cases and more
	@$(MAKE) --no-print-directory judged N=$(N) LOG=confirm.log PAGE="docs/fidelity.md"

# The codecs' tables are exhausted at N=1, with many times the entries that a long run
# is to have: ten times as many would be the same ones. At 2 the tables of names are made again, too.
confirm-long: ## ten times the generated cases of the reader, text and cell layers and all codecs, an hour or more; for the record in docs/fidelity.md
	@$(MAKE) --no-print-directory judged N=$(LONG) PACKAGES="./ingest/pycsv ./ingest/pytext ./ingest/pycell" ONCE=./ingest/pycodec \
		LOG=confirm-long.log PAGE="--long docs/fidelity-long.txt docs/fidelity.md"

PACKAGES ?= ./...
CONFIRM  = nice -n 5 $(GO) test -count=1 -p 3 -timeout 600m -run Confirm -v
judged:
	@export LOCPATH=$$(.ci/locales); \
	echo "confirm: N=$(N) from $$(date -u +%FT%TZ)" > $(LOG); status=0; \
	FEEDPARITY_CONFIRM=$(N) $(CONFIRM) $(PACKAGES) >> $(LOG) 2>&1 || status=1; \
	if [ -n "$(ONCE)" ]; then FEEDPARITY_CONFIRM=2 $(CONFIRM) $(ONCE) >> $(LOG) 2>&1 || status=1; fi; \
	$(GO) run ./cmd/fidelity $(PAGE) < $(LOG) || status=1; \
	if [ $$status -ne 0 ]; then grep -E '^( *--- FAIL|FAIL|panic|.*mismatch:)' $(LOG) | cut -c1-2000 | head -50; fi; exit $$status

s3: ## test the archive against a real S3 server, built from a Go module of its own (minutes, the first time)
	.ci/s3/run

fuzz: ## run each fuzz target for FUZZFOR; only what nothing explains fails
	FUZZFOR=$(FUZZFOR) .ci/fuzz

exam: shop ## a campaign on each of the forty modules of docs/examples/exam, as long as EXAM says; writes what it found into docs/fuzzing.md
	CGO_ENABLED=0 REQUIRE_SHOP=1 FEEDPARITY_EXAM=$(EXAM) FEEDPARITY_EXAM_PAGE=$(CURDIR)/docs/fuzzing.md $(GO) test -count=1 -timeout 120m -v -run '^TestExam' ./cmd/feedparity

mutate: ## change the models one thing at a time and see whether the tests notice; for the record in docs/fidelity.md
	@status=0; nice -n 10 $(GO) run ./cmd/mutate --record docs/mutation.txt || status=1; \
	$(GO) run ./cmd/fidelity --records docs/fidelity.md || status=1; exit $$status

bench: ## measure us against the two interpreters, SIZE MB and ROUNDS; writes docs/benchmarks.md
	$(GO) run -pgo=$(PGO) ./cmd/bench --size $(SIZE) --rounds $(ROUNDS) --out docs/benchmarks.md

bench-sweep: ## measure whole sweeps against servers on loopback; writes docs/benchmarks-sweep.md
	$(GO) run -pgo=$(PGO) ./cmd/bench sweep --out docs/benchmarks-sweep.md

pgo: ## profile the engine and have the command built by what is found
	$(GO) run ./cmd/bench profile $(PGO)

microbench: ## run the Go benchmarks of every package
	$(GO) test -run '^$$' -bench . -benchmem ./... | tee bench.txt

# DIR is a labelled folder, WORDS the unpacked wheel of Faker, NATURAL the source archive of chardet; see cmd/detecteval.
detect-eval: ## measure charset detection on DIR and on a set built from WORDS; writes docs/detection.md
	$(GO) run ./cmd/detecteval --dir "$(DIR)" --words "$(WORDS)" --natural "$(NATURAL)" --half "$(HALF)" --peers --out docs/detection.md

dialect-eval: ## the part of it on dialects: measure them and the canonical form on spoiled files of ours, and on labelled folders DIRS
	@$(GO) run ./cmd/detecteval dialect $(DIRS)

golden: ## replay every golden case, on the models and on the real Pythons
	$(GO) test -count=1 -v -run '^TestReplay(Confirm)?$$' ./golden

generate: ## make the generated tables again from the real interpreters
	$(GO) generate ./...

lint: ## go vet, staticcheck, gofmt, and our own figures
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "lint: run gofmt -w on these"; exit 1; }
	$(GO) vet ./...
	$(GO) build -tags lean -o /dev/null ./cmd/feedparity
	$(GO) tool staticcheck ./...
	$(GO) run ./cmd/shape .

vuln: ## look for known vulnerabilities in what we import (needs the network)
	$(GO) tool govulncheck ./...

presubmit: lint test golden ## lint, every test, and every golden case again
