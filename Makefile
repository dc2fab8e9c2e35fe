# make report: set up, refresh everything, say where the report is.   make test: set up, run every check.
# Needs Python 3.11 or later, gcc, git and make. Nothing else has to be installed first.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/ready

.PHONY: report test lint dev bench bench-scale attack clean

report: $(READY)
	@$(BIN)/rigonomics refresh

test: lint
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "not slow"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

dev: $(READY)
	DAGSTER_HOME=$(CURDIR)/.dagster sh -c 'mkdir -p "$$DAGSTER_HOME" && { test -e "$$DAGSTER_HOME/dagster.yaml" || printf "telemetry:\n  enabled: false\n" > "$$DAGSTER_HOME/dagster.yaml"; } && $(BIN)/dagster dev --host 127.0.0.1'

bench: $(READY)
	$(BIN)/python tests/bench.py

# large sources: make bench-scale ROWS="100000 1000000"
bench-scale: $(READY)
	$(BIN)/python tests/bench_scale.py $(ROWS)

# the attacks of tests/attack, long: make attack ARGUMENTS="--seed 7 --tries 2000 contracts"
attack: $(READY)
	$(BIN)/python -m tests.attack $(ARGUMENTS)

clean:
	rm -rf .venv .dagster build data/curated reports/_site *.egg-info

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed; name it: make PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)
