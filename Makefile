# make            lists the targets
.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast lint fix eval eval-local bench lock audit clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Processes that run tests: one drives the browser and mostly waits, the others share two processors.
TESTERS ?= 3
READY := $(VENV)/.ready

help: ## lists the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet uv==0.13.9 2>/dev/null && \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock && \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable . || \
	  { echo "uv could not do it; trying pip"; $(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock && \
	    $(BIN)/python -m pip install --quiet --no-deps --editable .; }
	@touch $(READY)

setup: $(READY) ## builds .venv (the other targets call it)

# MODEL=scripted says no to the weights; a configured key makes them unnecessary.
run: $(READY) ## starts the app; fetches the embedded model's weights once (make run MODEL=scripted does not; PORT=8080 chooses the port)
	@if [ "$(MODEL)" != scripted ] && [ -z "$$OPENAI_API_KEY$$OPENAI_BASE_URL" ] && [ -z "$(MODEL)$$INTERVIEWER_MODEL" ]; then \
	  $(BIN)/interviewer model fetch || echo "No embedded model: starting without it. 'interviewer doctor' says what that costs."; fi
	@$(BIN)/interviewer board fetch || echo "No whiteboard: diagrams are written in Mermaid."
	@$(if $(MODEL),INTERVIEWER_MODEL=$(MODEL)) $(BIN)/python app.py $(if $(PORT),--port $(PORT))

test: $(READY) lint ## lint, types and all tests
	@$(BIN)/python -m tests.tools
	@$(BIN)/python -m pytest --numprocesses $(TESTERS) --dist loadgroup

test-fast: $(READY) lint ## lint, types and the tests without a browser, a voice, a model or a process of their own
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadgroup -m "not browser and not weights and not slow"

lint: $(READY) ## ruff, dead code, mypy and the knowledge base
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/vulture
	@$(BIN)/mypy
	@$(BIN)/interviewer knowledge check

fix: $(READY) ## formats and mends what ruff can mend
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

eval: $(READY) ## the fast eval suites on the scripted backend and the recorded ones, with their gates
	@INTERVIEWER_MODEL=scripted $(BIN)/interviewer eval run fast --jobs 2
	@for tape in evals/cassettes/*.jsonl; do [ ! -e $$tape ] || $(BIN)/interviewer eval run $$(basename $$tape .jsonl) --cassette $$tape; done

eval-local: $(READY) ## the eval suites with the embedded model
	@INTERVIEWER_MODEL=local $(BIN)/interviewer eval run fast --model local

bench: $(READY) ## benchmarks: start, a turn, a report, the index, voice
	@$(BIN)/python -m evals.bench

lock: ## renews requirements.lock from pyproject.toml
	uv pip compile pyproject.toml --group dev --all-extras --python-version 3.11 --generate-hashes --quiet --no-header --no-annotate --output-file requirements.lock

audit: ## known weaknesses of what requirements.lock pins; asks the Python package index, so it is no part of the tests
	@test -x $(BIN)/uv || { test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); $(BIN)/python -m pip install --quiet uv==0.13.9; }
	@$(BIN)/uv tool run --quiet pip-audit==2.10.1 --requirement requirements.lock --require-hashes --disable-pip --strict --progress-spinner off

clean: ## removes what setup and the tests made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache runs
