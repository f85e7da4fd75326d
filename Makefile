# Everything a developer or a newcomer runs. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= auto
# Public sets to measure on, see docs/understanding.md.
DATA ?=
SCALE ?=
# Superusers' URLs of a cluster for the tests, and past its pooler if it has one; without them the tests bring their own.
DATABASE ?=
DATABASE_DIRECT ?=
export CASEWRIGHT_TEST_DATABASE = $(DATABASE)
export CASEWRIGHT_TEST_DATABASE_DIRECT = $(DATABASE_DIRECT)

export OPENBLAS_NUM_THREADS ?= 1

.PHONY: help setup demo test test-slow test-pooled conformance check format bench lock openapi screenshots wheel clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## Install everything into .venv and web/
	@PYTHON=$(PYTHON) scripts/setup

demo: setup ## Start the whole system on this machine, with two demo companies
	@exec $(BIN)/casewright demo

test: setup ## Run all checks and tests, the browser's included
	@scripts/find-chromium
	@$(MAKE) --no-print-directory check
	@$(BIN)/pytest -q -n $(WORKERS) --dist loadfile -m "not slow and not live"
	@$(BIN)/pytest -q -n 4 --dist loadfile -m "live and not slow"

test-slow: setup ## Run the tests that take long
	@scripts/find-chromium
	@scripts/find-pgbouncer
	@$(BIN)/pytest -m slow

test-pooled: setup ## Run the tests on PostgreSQL with TLS, scram and PgBouncer in transaction mode before it
	@scripts/find-pgbouncer
	@$(BIN)/python -m tests.clusters $(BIN)/pytest -q -n 2 --dist loadfile -m "not slow"

conformance: setup ## Let Salesforce's own clients play against the local org (installs them: 400 MB)
	@cd tests/conformance && npm ci --silent && cd sf && npm ci --silent
	@$(BIN)/pytest -q -n 0 tests/conformance

check: setup ## Lint, types, layers, TypeScript
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q . || (echo "Some files are not formatted: run make format." && exit 1)
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@cd web && npm run --silent check

format: setup ## Format the code
	@$(BIN)/ruff check --fix -q . || true
	@$(BIN)/ruff format -q .

bench: setup ## Measure the turn and the local org; with DATA=folder of public sets also understanding and knowledge; with SCALE=1 long runs
	-@$(BIN)/python -m bench.intents
	-@$(BIN)/python -m bench.turn
	-@$(BIN)/python -m bench.localorg
	-@$(BIN)/python -m bench.understanding $(if $(DATA),--data $(DATA))
	-@$(BIN)/python -m bench.knowledge $(if $(DATA),--data $(DATA))
	@$(if $(SCALE),$(BIN)/python -m bench.scale connections && $(BIN)/python -m bench.scale events && $(BIN)/python -m bench.scale soak)

openapi: setup ## Write the API's description and the client's types from the code
	@$(BIN)/casewright openapi docs/reference/openapi.json
	@cd web && npm run --silent generate

screenshots: setup ## Take the pictures in docs/images from a running demo
	@$(BIN)/python scripts/screenshots.py

lock: ## Renew requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q \
	  --extra development pyproject.toml -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q \
	  -c requirements.lock pyproject.toml -o requirements-production.lock

wheel: setup ## Build dist/casewright-….whl, pages and demo companies included
	@$(BIN)/pip wheel -q --no-deps --no-build-isolation -w dist .
	@ls dist/*.whl

clean: ## Remove what setup made
	@rm -rf .venv web/node_modules web/dist
