# Every target sets up what it needs; a machine with Python 3.11+ and make is enough.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
FILE   ?= examples/conversation.jsonl
FORMAT ?= text

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-busy test-slow generate check review bench soak fuzz mutants coverage docs format release-check clean

help: ## show the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Recipes read it from the environment, so that it may hold spaces.
export FILE

$(VENV)/ready: pyproject.toml
	@echo 'Setting up $(VENV): Python packages for development, which takes a minute or two …' >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip==26.3'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev --editable '.[aiohttp,cli,embeddings,local,otel]'
	@echo '$(VENV) is ready.' >&2
	@touch $@

$(VENV)/docs-ready: $(VENV)/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group docs
	@touch $@

$(VENV)/bench-ready: $(VENV)/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	@touch $@

$(VENV)/engines-ready: $(VENV)/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group engines
	@touch $@

$(VENV)/proof-ready: $(VENV)/ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group proof
	@touch $@

demo: $(VENV)/ready ## check the client against the spec, then ingest FILE into a local server and search it
	@$(BIN)/python codegen/generate.py --check
	@$(BIN)/python examples/demo.py "$$FILE"

# Tests start hundreds of interpreters, each of which would compile the package anew.
test test-slow: export PYTHONDONTWRITEBYTECODE :=

test: $(VENV)/ready ## the whole test suite
	@$(BIN)/python -m pytest

test-slow: $(VENV)/bench-ready $(VENV)/docs-ready $(VENV)/engines-ready ## the longer proofs: crashes, load, several machines, every operation, the site in a browser
	@$(BIN)/python -m pytest -m slow

test-busy: $(VENV)/ready ## the suite five times, two copies beside two spinning processes (a quarter of an hour)
	@.ci/test-busy $(BIN)/python

test-all: ## the test suite on each supported Python that is present
	@for version in 3.10 3.11 3.12 3.13 3.14; do \
		python=$$(.ci/find-python $$version) || { echo "Python $$version: not present"; continue; }; \
		echo "Python $$version"; \
		$(MAKE) --no-print-directory test PYTHON=$$python VENV=.venv-$$version || exit 1; \
	done

release-check: $(VENV)/ready ## what a release would publish: metadata, linters, installed on each Python present
	@$(BIN)/python .ci/release_check.py $(if $(KEEP),--keep '$(KEEP)') $(if $(TAG),--tag '$(TAG)')

docs: $(VENV)/docs-ready ## build the documentation as a static site in site/, and the guide that the package ships
	@$(BIN)/python docs/_site/guide.py
	@$(BIN)/python docs/_site/build.py site

generate: $(VENV)/ready ## write memsy_client/_generated from openapi.yaml and templates/, then api.md and the guide
	@$(BIN)/python codegen/generate.py
	@PYTHONPATH=codegen $(BIN)/python -m review.api_page
	@$(BIN)/python docs/_site/commands.py
	@$(BIN)/python docs/_site/guide.py

check: $(VENV)/ready ## generated code is current; lint, formatting, complexity and types
	@$(BIN)/python codegen/generate.py --check --complete
	@$(BIN)/python docs/_site/commands.py --check
	@$(BIN)/python docs/_site/guide.py --check
	@$(BIN)/openapi-spec-validator --subschema-errors all --validation-errors all openapi.yaml
	@PYTHONPATH=codegen $(BIN)/python -m review.api_page --check
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lizard -C 12 -w -x 'memsy_client/_generated/*' memsy_client codegen benchmarks examples .ci docs/_site
	@$(BIN)/mypy
	@$(BIN)/pyright
	@$(BIN)/python .ci/user_types.py

review: $(VENV)/ready ## what the changes of the contract since BASE (the newest tag) mean, and which CALLERS they break
	@PYTHONPATH=codegen $(BIN)/python -m review --base "$(BASE)" --callers "$(CALLERS)" --format "$(FORMAT)"

soak: $(VENV)/ready ## callers on each carrier against a failing server, for SECONDS (60), of SEED
	@PYTHONPATH=tests $(BIN)/python tests/reliability/soak.py --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED))

fuzz: $(VENV)/ready ## answers and requests around the contract, for two minutes or EXAMPLES, of SEED
	@PYTHONPATH=tests $(BIN)/python tests/reliability/fuzz.py $(if $(EXAMPLES),--examples $(EXAMPLES)) $(if $(SEED),--seed $(SEED))

mutants: $(VENV)/proof-ready ## whether a test notices each small fault put into the core (some minutes), or a sample of N
	@$(BIN)/python tests/reliability/mutants.py $(if $(N),--sample $(N)) $(if $(SEED),--seed $(SEED))

coverage: $(VENV)/proof-ready ## every line and branch that people wrote is run by a test, or says why not (ten minutes)
	@mkdir -p .coverage
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest; tests=$$?; \
	$(BIN)/coverage combine --quiet && $(BIN)/coverage report && exit $$tests

bench: $(VENV)/bench-ready ## speed next to plain libraries (7 minutes), to the version BASE, or of ONLY a group; FULL=1 takes longer
	@$(BIN)/python -m benchmarks $(if $(BASE),--base '$(BASE)') $(if $(FULL),--full) $(if $(ONLY),--only '$(ONLY)')

format: $(VENV)/ready ## apply the formatter and the safe lint fixes
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

clean: ## remove everything that make created
	rm -rf $(VENV) .venv-3.* build dist site .schemathesis .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage .mutants
