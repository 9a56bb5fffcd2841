# Everything runs from a virtual environment of its own; Python >= 3.11 and make are all that is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The tests share the machine's cores among them, and tell what could not be run here and why.
TEST_OPTIONS ?= -n auto -rs

.PHONY: help demo demo-kafka up test chaos simulate check bench clean

help: ## Show what can be done
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/registry: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is %s; try: make PYTHON=python3.11" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/registry
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(VENV)/.engines: $(BIN)/registry
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[broker,postgres,fast]'
	@touch $@

demo: $(BIN)/registry ## Make a synthetic province, live through two and a half years, serve it on 127.0.0.1:8000
	$(BIN)/registry demo $(DEMO_OPTIONS)

demo-kafka: $(VENV)/.engines ## The same on a real Kafka and a real PostgreSQL, each part in a process of its own
	$(BIN)/registry demo --kafka --data var/on-kafka $(DEMO_OPTIONS)

up: $(BIN)/registry ## Serve what is there
	$(BIN)/registry up

test: $(VENV)/.dev ## Run the tests
	$(BIN)/python -m pytest $(TEST_OPTIONS)

chaos: $(VENV)/.dev ## Kill at random under a real Kafka and PostgreSQL, and count: make chaos N=1000 SEED=7; goes on where it was stopped
	$(BIN)/python -m tests.chaos $(if $(N),--faults $(N)) $(if $(SEED),--seed $(SEED)) $(CHAOS_OPTIONS)

simulate: $(VENV)/.dev ## Simulate the whole pipe in one process, with faults at every boundary: make simulate N=100000 SEED=7
	$(BIN)/python -m tests.support.simulation $(if $(N),--steps $(N)) $(if $(SEED),--seed $(SEED)) $(SIMULATE_OPTIONS)

check: $(VENV)/.dev ## Lint, types, import contracts, schemas
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/registry schemas check

bench: $(VENV)/.dev ## Measure the hot paths, one line each: name, figure, ratio, goal
	$(BIN)/python -m benchmarks

clean: ## Remove the virtual environment and caches; data in var/ stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
