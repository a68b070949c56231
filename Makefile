# Every command does its own set-up: a virtual environment in .venv, the locked packages, what a test needs.
SHELL := /bin/bash
.DEFAULT_GOAL := run
PY := .venv/bin/python
CODE := app sync crypto tests

.PHONY: run test check vectors bench format lock clean

run: .venv/ready-run
	.venv/bin/kantha demo

test: .venv/ready-test
	@.ci/setup browser
	@.ci/setup interop
	@.ci/setup cache
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests

check: .venv/ready-test
	$(PY) -m ruff format --check $(CODE)
	$(PY) -m ruff check $(CODE)
	$(PY) -m mypy
	.venv/bin/lint-imports

format: .venv/ready-test
	$(PY) -m ruff format $(CODE)
	$(PY) -m ruff check --fix $(CODE)

vectors: .venv/ready-test
	$(PY) -m tests.vectors.generate

bench: .venv/ready-test
	@for bench in tests/benchmarks/bench_*.py; do \
		name=$${bench%.py}; $(PY) -m "$${name//\//.}" || exit 1; done

.venv/ready-run: requirements.txt pyproject.toml .ci/setup
	@.ci/setup packages requirements.txt
	@touch $@

.venv/ready-test: requirements-test.txt pyproject.toml .ci/setup
	@.ci/setup packages requirements-test.txt
	@touch $@ .venv/ready-run

# Made anew only on purpose: the newest packages that pyproject.toml allows, with the hashes of all their files.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q
lock:
	echo 'setuptools>=77' | $(LOCK) pyproject.toml - -o requirements.txt
	echo 'setuptools>=77' | $(LOCK) pyproject.toml - --extra test -c requirements.txt -o requirements-test.txt

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
