# `make` without a target lists them. Everything lives in .venv; nothing is installed elsewhere.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GRPCURL_VERSION := v1.9.3
export MEMSVC_MODEL_DIR ?= $(abspath var/models)

# Runs its arguments and says how long they took.
TIMED = started=$$(date +%s); $(1); status=$$?; echo "$(2) took $$(( $$(date +%s) - started )) s"; exit $$status

.PHONY: help setup demo test check proto bench lock released clean

help:  ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

setup: $(VENV)/.installed  ## Make .venv with everything in it, the tools included

$(VENV)/.installed: requirements/bootstrap.txt requirements/dev.txt pyproject.toml clients/python/pyproject.toml
	@started=$$(date +%s); set -e; \
	$(PYTHON) -m venv $(VENV); \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt; \
	$(BIN)/uv pip install --quiet --no-deps --require-hashes --python $(BIN)/python -r requirements/dev.txt; \
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e . -e clients/python; \
	touch $@; echo "setup took $$(( $$(date +%s) - started )) s"

# For the tests that look at the server as an operator does. Without Go they say that they are skipped.
$(BIN)/grpcurl: | $(VENV)/.installed
	@if command -v go >/dev/null; then \
	  GOBIN=$(abspath $(BIN)) go install github.com/fullstorydev/grpcurl/cmd/grpcurl@$(GRPCURL_VERSION); \
	else echo "no Go on this machine: the grpcurl tests will be skipped"; fi

demo: setup  ## Start a server, tell it a year of conversation, ask it questions. DATA=FILE for another
	@$(call TIMED,$(BIN)/python -m examples.demo $(if $(DATA),--data $(DATA)),demo)

test: setup $(BIN)/grpcurl  ## Run all tests
	@$(call TIMED,$(BIN)/python -m pytest $(ARGS),test)

check: setup  ## Lint the contract and the code, check types, imports, sizes and generated files
	@$(call TIMED,$(MAKE) --no-print-directory --keep-going contract code deployment,check)

.PHONY: contract code deployment
contract:
	$(BIN)/buf lint
	$(BIN)/buf format proto --diff --exit-code
	$(BIN)/buf breaking proto --against proto/released.binpb
	$(BIN)/python tools/generate_stubs.py --check

code:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_sizes.py

deployment:
	$(BIN)/hadolint Dockerfile
	$(BIN)/squawk memsvc/store/migrations/*.sql

proto: setup  ## Generate the code of the contract
	$(BIN)/buf format -w proto
	$(BIN)/python tools/generate_stubs.py

bench: setup  ## Measure Recall and storing against their floors, DATA=FILE also what is found; into bench/reports
	@$(call TIMED,$(BENCH),bench)

# ARGS=--quick to see that it works.
BENCH = $(BIN)/python -m bench.latency $(ARGS) && $(BIN)/python -m bench.ingest $(ARGS) \
  $(if $(DATA),&& $(BIN)/python -m bench.locomo --data $(DATA) && $(BIN)/python -m bench.weights --data $(DATA))

lock: setup  ## Choose the newest versions that pyproject.toml allows
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 pyproject.toml --group dev -o requirements/dev.txt

released: setup  ## Keep the contract as it is as the one that must not be broken
	$(BIN)/buf build proto -o proto/released.binpb

clean:  ## Remove everything that was made
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
