# make night    set up and run the main job on the embedded sample
# make test     set up and pass the tests
# make check    style, types, architecture, SQL, generated files
# make bench    benchmarks, as ratios within one run
# make bench-quality SET=nights   recommenders side by side on the real data in ../shared; or amazon4-loo, amazon-bst, ml-1m;
#                                 or encoders: the nights by text encoder, what of it learns and what each platform has;
#                                 or simulator: what joint training brings by how much made-up platforms share
# make docs     the tables, their columns and their lineage, as one page that needs no network
# make acceptance   the longest tests; persons and things matched, and a night, on the real data in ../shared, judged

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= data
export CROSSREC_HOME ?= $(HOME_DIR)
unexport PYTHONDONTWRITEBYTECODE
READY := $(VENV)/.ready
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

.DELETE_ON_ERROR:
.PHONY: night test check bench bench-quality docs acceptance lock clean

night: $(READY)
	$(BIN)/crossrec simulate
	$(BIN)/crossrec night --date 2026-03-01

test: $(READY)
	$(PYTEST) -m "not thorough" --ignore tests/acceptance

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project tests/acceptance/contracts
	$(BIN)/dbt parse --quiet --project-dir dbt_project --profiles-dir dbt_project --target-path $(abspath $(VENV))/dbt-target --log-path $(abspath $(VENV))/dbt-logs
	$(BIN)/crossrec platform sync --check
	$(BIN)/crossrec platform sync --check --contracts tests/acceptance/contracts

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

SET ?= nights
bench-quality: $(READY)
	$(BIN)/python -m tests.benchmarks.quality $(SET)

# with the types of the columns where a night has made the tables
docs: $(READY)
	mkdir -p build
	test ! -f $(CROSSREC_HOME)/warehouse.duckdb || cp $(CROSSREC_HOME)/warehouse.duckdb build/warehouse.duckdb
	CROSSREC_WAREHOUSE=build/warehouse.duckdb $(BIN)/dbt docs generate --quiet --static \
		--vars '{logical_date: 2026-03-01}' --project-dir dbt_project --profiles-dir dbt_project \
		--target-path $(abspath build)/dbt --log-path $(abspath build)/dbt
	cp build/dbt/static_index.html build/docs.html
	rm -rf build/dbt build/warehouse.duckdb
	@echo "build/docs.html"

acceptance: $(READY)
	$(PYTEST) -m thorough
	$(BIN)/python -m pytest tests/acceptance
	$(BIN)/python -m tests.acceptance

# installed exactly as listed: one package there declares dependencies that nothing here needs; compiled at once, for
# where Python may not write or is told not to, each process would compile TensorFlow anew, 16 s instead of 5
$(READY): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $(READY)

lock: $(READY)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-header --no-annotate pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) build crossrec.egg-info
