# Each target works alone on a fresh machine with Python 3.11 or newer; everything is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: demo test check format lint types cover golden docs bench clean

demo: $(STAMP)  ## the whole way, against an emulator on this machine
	$(BIN)/python samples/demo.py

test: $(STAMP)  ## the whole test suite, on all cores
	$(BIN)/python -m pytest -n auto

check: $(STAMP) lint types test docs-check  ## what has to be green before a change lands

format: $(STAMP)
	$(BIN)/ruff check --fix-only ringocli tests benchmarks samples
	$(BIN)/ruff format ringocli tests benchmarks samples

lint: $(STAMP)
	$(BIN)/ruff format --check ringocli tests benchmarks samples
	$(BIN)/ruff check ringocli tests benchmarks samples

types: $(STAMP)
	$(BIN)/mypy

# The wizard runs on a terminal of its own, where lines are not counted.
cover: $(STAMP)  ## the suite again, with the lines it did not reach
	$(BIN)/python -m pytest --cov --cov-fail-under=93

golden: $(STAMP)  ## write the golden files anew; read the diff
	RINGOCLI_GOLDEN=write $(BIN)/python -m pytest tests/test_golden.py

docs: $(STAMP)  ## write the generated pages anew
	$(BIN)/python docs/generate.py

.PHONY: docs-check
docs-check: $(STAMP)
	$(BIN)/python docs/generate.py --check

bench: $(STAMP)  ## ratios against the peers, all in one run
	$(BIN)/python benchmarks/run.py

FUZZ_SECONDS ?= 180
.PHONY: fuzz
fuzz: $(STAMP)  ## hostile bytes, JSON and templates, for minutes; where atheris has no build, it is said
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: "atheris>=3,<4" 2>/dev/null; then \
	    $(BIN)/python tests/fuzz.py -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -verbosity=0; \
	else echo "atheris has no build for this machine: nothing was fuzzed"; fi

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build

# pip reads dependency groups from 25.1 on, so it is brought up to date first.
$(STAMP): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	$(BIN)/python -m compileall -q ringocli
	@touch $@
