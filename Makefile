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
# Tests start hundreds of processes, and pytest rewrites every assertion: Python keeps what it has compiled.
unexport PYTHONDONTWRITEBYTECODE

WEB := $(shell find web/src web/styles web/scripts -type f 2>/dev/null) web/package-lock.json web/vite.config.ts
EXAMPLE := $(LEAP_KG_HOME)/example

.PHONY: envtest run example install test test-all test-lowest lint format lock bench docs hub clean

# What the example platform is called, and whose stores are opened.
LAB = LEAP_KG_NAME="$${LEAP_KG_NAME:-Example Climate Lab}" \
	LEAP_KG_DATA_PLACES="$${LEAP_KG_DATA_PLACES:-file://$(abspath $(EXAMPLE))/stores/}"

run: example ## harvest the example platform and serve it
	$(LAB) $(BIN)/leap-kg serve --host $(HOST) --port $(PORT)

example: install
	$(BIN)/python examples/platform/build.py $(EXAMPLE)
	$(LAB) $(BIN)/leap-kg harvest --sources $(EXAMPLE)/sources.yaml --mirror $(EXAMPLE)/mirror.yaml
	$(LAB) $(BIN)/leap-kg links mine

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
	.venv-lowest/bin/uv pip compile pyproject.toml --extra client --extra data --extra export --extra hub --extra hub-local --extra icechunk --group dev --resolution lowest-direct \
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
	$(BIN)/uv pip compile pyproject.toml --extra client --extra data --extra export --extra hub --extra hub-local --extra icechunk --group dev --universal --python-version 3.11 \
		--upgrade --no-emit-index-url --no-header --no-annotate --generate-hashes --quiet -o requirements.lock
	for name in beam checks dask; do $(BIN)/uv pip compile ingest/recipes/$$name.in --universal --python-version 3.11 \
		--upgrade --no-emit-index-url --no-header --no-annotate --generate-hashes --quiet -o ingest/recipes/$$name.lock; done
	$(BIN)/uv pip compile tests/ingest/recipes/moto.in --universal --python-version 3.11 \
		--upgrade --no-emit-index-url --no-header --no-annotate --generate-hashes --quiet -o tests/ingest/recipes/moto.lock
	# What the image has is what the tests ran with, but for what hub/image/server.in says.
	mkdir -p .cache && sed -n '/^python-dateutil==/d;/^[A-Za-z0-9]/s/ *\\$$//p' requirements.lock > .cache/pinned.txt
	$(BIN)/uv pip compile pyproject.toml hub/image/server.in --extra data --extra export --extra hub --extra icechunk \
		--constraint .cache/pinned.txt --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate \
		--generate-hashes --quiet -o hub/image/server.lock
	$(BIN)/uv pip compile hub/image/build.in --constraint .cache/pinned.txt --universal --python-version 3.11 \
		--no-emit-index-url --no-header --no-annotate --generate-hashes --quiet -o hub/image/build.lock

ENVTEST := .cache/envtest
envtest: $(ENVTEST)/kube-apiserver $(ENVTEST)/helm ## what tests/kube runs, built from its source by Go: once, some minutes

$(ENVTEST)/kube-apiserver $(ENVTEST)/kube-controller-manager &: tests/kube/envtest/go.mod tests/kube/envtest/go.sum
	mkdir -p $(ENVTEST)
	cd tests/kube/envtest && go build -trimpath -ldflags "-s -w" -o ../../../$(ENVTEST)/ \
		k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager

$(ENVTEST)/helm: tests/kube/envtest/helm/go.mod tests/kube/envtest/helm/go.sum
	mkdir -p $(ENVTEST)
	cd tests/kube/envtest/helm && go build -trimpath -ldflags "-s -w" -o ../../../../$(ENVTEST)/ helm.sh/helm/v3/cmd/helm

bench: install ## measurements, side by side in one run
	$(BIN)/python -m bench

docs: install ## the documentation as HTML in docs/_build; its examples are run by the tests
	$(BIN)/sphinx-build -q -W -b html docs docs/_build

PROXY := hub/local/node_modules/.bin/configurable-http-proxy
hub: install $(PROXY) ## a JupyterHub on this machine, whose choices come from the graph; of the example platform where there is none
	@test -n "$$(ls $(LEAP_KG_HOME)/snapshots 2>/dev/null)" || $(MAKE) --no-print-directory example
	@$(LAB) LEAP_KG_HUB_PORT="$${LEAP_KG_HUB_PORT:-$(PORT)}" $(BIN)/python -m leap_kg.hub.local

$(PROXY): hub/local/package-lock.json
	cd hub/local && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

clean:
	rm -rf .venv .venv-lowest $(HOME_DIR) web/node_modules hub/local/node_modules web/dist docs/_build
