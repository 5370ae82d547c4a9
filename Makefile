# `make` without a target lists them. Everything lives in .venv; nothing is installed elsewhere.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GRPCURL_VERSION := v1.9.3
HELM_VERSION := v3.19.0
#: What each client's language needs to be there.
LANGUAGES := python go typescript java rust
TOOL_python := python3
TOOL_go := go
TOOL_typescript := npm
TOOL_java := mvn
TOOL_rust := cargo
export MEMSVC_MODEL_DIR ?= $(abspath var/models)

# Runs its arguments and says how long they took.
TIMED = started=$$(date +%s); $(1); status=$$?; echo "$(2) took $$(( $$(date +%s) - started )) s"; exit $$status

.PHONY: help setup demo test row-security check conformance polyglot proto bench bench-clients lock released artefacts clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: $(VENV)/.installed  ## Make .venv with everything in it, the tools included

$(VENV)/.installed: requirements/bootstrap.txt requirements/dev.txt pyproject.toml clients/python/pyproject.toml
	@started=$$(date +%s); set -e; \
	$(PYTHON) -m venv $(VENV); \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt; \
	$(BIN)/uv pip install --quiet --compile-bytecode --no-deps --require-hashes --python $(BIN)/python -r requirements/dev.txt; \
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e . -e clients/python; \
	touch $@; echo "setup took $$(( $$(date +%s) - started )) s"

# For the tests that look at the server as an operator does. Without Go they say that they are skipped.
$(BIN)/grpcurl: | $(VENV)/.installed
	@if command -v go >/dev/null; then \
	  GOBIN=$(abspath $(BIN)) go install github.com/fullstorydev/grpcurl/cmd/grpcurl@$(GRPCURL_VERSION); \
	else echo "no Go on this machine: the grpcurl tests will be skipped"; fi

# For the tests of the chart; likewise.
$(BIN)/helm: | $(VENV)/.installed
	@if command -v go >/dev/null; then \
	  echo "building helm $(HELM_VERSION)"; \
	  GOBIN=$(abspath $(BIN)) go install helm.sh/helm/v3/cmd/helm@$(HELM_VERSION); \
	else echo "no Go on this machine: the chart's tests will be skipped"; fi

# The runners of the conformance suite. A language whose tools are not here is skipped.
.PHONY: $(LANGUAGES:%=driver-%) $(LANGUAGES:%=check-%) $(LANGUAGES:%=test-%)
$(LANGUAGES:%=driver-%): driver-%: setup
	@if command -v $(TOOL_$*) >/dev/null; then \
	  $(call TIMED,$(MAKE) --no-print-directory -C clients/$* driver,the $* runner); \
	else echo "no $(TOOL_$*) on this machine: no $* runner"; fi

$(filter-out check-python,$(LANGUAGES:%=check-%)): check-%: setup
	@if command -v $(TOOL_$*) >/dev/null; then \
	  $(call TIMED,$(MAKE) --no-print-directory -C clients/$* check,the check of the $* client); \
	else echo "no $(TOOL_$*) on this machine: the $* client is not checked"; fi

$(filter-out test-python,$(LANGUAGES:%=test-%)): test-%: setup
	@if command -v $(TOOL_$*) >/dev/null; then \
	  $(call TIMED,$(MAKE) --no-print-directory -C clients/$* test,the tests of the $* client); \
	else echo "no $(TOOL_$*) on this machine: the $* client is not tested"; fi

demo: setup  ## Start a server, tell it a year of conversation, ask it questions. DATA=FILE for another
	@$(call TIMED,$(BIN)/python -m examples.demo $(if $(DATA),--data $(DATA)),demo)

test: setup $(BIN)/grpcurl $(BIN)/helm $(LANGUAGES:%=driver-%)  ## Run all tests, those of the clients too. ARGS="tests/unit -k ranking" for some
	@$(call TIMED,$(BIN)/python -m pytest $(ARGS),test)
	@$(if $(ARGS),,$(MAKE) --no-print-directory $(filter-out test-python,$(LANGUAGES:%=test-%)))

# What is about the statements themselves, not about what they show, is left out.
ROW_SECURITY_TESTS = tests/acceptance tests/isolation/test_matrix.py tests/facts tests/users tests/access \
  -k "not read_by_an_index"

row-security: setup  ## Run tests on statements that name no tenant: row security alone. ARGS="tests/jobs" for others
	$(BIN)/python tools/without_predicates.py var/row-security
	@$(call TIMED,cd var/row-security && ../../$(BIN)/python -m pytest -q $(or $(ARGS),$(ROW_SECURITY_TESTS)),row-security)

conformance: setup $(LANGUAGES:%=driver-%)  ## Play all scenarios in all languages, keep the table in docs/clients.md
	@$(call TIMED,$(BIN)/python -m pytest -q tests/conformance --write-table $(ARGS),conformance)

check: setup  ## Lint the contract and the code, check types, imports, sizes and generated files
	@$(call TIMED,$(MAKE) --no-print-directory --keep-going contract code deployment $(filter-out check-python,$(LANGUAGES:%=check-%)),check)

.PHONY: contract code deployment
contract:
	$(BIN)/buf lint
	$(BIN)/buf format proto --diff --exit-code
	$(BIN)/buf breaking proto --against proto/released.binpb
	$(BIN)/python tools/generate_stubs.py --check
	@if command -v go >/dev/null; then $(BIN)/python tools/openapi.py --check; \
	else echo "no Go on this machine: the OpenAPI document is not checked"; fi

code:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_sizes.py

deployment:
	$(BIN)/hadolint Dockerfile
	$(BIN)/squawk memsvc/store/migrations/*.sql

proto: setup  ## Generate what is made of the contract; needs Go and Node
	$(BIN)/buf format -w proto
	$(BIN)/python tools/generate_stubs.py
	$(BIN)/python tools/openapi.py
	$(MAKE) --no-print-directory -C clients/go generate
	$(MAKE) --no-print-directory -C clients/typescript generate

bench: setup  ## Measure Recall and storing against their floors, DATA=FILE also what is found; into bench/reports
	@$(call TIMED,$(BENCH),bench)

# ARGS=--quick to see that it works.
BENCH = $(BIN)/python -m bench.latency $(ARGS) && $(BIN)/python -m bench.ingest $(ARGS) \
  && $(BIN)/python -m bench.jobs $(ARGS) && $(BIN)/python -m bench.chat $(ARGS) \
  && $(BIN)/python -m bench.overload $(ARGS) \
  $(if $(DATA),&& $(BIN)/python -m bench.locomo --data $(DATA) && $(BIN)/python -m bench.weights --data $(DATA))

bench-clients: setup $(LANGUAGES:%=driver-%)  ## Measure the same call by each client
	@$(call TIMED,$(BIN)/python -m bench.clients $(ARGS),bench-clients)

lock: setup  ## Choose the newest versions that pyproject.toml allows
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 pyproject.toml --group dev -o requirements/dev.txt

released: setup  ## Keep the contract and the Python client as they are as the ones that must not be broken
	$(BIN)/buf build proto -o proto/released.binpb
	rm -f clients/python/released/*.whl
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python -o clients/python/released clients/python
	rm -f clients/python/released/.gitignore

artefacts: setup $(BIN)/helm  ## Put what is published into dist/: contract, descriptors, OpenAPI document, packages, chart; needs all tools
	rm -rf dist && mkdir -p dist
	tar -czf dist/memsvc-proto.tar.gz -C proto memsvc CHANGELOG.md
	cp deploy/envoy/memsvc.binpb deploy/envoy/openapi.json dist/
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python -o dist .
	$(BIN)/uv build --quiet --no-build-isolation --python $(BIN)/python -o dist clients/python
	$(MAKE) --no-print-directory -C clients/typescript build
	npm --silent --prefix clients/typescript pack ./clients/typescript --pack-destination dist
	$(MAKE) --no-print-directory -C clients/java build && cp clients/java/target/memsvc-client-*.jar dist/
	cargo package --quiet --allow-dirty --manifest-path clients/rust/Cargo.toml --target-dir clients/rust/build/package
	cp clients/rust/build/package/package/memsvc-client-*.crate dist/
	$(BIN)/helm package deploy/helm/memsvc -d dist
	rm -f dist/.gitignore && ls -l dist

polyglot: setup  ## A system of a Go service, a TypeScript service and a server; ARGS=--once to end after a talk
	@$(BIN)/python -m examples.polyglot.run $(ARGS)

clean:  ## Remove everything that was made
	rm -rf $(VENV) var dist clients/*/build clients/rust/target clients/java/target .mypy_cache .ruff_cache .pytest_cache .hypothesis
