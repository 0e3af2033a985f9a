# What can be done here; `make` alone lists it. Every target sets itself up first, and logic lives in scripts/ and handfast/.

PYTHON ?= python3
BIN := .venv/bin
# A run of all tests must have seen every declared response, request body and parameter that the list does not excuse.
COVERAGE := --contract-coverage openapi/api.yaml --contract-coverage-exceptions tests/contract-coverage.txt \
  --contract-coverage-report reports/contract-coverage.json --contract-coverage-report reports/contract-coverage.html

.DEFAULT_GOAL := help
.PHONY: help setup run mock preview generate check test contract-test nightly \
  faults bench differential large corpora sdk sdk-matrix lint diff second-opinion routes clean

help:           ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 15

setup:          ## install what requirements.lock says into .venv (nothing to do: 0.2 s)
	@$(PYTHON) scripts/setup.py

run: setup      ## serve the publishing service; obeys HOST, PORT, DATABASE_URL; reloads on save
	@$(BIN)/handfast serve --reload

mock: setup     ## serve a mock of openapi/api.yaml; obeys HOST and PORT; ARGS="--stateful --seed 7"; reloads on save
	@$(BIN)/handfast mock --reload $(ARGS)

preview: setup  ## show openapi/api.yaml as it is saved: docs, findings, changes, a mock; obeys HOST and PORT; ARGS=--open
	@$(BIN)/handfast preview $(ARGS)

generate: setup ## write generated/ from openapi/api.yaml
	@$(BIN)/handfast generate

check: setup    ## format, lint, types, arrows, generated code and contract: what CI checks before the tests
	@$(BIN)/python scripts/check.py

test: setup     ## run the tests on both cores; ARGS="tests/cli -k routes" chooses some
	@$(BIN)/pytest -n 2 $(if $(ARGS),$(ARGS),$(COVERAGE))

contract-test: setup ## attack the running service with Schemathesis; ARGS="--seconds 300 --seed 7" goes deeper
	@$(BIN)/python -m tests.fuzz.campaign $(or $(ARGS),--seconds 100)

nightly: setup  ## the attack and the differential test, for an hour and a half; PostgreSQL has to be there
	@$(BIN)/python -m tests.fuzz.campaign --seconds 1200 --workers 4
	@$(BIN)/python -m tests.fuzz.campaign --seconds 1200 --workers 4 --skip-exhaustive \
	  --database $${HANDFAST_POSTGRESQL:-postgresql://postgres@127.0.0.1:5432/test}
	@$(BIN)/python -m tests.differential.campaign --cases 100000

faults: setup   ## seed faults into the service, and show that each is caught, and by whom
	@$(BIN)/python -m tests.fuzz.faults $(ARGS)

bench: setup    ## compare the bound service with others in one run, then sizes; ARGS=--write makes the page
	@$(BIN)/python scripts/bench.py $(ARGS)

differential: setup ## judge random requests to random contracts by an independent oracle too; ARGS="--cases 100000 --seed 7"
	@$(BIN)/python -m tests.differential.campaign $(or $(ARGS),--cases 20000)

large: setup    ## a gibibyte up and down through the served application, and what memory that takes; ARGS="--bytes 1048576"
	@$(BIN)/python -m tests.wire.large $(ARGS)

corpora: setup  ## generate, check and mock every contract of the corpora, and write docs/CORPORA.md
	@$(BIN)/python -m tests.foreign.campaign --write

sdk: setup      ## build clients in Python and TypeScript into build/sdk; ARGS=python builds one
	@$(BIN)/handfast sdk $(ARGS)

sdk-matrix: setup ## ten generators of clients against the running service, as docs/clients.md promises; ARGS="java go"
	@$(BIN)/python -m tests.clients.matrix $(ARGS)

lint: setup     ## say what is wrong with openapi/api.yaml
	@$(BIN)/handfast lint

diff: setup     ## say what changed since BASE (main), what it breaks, and the next version
	@$(BIN)/handfast diff $(or $(BASE),main) $(ARGS)

second-opinion: setup ## put every kind of change to Redocly's diff as well; needs Node.js
	@$(BIN)/python -m tests.design.diff.second_opinion

routes: setup   ## list the operations, and the file and line of the handler that answers each
	@$(BIN)/handfast routes

clean:          ## remove caches, reports and builds; .venv and the database stay
	@rm -rf build dist reports .cache .hypothesis .schemathesis schemathesis-report .mypy_cache .ruff_cache \
	  .pytest_cache .import_linter_cache
