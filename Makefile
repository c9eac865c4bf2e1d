# `make run` opens the dashboard, `make test` checks everything, `make check` what is quick.
# All set up .venv on first use.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8501
# Tests beside each other, about 3 GB each; those in a browser after the others.
WORKERS ?= 2
BIN := .venv/bin

.PHONY: run check test lint clean
.DEFAULT_GOAL := run

.venv/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "HepatoScope needs Python 3.11: make PYTHON=/path/to/python3.11 run"; exit 1; }
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.test: .venv/.run requirements-dev.txt requirements-vision-language.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

run: .venv/.run
	$(BIN)/streamlit run app.py --server.port $(PORT)

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m 'not browser and not slow and not real_data'

test: lint
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m 'not browser'
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m browser

clean:
	rm -rf .venv
