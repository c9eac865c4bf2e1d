# `make run` opens the dashboard, `make test` checks everything, `make check` what is quick.
# All set up .venv on first use.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8501
# Tests beside each other, about 3 GB each; those in a browser after the others.
WORKERS ?= 2
BIN := .venv/bin

# Tools for those who host or release, apart from the product's own environment.
TOOLS := .venv/tools/bin
SPACE ?=

.PHONY: run check test lint bench clean space lock sbom audit licences cards
.DEFAULT_GOAL := run

.venv/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "HepatoScope needs Python 3.11: make PYTHON=/path/to/python3.11 run"; exit 1; }
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m core prepare
	@touch $@

.venv/.test: .venv/.run requirements-dev.txt requirements-vision-language.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: .venv/.run
	$(BIN)/streamlit run serve.py --server.port $(PORT)

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m 'not browser and not slow and not real_data'

test: lint
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m 'not browser'
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m browser

# What it takes, in ratios to the run before; under ten minutes, with the machine left alone.
bench: .venv/.test
	$(BIN)/python -m bench

.venv/tools/.done: hosting/requirements.txt .venv/.run
	test -x $(TOOLS)/pip || $(BIN)/python -m venv .venv/tools
	$(TOOLS)/pip install --quiet --disable-pip-version-check -r hosting/requirements.txt
	@touch $@

# Sends the app to a Hugging Face Space: make space SPACE=user/name
space: .venv/tools/.done
	@test -n "$(SPACE)" || { echo "Name the Space: make space SPACE=user/name"; exit 2; }
	$(TOOLS)/python -m hosting.space $(SPACE)

lock: .venv/tools/.done
	$(TOOLS)/uv pip compile requirements.txt --quiet --python-platform linux --python-version 3.11 \
		--generate-hashes --custom-compile-command "make lock" --output-file requirements.lock

sbom: .venv/tools/.done
	$(TOOLS)/cyclonedx-py requirements requirements.lock --output-file sbom.json

audit: .venv/tools/.done
	$(TOOLS)/pip-audit --require-hashes --disable-pip -r requirements.lock

licences: .venv/.run
	$(BIN)/python -m hosting.licences --into docs/licences.md

cards: .venv/.run
	$(BIN)/python -m hosting.cards

clean:
	rm -rf .venv
