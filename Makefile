# Each target works by itself on a fresh machine with Python 3.11 or newer; everything is installed into .venv.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
RELEASE_STAMP := .venv-release/.ready

.PHONY: demo test check format lint types cover golden docs bench release-check clean

demo: $(STAMP)  ## the whole workflow, against an emulator on this machine
	$(BIN)/python samples/demo.py

# The tests start hundreds of processes; without bytecode each would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

test: $(STAMP)  ## the whole test suite, on all cores
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(STAMP) lint types test docs-check site  ## everything that must pass before a change is merged

format: $(STAMP)
	$(BIN)/ruff check --fix-only ringocli tests benchmarks samples docs .ci
	$(BIN)/ruff format ringocli tests benchmarks samples docs .ci

lint: $(STAMP)
	$(BIN)/ruff format --check ringocli tests benchmarks samples docs .ci
	$(BIN)/ruff check ringocli tests benchmarks samples docs .ci
	$(BIN)/lint-imports

types: $(STAMP)
	$(BIN)/mypy

cover: $(STAMP)  ## the tests with coverage, and the lines not covered
	$(BIN)/python -m pytest --cov --cov-fail-under=93

golden: $(STAMP)  ## rewrite the golden files; read the diff
	RINGOCLI_GOLDEN=write $(BIN)/python -m pytest tests/test_golden.py

docs: $(STAMP)  ## rewrite the generated pages
	$(BIN)/python docs/generate.py

.PHONY: docs-check
docs-check: $(STAMP)
	$(BIN)/python docs/generate.py --check

.PHONY: site
site: $(STAMP)  ## the documentation as a site; open site/index.html
	$(BIN)/zensical build --clean --strict
	$(BIN)/python docs/localize.py site

.PHONY: pictures
pictures: $(STAMP)  ## make the pictures of the documentation again; look at them
	$(BIN)/python docs/pictures.py

bench: $(STAMP)  ## timings as ratios to the peers, in one run
	$(BIN)/python benchmarks/run.py

FUZZ_SECONDS ?= 180
.PHONY: fuzz
fuzz: $(STAMP)  ## coverage-guided fuzzing, where atheris can be installed
	@if $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: "atheris>=3,<4" 2>/dev/null; then \
	    $(BIN)/python tests/fuzz.py -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -verbosity=0; \
	else echo "atheris cannot be installed on this machine: nothing was fuzzed"; fi

.PHONY: audit licences lowest
audit: $(STAMP)  ## known vulnerabilities and licences of the dependencies; what could not be audited is named
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"
	@$(BIN)/python -m uv venv --quiet --clear .venv-audit
	-@$(BIN)/python -m uv pip install --quiet --python .venv-audit "pip-audit>=2.7,<3"
	@$(BIN)/python .ci/audit.py .venv-audit/bin/python

licences: $(STAMP)  ## rewrite docs/licences.md
	$(BIN)/python .ci/audit.py --write

LOWEST := tests/cli/test_render_match_prove.py tests/cli/test_terminal.py tests/emulator/test_clients.py \
    tests/emulator/test_requests.py tests/http tests/importers/openapi tests/lint/test_lsp.py tests/messaging/test_value_notes.py \
    tests/messaging/load/test_journal.py tests/testing/test_cases.py
lowest: $(STAMP)  ## a selection of the tests with the oldest dependencies that pyproject.toml allows
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"
	$(BIN)/python -m uv venv --quiet --clear --python $(BIN)/python .venv-lowest
	$(BIN)/python -m uv pip install --quiet --python .venv-lowest --resolution lowest-direct --editable ".[all]" --group test
	.venv-lowest/bin/python -m pytest -p no:cacheprovider $(LOWEST)

release-check: $(RELEASE_STAMP)  ## archives, installations, zipapp and SBOM of a release, in dist/
	.venv-release/bin/python .ci/release_check.py
	$(MAKE) audit

clean:
	rm -rf .venv .venv-audit .venv-lowest .venv-release .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build site

$(RELEASE_STAMP): pyproject.toml
	$(PYTHON) -m venv .venv-release
	.venv-release/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	.venv-release/bin/python -m pip install --quiet --disable-pip-version-check --group release
	@touch $@

# pip 25.1 is the first version that reads dependency groups.
$(STAMP): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	$(BIN)/python -m compileall -q ringocli
	@touch $@
