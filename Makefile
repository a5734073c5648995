# The two commands that matter: `make demo` and `make test`. Each sets up what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo tour test check bench gallery web ready-to-run ready-to-check ready-to-test lint unit

PY := .venv/bin/python
CODE := $(wildcard src tests bench)

help:  ## list what can be made
	@sed -nE 's/^([a-z]+): .*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

demo: ready-to-run  ## start everything, tell the story once, and leave it running (ARGS="--port-base 9000")
	@.venv/bin/dojang demo $(ARGS)

tour: ready-to-run  ## start everything, tell the story once, and exit
	@.venv/bin/dojang demo --tour-only $(ARGS)

check: ready-to-check lint  ## the quick half of the tests: no browser, no PostgreSQL, no whole services
	$(PY) -m pytest --quick -n 2 --dist loadfile -q

test: ready-to-test lint  ## everything, set-up included (ARGS are pytest's)
	@git status --porcelain >.venv/tree-before-tests
	$(if $(wildcard browser/package-lock.json),scripts/build-web --prove)
	$(PY) -m pytest -n 2 --dist loadfile -q $(ARGS)
	@git status --porcelain | diff .venv/tree-before-tests - || { echo "The tests left these in the tree."; exit 1; }

bench: ready-to-check  ## rates beside the floor measured in the same run; writes bench/out/latest.json
	$(PY) -m bench $(ARGS)

gallery: ready-to-test  ## take a picture of every page in every state; writes docs/gallery
	rm -rf var/pictures
	scripts/build-web
	$(PY) -m pytest -n 2 --dist loadfile -q tests/browser $(ARGS)
	$(PY) -m tests.browser.gallery

web: ready-to-check  ## rebuild the browser's bundle from browser/
	scripts/build-web

lint:
	.venv/bin/ruff check --quiet .
	.venv/bin/ruff format --quiet --check .
	.venv/bin/mypy --no-error-summary $(CODE)
	.venv/bin/lint-imports --no-cache >.venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }

ready-to-run:
	@scripts/ready-to-run run

ready-to-check:
	@scripts/ready-to-run test

ready-to-test:
	@scripts/ready-for-tests
	@scripts/ready-to-run test
