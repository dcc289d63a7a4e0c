# Everything a person or CI runs. `make demo` and `make test` work on a machine that has Python 3.11
# or newer, git and make, and nothing else of ours.

PYTHON ?= python3
BIN := .venv/bin

# Tests start servers by the dozen: each would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test lint prove bench docs screenshots clean

help: ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1	/'

demo: .venv/for-use ## install, start a server and play the story of Ana and Bo
	$(BIN)/pinbox demo $(ARGS)

test: .venv/for-work ## install what tests need, PostgreSQL included, and run them all
	$(BIN)/pytest -n $$(( $$(nproc) + 1 )) --dist worksteal $(ARGS)

lint: .venv/for-work ## style, types and the import rule
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

prove: .venv/for-work ## the long proofs: kill loops, storms, soaks
	$(BIN)/pytest -m prove --timeout 0 $(ARGS)

bench: .venv/for-work ## measure; ratios against a bare server in the same run
	$(BIN)/python -m bench $(ARGS)

docs: .venv/for-use ## write the pages that are made from the code
	$(BIN)/pinbox docs $(ARGS)

screenshots: .venv/for-work ## take the pictures of the docs anew, in Chromium
	$(BIN)/python -m tests.desk.screenshots

clean: ## take away what was made here
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# A stamp for each kind of installation: pip runs again only when the list of packages changes.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Pinbox needs Python 3.11 or newer: make PYTHON=python3.12 …'; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { rm -rf .venv; echo 'On Debian and Ubuntu: apt install python3-venv'; exit 1; }

.venv/for-use: pyproject.toml | .venv/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/for-work: pyproject.toml | .venv/bin/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@ .venv/for-use
