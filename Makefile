# Every target works on a bare machine with Python 3.11 or newer: it sets up what it needs.
SHELL := /bin/sh
# The first Python that is new enough; python3 if none is, so that it can say so itself.
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && exit; done; echo python3)
BOOTSTRAP = $(PYTHON) -I edu4all/bootstrap.py
VENV = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup run test faults tools lint messages bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: ## Make .venv and .env and compile the translations
	@$(BOOTSTRAP) setup

run: ## Run the whole site on http://127.0.0.1:8000 (PORT=8001 make run: elsewhere)
	@exec $(BOOTSTRAP) run --end-with-parent

test: ## Run every test that can run here (ARGS="tests/gallery -x": some of them)
	@exec $(BOOTSTRAP) test $(ARGS)

faults: tools ## Kill, stop and flush everything for hours (ARGS="--seed 17": one schedule again)
	@$(VENV) -m tests.run --faults $(ARGS)

tools: ## Install what tests and checks need
	@$(BOOTSTRAP) tools

lint: tools ## Check style, types, translations and migrations
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy
	@$(VENV) -m edu4all.catalogs check
	@$(VENV) manage.py makemigrations --check --dry-run

messages: tools ## Collect new texts into locale/
	@$(VENV) -m edu4all.catalogs collect

bench: tools ## Measure how much the site carries, and keep it in docs/benchmarks.md
	@$(VENV) -m tests.bench --write $(ARGS)

clean: ## Remove .venv and everything built; keeps var/ (your data) and .env
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache test-results var/static var/log var/run
	find edu4all assignments gallery tests -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -exec rm -f {} +
