# Kith. `make` alone says what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build test soak bench lint fmt web clean

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## install, build and start Kith on rehearsal networks with a lively sample workspace
	@exec bin/kith rehearse

build: ## bin/kith, with the browser application inside
	@scripts/need.sh go node git
	@scripts/build.sh

test: ## everything that belongs to every landing (at most 45 minutes); installs what it needs
	@scripts/test.sh

soak: ## the same with long rounds: crashes by the hundred, a million executions of every fuzz target
	@KITH_SOAK=1 scripts/test.sh

bench: build ## every bench, each figure beside its limit; BENCH=send for one
	@bin/kith bench $(or $(BENCH),all)

lint: ## golangci-lint, vet, formatting and what may stand on what
	@scripts/need.sh go golangci
	@scripts/test.sh vet lint

fmt: ## format the Go code
	@gofmt -s -w $$(git ls-files --cached --others --exclude-standard '*.go')

web: ## build the browser application alone
	@scripts/need.sh node
	@scripts/web.sh

clean: ## remove what was built (not what was installed: that is .tools and node_modules)
	rm -rf bin internal/ui/built web/build web/.svelte-kit .tools/logs
