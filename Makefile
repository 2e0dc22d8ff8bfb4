# Two commands for everybody: `make run` and, for those who change it, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
RUN_STAMP := $(VENV)/.run-$(shell cat requirements/run.txt pyproject.toml 2>/dev/null | cksum | tr -d ' ')
DEV_STAMP := $(VENV)/.dev-$(shell cat requirements/dev.txt 2>/dev/null | cksum | tr -d ' ')

.DEFAULT_GOAL := help
.PHONY: help setup run dev test check messages screenshots bench lock clean

help: ## show this
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(RUN_STAMP) ## install everything the product needs into .venv
$(RUN_STAMP):
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/weiwang messages --verbosity 0
	@rm -f $(VENV)/.run-* && touch $@

run: setup ## start Weiwang with its demo; Ctrl-C stops it (PORT=8000, DATABASE_URL=…)
	@PORT=$(PORT) exec $(BIN)/weiwang run

dev: setup $(DEV_STAMP)
# three and relaxml exist as source only; they are built with the setuptools that is locked already.
$(DEV_STAMP):
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: \
	  --no-binary=three,relaxml --no-build-isolation -r requirements/dev.txt
	@rm -f $(VENV)/.dev-* && touch $@

test: dev ## run every test, browser journeys included
	@tools/need_chromium
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: dev ## lint, types, contracts, translations, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet src
	$(BIN)/deptry . --config pyproject.toml
	$(BIN)/vulture
	$(BIN)/python manage.py makemigrations --check --dry-run
	WEIWANG_HTTPS=1 $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/weiwang messages --check

messages: setup ## bring the translation files to the texts in use, and compile them
	$(BIN)/weiwang messages --update

screenshots: dev ## drive the demo through the main pages, into screenshots/
	@tools/need_chromium
	$(BIN)/python -m tools.screenshots

bench: dev ## the measurements behind docs/run/performance.md
	$(BIN)/python -m benchmarks

lock: ## renew the locked requirements (needs uv)
	cd requirements && for f in run dev bench; do uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate $$f.in -o $$f.txt; done

clean: ## remove what was built; the data in var/ stay
	rm -rf $(VENV) build dist src/*.egg-info screenshots .mypy_cache .ruff_cache .pytest_cache
