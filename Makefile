# `make help` explains the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/sbin
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
DESTDIR ?=
GO      ?= go
CC      ?= gcc

VERSION := $(shell cat VERSION)
COMMIT  := $(shell git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null)

# A static binary starts about 1 ms sooner than one that ld.so has to put
# together, and it runs the same on every distribution. libseccomp wants cgo.
# Help without templates lets the linker leave more out (one sixth of the binary).
TAGS      := netgo osusergo static_build urfave_cli_no_template
LDFLAGS   := -s -w -linkmode external -extldflags "-static" -X main.version=$(VERSION) -X main.gitCommit=$(COMMIT)
GO_BUILD   = CGO_ENABLED=1 $(CGO_$(LIBC)) $(GO) build -trimpath -tags '$(TAGS)' -ldflags '$(LDFLAGS)'

# The C library: musl, or glibc where musl-gcc is missing. glibc asks the processor
# for its features at each start, some 80 times; a virtual machine traps each.
# The distribution's libseccomp.a serves both (nsenter/musl.c); it is linked in a
# directory of its own, or glibc would be found beside it.
LIBC      = $(if $(shell command -v musl-gcc),musl,glibc)
CGO_musl  = CC=musl-gcc CGO_CFLAGS='-O2 -g $(addprefix -idirafter ,/usr/include /usr/include/$(shell $(CC) -print-multiarch))' \
	CGO_LDFLAGS='-L$(dir $(abspath $(MUSL_SECCOMP)))'
CGO_glibc = CC='$(CC)'
MUSL_SECCOMP := _build/musl/libseccomp.a

# Linters come through the Go module proxy, at these versions.
STATICCHECK := $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
SHFMT       := $(GO) run mvdan.cc/sh/v3/cmd/shfmt@v3.14.1

C_FILES     := $(wildcard nsenter/*.[ch] libcontainer/signals/*.[ch])
SHELL_FILES := .ci/run $(wildcard tests/*.sh tests/*.bash tests/*/*.sh tests/*/*.bash)
BATS_FILES  := $(wildcard tests/*.bats tests/*/*.bats)

# Where each shell looks below DATADIR; bash by the name of the command.
COMPLETIONS := bash-completion/completions/runc.bash zsh/site-functions/_runc fish/vendor_completions.d/runc.fish

# For one file or one case: make test-bats BATS_FILE=tests/run.bats FILTER='exit status'
BATS_FILE ?=
FILTER    ?=
# default, v1 or v2: see docs/testing.md.
VIEW      ?= default
FUZZTIME  ?= 30s

.PHONY: help build install uninstall demo test test-go test-bats lint lint-go lint-c lint-sh fmt fuzz completions \
	deps-build deps-test deps-lint clean

help: ## Explain the targets
	@echo 'Targets:'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo 'Variables: LIBC=musl|glibc (build); PREFIX DESTDIR (install); BATS_FILE FILTER VIEW (test-bats); FUZZTIME (fuzz)'

build: deps-build ## Build the static binary ./runc (the default)
	$(if $(filter musl,$(LIBC)),mkdir -p $(dir $(MUSL_SECCOMP)) && ln -sf "$$(pkg-config --variable=libdir libseccomp)/libseccomp.a" $(MUSL_SECCOMP))
	$(GO_BUILD) -o runc .

install: build ## Install binary, man pages and shell completions under DESTDIR/PREFIX
	install -D -m 0755 runc '$(DESTDIR)$(BINDIR)/runc'
	install -d '$(DESTDIR)$(MANDIR)/man8'
	install -m 0644 man/*.8 '$(DESTDIR)$(MANDIR)/man8/'
	$(foreach c,$(COMPLETIONS),install -D -m 0644 contrib/completions/$(notdir $(c)) '$(DESTDIR)$(DATADIR)/$(c:.bash=)' &&) true

uninstall: ## Remove what install put there
	rm -f '$(DESTDIR)$(BINDIR)/runc' $(patsubst man/%,'$(DESTDIR)$(MANDIR)/man8/%',$(wildcard man/*.8)) \
		$(foreach c,$(COMPLETIONS),'$(DESTDIR)$(DATADIR)/$(c:.bash=)')

demo: build ## Install what is needed, build, run a busybox container
	@tests/install-deps.sh demo
	@tests/demo.sh ./runc

test: build deps-test ## Install what tests need, run all (Go; bats in three cgroup views), print the counts last
	@tests/run-all.sh

test-go: deps-build deps-test ## Run the Go tests
	@tests/run-go.sh

test-bats: build deps-test ## Run bats: BATS_FILE=tests/run.bats FILTER=regex VIEW=default|v1|v2
	@tests/run-bats.sh --view '$(VIEW)' $(if $(FILTER),--filter '$(FILTER)') $(BATS_FILE)

lint: lint-go lint-c lint-sh ## Check format and style of Go, C and shell

lint-go: deps-build
	@out=$$(gofmt -s -l .); [ -z "$$out" ] || { echo "gofmt: run make fmt for:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(STATICCHECK) -checks inherit,ST1000 ./...

lint-c: deps-lint
	$(if $(C_FILES),clang-format --dry-run -Werror $(C_FILES))
	$(foreach f,$(filter %.c,$(C_FILES)),$(CC) -std=gnu11 -Wall -Wextra -Werror -fsyntax-only $(f) &&) true

lint-sh: deps-lint
	shellcheck -x $(SHELL_FILES) $(BATS_FILES)
	$(SHFMT) -d $(SHELL_FILES) $(BATS_FILES)

fmt: deps-lint ## Format Go, C and shell in place
	gofmt -s -w .
	$(if $(C_FILES),clang-format -i $(C_FILES))
	$(SHFMT) -w $(SHELL_FILES) $(BATS_FILES)

completions: deps-build ## Write contrib/completions anew, after a change of commands or flags
	$(GO) test . -run TestCompletions -args -update

fuzz: deps-build ## Run every Go fuzz test for FUZZTIME
	@tests/fuzz.sh '$(FUZZTIME)'

clean: ## Remove what the build and the tests made
	rm -rf runc _build tests/_tmp

# Install Debian packages, only those that are missing.
deps-build deps-test deps-lint: deps-%:
	@tests/install-deps.sh $*

# --- on a real host, and against the clock -----------------------------------

C_FILES += $(wildcard bench/c/*.c)

.PHONY: vm-build test-vm bench

vm-build: ## Make the Debian guest of test-vm (QEMU, systemd, cgroup v2), if need be
	@tests/vm/vm.sh build

test-vm: build _build/attack _build/seccomp _build/ptydrive ## Run the bats in the guest with both cgroup drivers and rootless; VM_SELECT=short is for CI
	@tests/vm/suite.sh

bench: build ## Measure beside Debian's runc and crun, into bench/results.md; BENCH_N=rounds
	@$(GO) run ./bench

.PHONY: conformance
conformance: build deps-test ## Run the validation programs of runtime-tools beside Debian's runc, in cgroup v1 and v2
	@tests/conformance/run.sh

.PHONY: test-engines
# ENGINES=docker, ENGINES='compare podman': see docs/engines.md.
ENGINES ?=

test-engines: build ## Drive ./runc by containerd, Docker and Podman (ENGINES=containerd)
	@tests/engines/run.sh $(ENGINES)

# --- attacks -----------------------------------------------------------------

C_FILES += $(wildcard tests/attack/*.c tests/attack/*.h tests/seccomp/*.c nsenter/testdata/*.c)

.PHONY: test-attack
# How many racing creates, and joins, of each kind; make test has 20 to 50.
ROUNDS ?= 2000

test-attack: build deps-test ## Run the attacks of tests/security*.bats for long: ROUNDS=2000 races of each kind
	@RUNC_ATTACK_ROUNDS='$(ROUNDS)' RUNC_ATTACK_EVERY=1 tests/run-bats.sh $(wildcard tests/security*.bats)

# The helper, for a guest without a compiler; elsewhere the bats build it.
_build/attack: $(wildcard tests/attack/*.c tests/attack/*.h)
	@mkdir -p $(@D)
	$(CC) -static -O2 -o $@ $(filter %.c,$^)
_build/ptydrive: $(wildcard tests/ptydrive/*.go)
	CGO_ENABLED=0 $(GO) build -o $@ ./tests/ptydrive
_build/seccomp: tests/seccomp/seccomp.c
	@mkdir -p $(@D)
	$(CC) -static -O2 -o $@ $<
