# Two commands are enough on a fresh Debian or Ubuntu with the Swift toolchain: `make demo` and `make test`.

PREFIX ?= /usr/local
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
HEADERS := curl/curl.h zlib.h openssl/evp.h yaml.h curses.h toml++/toml.h
PACKAGES := libcurl4-openssl-dev zlib1g-dev libssl-dev libyaml-dev libncurses-dev libtomlplusplus-dev
TEST_PACKAGES := tmux python3-venv
# What installed files say to other programs: their schema, lnav, Prometheus, Grafana.
FOR_OTHERS := sessiontop.schema.json sessiontop.lnav.json sessiontop.rules.yml sessiontop.grafana.json
FUZZ_SECONDS ?= 1800
RELEASE := .build/release/sessiontop

.PHONY: demo run build test docs nightly lint fuzz sanitize bench bench-terminal soak install uninstall release deb clean deps test-deps

demo: build
	$(RELEASE) demo

run: build
	$(RELEASE)

# The toolchain's own linker takes out what nobody calls, which it may once no symbol is for others, and what is there
# twice. Relocations in their short form need a C library of 2.36 or later.
LEAN := -Xswiftc -use-ld=lld -Xlinker --no-export-dynamic -Xlinker --icf=safe \
  $(if $(filter 2.36,$(firstword $(sort 2.36 $(lastword $(shell getconf GNU_LIBC_VERSION))))),\
  -Xlinker -z -Xlinker pack-relative-relocs)
RELEASED := -c release --static-swift-stdlib $(LEAN)
build: deps
	swift build $(RELEASED) --product sessiontop

# What lives in real time runs by itself, so that nothing else takes the processor away from it; all faults together
# once more by themselves, because the processor time and the memory of their process are measured.
define suites
swift test --skip-build $(1) --skip SessionEngineTests --skip ProgramTests
	swift test --skip-build $(1) --filter SessionEngineTests.FaultTests
	swift test --skip-build $(1) --filter SessionEngineTests --skip FaultTests
	swift test --skip-build $(1) --filter ProgramTests --skip 'The example of the library'
endef

# Everything a release needs: format, build, unit tests, simulation, real Python servers, the program in a terminal.
test: deps test-deps lint
	swift build --build-tests
	$(call suites,)
	swift test --skip-build --filter 'The example of the library'
	$(MAKE) docs -o deps

# The library's documentation, in .build/docs for any web server (`docc preview` shows it at once). A link that leads
# nowhere is an error. What the library exports again belongs to it.
MODULES := .build/debug/Modules
DOCS := .build/docs
docs: deps
	swift build --target SessionEngine
	rm -rf $(DOCS) $(DOCS)-symbols && mkdir -p $(DOCS)-symbols
	swift symbolgraph-extract -module-name SessionEngine -experimental-allowed-reexported-modules=MCPSessions \
	  -minimum-access-level public -skip-synthesized-members -skip-inherited-docs \
	  -target $$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\(.*\)".*/\1/p' | head -1) \
	  $$(printf -- '-Xcc -fmodule-map-file=%s ' $$(ls Sources/CTop*/module.modulemap .build/debug/CTop*.build/module.modulemap)) \
	  -I $(MODULES) -output-dir $(DOCS)-symbols
	docc convert Sources/SessionEngine/Documentation.docc --additional-symbol-graph-dir $(DOCS)-symbols \
	  --fallback-display-name SessionEngine --fallback-bundle-identifier sessiontop.SessionEngine \
	  --warnings-as-errors --output-path $(DOCS)

# The same simulation with many more seeds: SEEDS of them from FIRST_SEED on. A failure names its seed.
SEEDS ?= 10000
NIGHTLY := -c release -Xswiftc -enable-testing --scratch-path .build-nightly
nightly: deps
	swift build $(NIGHTLY) --build-tests
	SEEDS=$(SEEDS) swift test $(NIGHTLY) --skip-build --filter SessionsTests

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

# Feeds every reader of something from outside, or TARGET alone, with arbitrary bytes for FUZZ_SECONDS each; what it
# finds stays in .build-fuzz.
TARGET ?= $(notdir $(wildcard Tests/FuzzingTests/Seeds/*))
fuzz: deps
	SESSIONTOP_FUZZ=1 swift build -c release -Xswiftc -enable-testing --sanitize fuzzer --scratch-path .build-fuzz \
	  --product Fuzzer
	for target in $(TARGET); do mkdir -p .build-fuzz/corpus/$$target; \
	  (cd .build-fuzz && FUZZ_TARGET=$$target nice -n 19 release/Fuzzer -max_total_time=$(FUZZ_SECONDS) -max_len=4096 \
	  -timeout=10 -rss_limit_mb=1024 -dict=../Tests/FuzzingTests/Fuzzer/yaml.dict -print_final_stats=1 \
	  -artifact_prefix=$$target- corpus/$$target ../Tests/FuzzingTests/Seeds/$$target) || exit 1; done

# The whole test suite with the compiler's watch on memory, and on threads. What is told as leaked at the end is
# XCTest's own; how busy, how large and how quick a program is that is watched so says nothing.
sanitize: sanitize-address sanitize-thread
sanitize-%: export ASAN_OPTIONS := detect_leaks=0
sanitize-%: export SEEDS := 8
sanitize-%: export SESSIONTOP_WATCHED := 1
UNMEASURED := $(foreach words,keeps.a.core.busy in.linear.time told.apart.at.once bounded.memory read.slowly \
  MachineTests,--skip $(words))
sanitize-%: deps test-deps
	swift build --build-tests --sanitize $* --scratch-path .build-$*
	$(call suites,--sanitize $* --scratch-path .build-$* $(UNMEASURED))

# Prints the figures of the README and keeps them in .build/bench.json; BASELINE=FILE compares with such a file. SIZES
# and ORIGINS say how many, ONLY=inside,sessions,recovery,origins which. In the same run a client built on the package
# mcp does the same work, where it can be had, and so does CLIENT=PROGRAM; SERVER=PROGRAM is asked instead of our own.
SIZES ?= 100,1000
ORIGINS ?= 1,100
BENCH = $(if $(BASELINE),--baseline $(BASELINE)) $(if $(ONLY),--only $(ONLY)) $(if $(CLIENT),--client $(CLIENT)) \
  $(if $(SERVER),--server $(SERVER))
bench: build
	swift build $(RELEASED) --product SessionBenchmark
	python=$$(bash Tests/Interoperability/environment.sh mcp==2.3.0) || python=; \
	python3 Tests/Performance/bench.py $(RELEASE) .build/release/SessionBenchmark --json .build/bench.json \
	  --sizes $(SIZES) --origins $(ORIGINS) $${python:+--python $$python} $(BENCH)

# Keeps 500 sessions of all transports for HOURS while everything goes wrong that can; fails on a slope.
HOURS ?= 2
soak: build
	python3 Tests/Performance/soak.py $(RELEASE) $(HOURS) --samples .build/soak.jsonl

# Prints the README's table of what the dashboard is to a terminal, beside htop and top where they are installed.
bench-terminal: build
	swift build $(RELEASED) --product SessionBenchmark
	python3 Tests/Performance/terminal.py $(RELEASE) .build/release/SessionBenchmark

# The program, its manual page and completions, which it makes itself, and a unit for systemd.
SHARE := $(DESTDIR)$(PREFIX)/share
install: build
	install -D -m 755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/sessiontop
	strip $(DESTDIR)$(PREFIX)/bin/sessiontop 2>/dev/null || llvm-strip $(DESTDIR)$(PREFIX)/bin/sessiontop
	mkdir -p $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions \
	  $(SHARE)/fish/vendor_completions.d $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(RELEASE) manual >$(SHARE)/man/man1/sessiontop.1
	$(RELEASE) --generate-completion-script bash >$(SHARE)/bash-completion/completions/sessiontop
	$(RELEASE) --generate-completion-script zsh >$(SHARE)/zsh/site-functions/_sessiontop
	$(RELEASE) --generate-completion-script fish >$(SHARE)/fish/vendor_completions.d/sessiontop.fish
	install -d $(SHARE)/sessiontop
	install -m 644 $(addprefix Sources/sessiontop/Packaging/,$(FOR_OTHERS)) $(SHARE)/sessiontop/
	sed 's,@PREFIX@,$(PREFIX),' Sources/sessiontop/Packaging/sessiontop.service \
	  >$(DESTDIR)$(PREFIX)/lib/systemd/system/sessiontop.service

VERSION := $(shell sed -n 's/.*clientVersion = "\(.*\)".*/\1/p' Sources/MCPWire/Outgoing.swift)
STAGE := .build/stage
PACKAGED := .build/packages

# What install puts in place as a tarball, with its checksum, in .build/packages.
ARCHIVE := sessiontop-$(VERSION)-linux-$(shell uname -m).tar.gz
release: build
	rm -rf $(STAGE) && mkdir -p $(PACKAGED)
	$(MAKE) install -o build DESTDIR=$(STAGE) PREFIX=/usr/local
	cp README.md CHANGELOG.md LICENSE $(STAGE)/
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@$$(stat -c %Y CHANGELOG.md) \
	  -C $(STAGE) -czf $(PACKAGED)/$(ARCHIVE) .
	cd $(PACKAGED) && sha256sum $(ARCHIVE) >$(ARCHIVE).sha256

# The same as a package for Debian and its like, in .build/packages.
deb: build
	rm -rf $(STAGE)
	$(MAKE) install -o build DESTDIR=$(STAGE) PREFIX=/usr
	Sources/sessiontop/Packaging/deb.sh $(STAGE) $(VERSION) $(PACKAGED)

# Takes away what install put in place.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sessiontop $(SHARE)/man/man1/sessiontop.1 \
	  $(SHARE)/bash-completion/completions/sessiontop $(SHARE)/zsh/site-functions/_sessiontop \
	  $(SHARE)/fish/vendor_completions.d/sessiontop.fish $(addprefix $(SHARE)/sessiontop/,$(FOR_OTHERS)) \
	  $(DESTDIR)$(PREFIX)/lib/systemd/system/sessiontop.service

clean:
	rm -rf .build .build-nightly .build-fuzz .build-address .build-thread

# The system libraries, if a header is missing. The Swift toolchain brings clang, which need not be called cc.
deps:
	@compiler=$$(command -v clang || command -v cc || command -v gcc); \
	missing=; for header in $(HEADERS); do \
	  echo "#include <$$header>" | $$compiler -x c++ -std=c++17 -E -include stdio.h - >/dev/null 2>&1 || missing=1; done; \
	if [ -n "$$missing" ]; then $(call apt,$(PACKAGES)); fi

# An sshd is installed only where nobody works: on a machine of theirs it would listen from then on.
test-deps:
	@missing=; command -v tmux >/dev/null || missing=1; python3 -c 'import venv, ensurepip' 2>/dev/null || missing=1; \
	if [ -n "$$missing" ]; then $(call apt,$(TEST_PACKAGES)); fi
	@missing=; for program in prometheus promtool; do command -v $$program >/dev/null || missing=1; done; \
	if [ -n "$$missing" ]; then ($(call apt,--no-install-recommends prometheus)) || \
	  echo "prometheus cannot be installed here: the tests with it are skipped" >&2; fi
	@if [ "$$CI" = true ] && [ ! -x /usr/sbin/sshd ]; then ($(call apt,--no-install-recommends openssh-server)) || \
	  echo "sshd cannot be installed here: the test with it is skipped" >&2; fi

define apt
  if command -v apt-get >/dev/null; then \
    $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(1); \
  else \
    echo "missing: $(1) (names of Debian); install the like of them with this system's package manager" >&2; exit 1; \
  fi
endef
