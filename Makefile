# Everything here sets up its own virtual environment from the lock files; only Python 3.11 or newer and make are needed.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SEED   ?= 23
# Nothing where nobody has set SEED: it is the scenario's own then.
ASKED  := $(if $(filter file,$(origin SEED)),,--seed $(SEED))
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run report test test-slow lint types check bench pictures reference golden mutants lock clean

help: ## List what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: $(VENV)/run.stamp ## Watch AALL1331 happen; without a terminal, print the trial
	@if [ -t 0 ] && [ -t 1 ] && [ -t 2 ]; then $(BIN)/pathsim app aall1331 $(ASKED); \
		else $(BIN)/pathsim run aall1331 --seed $(SEED); fi

report: $(VENV)/run.stamp ## Simulate AALL1331 and print the trial
	@$(BIN)/pathsim run aall1331 --seed $(SEED)

test: $(VENV)/dev.stamp ## Run the tests (without those that take minutes)
	@$(BIN)/python -m pytest -n auto -m "not slow"

test-slow: $(VENV)/dev.stamp ## Run the tests that take minutes
	@$(BIN)/python -m pytest -n auto --dist loadgroup -m slow -o faulthandler_timeout=900
	@PATHSIM_EXAMPLES=3 $(BIN)/python -m pytest -n auto -m "not slow" -o faulthandler_timeout=900 tests/agreement

lint: $(VENV)/dev.stamp ## Check style, spelling and the layers of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@git ls-files -z | xargs -0 $(BIN)/codespell

types: $(VENV)/dev.stamp ## Check types
	@$(BIN)/mypy

bench: $(VENV)/run.stamp ## Measure speed, as ratios in one run
	@$(BIN)/pathsim bench

pictures: $(VENV)/dev.stamp ## Make the pictures of the README and the docs, and the report of AALL1331
	@$(BIN)/python tools/pictures.py
	@$(BIN)/python tools/app_pictures.py
	@$(BIN)/python tools/report_pictures.py

reference: $(VENV)/run.stamp ## Write docs/scenario-reference.md from what is declared where each key is
	@$(BIN)/python tools/reference.py

golden: $(VENV)/dev.stamp ## Write anew what tests/golden holds results against: look at what changed before you commit
	@$(BIN)/python tests/golden/goldens.py
	@$(BIN)/python tests/app/screens_as_pictures.py
	@git diff --stat -- tests/golden

mutants: $(VENV)/mutants.stamp ## Name small faults in the code that no test notices (takes hours; ONLY=pathsim/steps for a part)
	@nice $(BIN)/python tools/mutants $(ONLY)

lock: ## Make the lock files anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group build \
		pyproject.toml -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group build \
		--group test --group lint --extra report --extra parquet --extra serve pyproject.toml -o requirements/dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group mutants \
		--constraint requirements/dev.txt pyproject.toml -o requirements/mutants.txt

clean: ## Remove the virtual environment and everything that was made
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "pathsim needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	@echo "setting up $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/python.stamp
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@# One package that lifelines needs has no wheel.
	@$(PIP) install --require-hashes --only-binary :all: --no-binary autograd-gamma -r requirements/dev.txt
	@touch $@

$(VENV)/mutants.stamp: requirements/mutants.txt $(VENV)/dev.stamp
	@# One package that Cosmic Ray needs has no wheel.
	@$(PIP) install --require-hashes --only-binary :all: --no-binary yattag -r requirements/mutants.txt
	@touch $@
