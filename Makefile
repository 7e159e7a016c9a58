# The same commands on a laptop and in CI. Needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
VENV ?= .venv
VIDEO ?=
OUT ?= demo
ARGS ?=
# tests run on every core, a file of them at a time; make test JOBS=0 runs one after the other
JOBS ?= auto

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
STAMP := $(VENV)/.installed

.PHONY: setup check test unit demo bench bench-charades bench-distinctad bench-distinctad-stage1 bench-distinctad-sweeps docs clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Scenewise needs Python 3.11 or newer; set PYTHON=python3.11')"
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[voices,collection,research,dev]'
	touch $(STAMP)

check: setup
	$(BIN)/ruff check --no-cache src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scenewise.cli.reference --check docs/cli.md

test: setup
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

unit: setup
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m "not slow and not film" $(ARGS)

# make demo                describes a short film that it draws itself
# make demo VIDEO=my.mp4   describes that film
demo: setup
	$(BIN)/scenewise demo $(if $(VIDEO),"$(VIDEO)",) --output-dir "$(OUT)" $(ARGS)

bench: setup
	$(BIN)/python benchmarks/run.py $(ARGS)

# make bench-charades      half an hour on two cores; goes on where it was stopped
bench-charades: setup
	$(BIN)/python benchmarks/bench_charades.py $(ARGS)

# make bench-distinctad    an hour on two cores, and so for the two below; all go on where stopped
bench-distinctad: setup
	$(BIN)/python benchmarks/bench_distinctad.py $(ARGS)

bench-distinctad-stage1: setup
	$(BIN)/python benchmarks/bench_distinctad.py --table 4 $(ARGS)

bench-distinctad-sweeps: setup
	$(BIN)/python benchmarks/bench_distinctad.py --table 6,sweeps $(ARGS)

docs: setup
	$(BIN)/python -m scenewise.cli.reference --write docs/cli.md

clean:
	rm -rf $(VENV) demo dist .mypy_cache .ruff_cache .pytest_cache
