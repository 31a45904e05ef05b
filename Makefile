# leap-kg: `make run` and `make test` are all that most people need.
# A fresh machine needs Python 3.11 or later, and Node 20 with npm.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
HOME_DIR ?= .leap-kg
HOST ?= 127.0.0.1
PORT ?= 8000
# Processes for the tests; both cores of a small machine. Each takes half of the tests and then what the other has left,
# so that what tests of one module share is mostly made once.
JOBS ?= 2

export LEAP_KG_HOME ?= $(HOME_DIR)
# pytest sets the home of its own servers; a home of yours must not reach them.
unexport PYTHONPATH

WEB := $(shell find web/src web/styles web/scripts -type f 2>/dev/null) web/package-lock.json web/vite.config.ts
EXAMPLE := $(LEAP_KG_HOME)/example

.PHONY: envtest run install test test-all test-lowest lint format lock bench docs hub clean

run: install ## harvest the example platform and serve it
	$(BIN)/python examples/platform/build.py $(EXAMPLE)
	$(BIN)/leap-kg harvest --sources $(EXAMPLE)/sources.yaml --mirror $(EXAMPLE)/mirror.yaml
	$(BIN)/leap-kg links mine
	LEAP_KG_NAME="$${LEAP_KG_NAME:-Example Climate Lab}" \
		LEAP_KG_DATA_PLACES="$${LEAP_KG_DATA_PLACES:-file://$(abspath $(EXAMPLE))/stores/}" \
		$(BIN)/leap-kg serve --host $(HOST) --port $(PORT)

install: .venv/.installed ## the environment in .venv, the package and its web assets

.venv/.installed: requirements.lock pyproject.toml hatch_build.py $(WEB)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "leap-kg needs Python 3.11 or later; set PYTHON=/path/to/it"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m pip check --quiet --disable-pip-version-check
	touch $@

test: install lint ## everything that needs no network, no root and no browser
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m "not all"

test-all: install lint ## and what needs a browser, Java or patience
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m "all"

test-lowest: ## the fast tests on the oldest versions that pyproject.toml allows
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv-lowest/bin/uv pip compile pyproject.toml --extra client --extra data --extra export --extra hub --extra icechunk --group dev --resolution lowest-direct \
		--no-emit-index-url --no-header --quiet -o .venv-lowest/lowest.txt
	.venv-lowest/bin/uv pip install --quiet --python .venv-lowest/bin/python -r .venv-lowest/lowest.txt
	.venv-lowest/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
	.venv-lowest/bin/pytest -n $(JOBS) -m "not all"

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## resolve the dependencies anew; the result names no registry
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --extra client --extra data --extra export --extra hub --extra icechunk --group dev --universal --python-version 3.11 \
		--upgrade --no-emit-index-url --no-header --no-annotate --generate-hashes --quiet -o requirements.lock
	for name in beam dask; do $(BIN)/uv pip compile ingest/recipes/$$name.in --universal --python-version 3.11 \
		--upgrade --no-emit-index-url --no-header --no-annotate --generate-hashes --quiet -o ingest/recipes/$$name.lock; done

ENVTEST := .cache/envtest
envtest: $(ENVTEST)/kube-apiserver ## the API server that tests/kube runs, built from its source by Go: once, some minutes

$(ENVTEST)/kube-apiserver: tests/kube/envtest/go.mod tests/kube/envtest/go.sum
	mkdir -p $(ENVTEST)
	cd tests/kube/envtest && go build -trimpath -ldflags "-s -w" -o ../../../$(ENVTEST)/ \
		k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager

bench: install ## measurements, side by side in one run
	$(BIN)/python -m bench

docs: install ## the documentation as HTML in docs/_build; its examples are run by the tests
	$(BIN)/sphinx-build -q -W -b html docs docs/_build

hub: install ## read LEAP's hubs into the graph
	$(BIN)/leap-kg harvest leap-hubs --sources ingest/leap.yaml

clean:
	rm -rf .venv .venv-lowest $(HOME_DIR) web/node_modules web/dist docs/_build
