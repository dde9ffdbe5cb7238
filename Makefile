# Preread. Two commands do everything: `make demo` and `make check`. Both install what they need, twice in a row is fine,
# and the second time no registry is reached.

SHELL := /bin/sh
.DEFAULT_GOAL := help

export PREREAD_SHARED ?= $(abspath ../shared)
export PREREAD_CACHE ?= $(abspath .cache)
export PREREAD_CONFORMANCE_VENV ?= $(PREREAD_CACHE)/venv
PREFIX ?= /usr/local
SCRIPTS := Tests/Scripts
SWIFT_BUILD := swift build --explicit-target-dependency-import-check error

.PHONY: help demo check lint build test acceptance bench quality install clean packages sample check-data release

help:
	@echo "make demo     build, fetch a real CT and real weights, annotate it, show the SEG and how good it is"
	@echo "make check    lint, build, all tests"
	@echo "make bench    how fast the networks answer and learn on this machine, beside OpenVINO, onnxruntime and PyTorch"
	@echo "make quality  how good the masks are on the sample scans: the tables of docs/quality.md"
	@echo "make install  preread, its profiles and its systemd unit below PREFIX=$(PREFIX)"
	@echo "make clean    remove what was built; what was fetched stays in .cache"

packages:
	@$(SCRIPTS)/install-packages.sh build

sample: packages
	@$(SCRIPTS)/python-environment.sh sample
	@$(SCRIPTS)/fetch-sample.sh

release: packages
	$(SWIFT_BUILD) -c release --static-swift-stdlib --product preread

demo: sample release
	@$(SCRIPTS)/demo.sh .build/release/preread

check: lint build test acceptance
	@echo "make check: all good"

check-data: sample
	@$(SCRIPTS)/install-packages.sh check
	@$(SCRIPTS)/python-environment.sh check
	@$(SCRIPTS)/prepare-check-data.sh

lint: packages
	@$(SCRIPTS)/install-packages.sh check
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	shellcheck $(SCRIPTS)/*.sh .ci/run

build: packages
	$(SWIFT_BUILD) --build-tests

test: build check-data
	timeout 1200 swift test --skip-build

acceptance: build check-data
	@$(SCRIPTS)/acceptance.sh .build/debug/preread

bench: sample release
	@$(SCRIPTS)/python-environment.sh bench
	$(SWIFT_BUILD) -c release --static-swift-stdlib --product Benchmarks
	@$(SCRIPTS)/bench.sh .build/release $(BENCH_CHECKPOINTS)

quality: sample
	@$(SCRIPTS)/fetch-heads.sh
	$(SWIFT_BUILD) -c release --product Quality
	.build/release/Quality "$(PREREAD_CACHE)"

install: release
	install -s -D -m 0755 .build/release/preread "$(DESTDIR)$(PREFIX)/bin/preread"
	install -d "$(DESTDIR)$(PREFIX)/share/preread/profiles" "$(DESTDIR)$(PREFIX)/share/preread/watch"
	install -m 0644 profiles/*.xml profiles/*.xsd profiles/*.tsv "$(DESTDIR)$(PREFIX)/share/preread/profiles/"
	install -m 0644 watch/site.xml watch/site.xsd "$(DESTDIR)$(PREFIX)/share/preread/watch/"
	install -d "$(DESTDIR)$(PREFIX)/lib/systemd/system"
	sed "s|/usr/bin/preread|$(PREFIX)/bin/preread|" watch/preread.service >"$(DESTDIR)$(PREFIX)/lib/systemd/system/preread.service"

clean:
	rm -rf .build
