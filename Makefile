# The portal's commands. On a fresh machine Python 3.11+, Node with npm, make and git are enough:
# each command makes what it needs first, and skips what has not changed since.

PORT ?= 8000
BENCH_SECONDS ?= 6
# “shown” prints a missed bound and goes on; “kept” fails.
BENCH_BOUNDS ?= kept
DATA_DIR ?= var
CHECKS ?=
ROUNDS ?= 20
export DATA_DIR := $(abspath $(DATA_DIR))

python := .venv/bin/python
# The demo lives in its own SQLite file, whatever the shell's variables say.
manage := env -u DATABASE_URL -u ENVIRONMENT -u DEBUG $(python) manage.py

base := .venv/.base-installed
dev := .venv/.dev-installed
style := static/build/portal.css
collected := staticfiles/.collected
data := $(DATA_DIR)/.prepared

styles := $(wildcard static/*.scss)
statics := $(shell find static -type f -not -path 'static/build/*' -not -name '*.scss')
# The demo is loaded again when its content, its loader or a table has changed.
content := $(shell find demo pcc_portal/demo pcc_portal/management -type f -not -name '*.pyc')
migrations := $(wildcard */migrations/*.py)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test check coverage bench kill-test storm requirements build FORCE

help:
	@echo "make run           start the portal with demo content on http://127.0.0.1:$(PORT)/ (PORT=…)"
	@echo "make test          every check there is (CHECKS=\"lint types\" runs these only)"
	@echo "make check         the fast ones: lint, types, imports, tests on SQLite"
	@echo "make coverage      the tests on SQLite once more, with the branches they reach"
	@echo "make bench         figures of speed and size beside a bare Django page (BENCH_SECONDS=…)"
	@echo "make kill-test     kill the workers that send mail at random, and look what became of it"
	@echo "make storm         hundreds book at once, 20 rounds on PostgreSQL and SQLite (ROUNDS=…)"
	@echo "make requirements  pin the versions again, from pyproject.toml"
	@echo "make build         the style sheet, from static/*.scss"

run: $(data) $(collected)
	@$(python) -m scripts.run $(PORT)

test: $(dev) $(collected)
	@$(python) -m scripts.check $(CHECKS)

check: $(dev)
	@$(python) -m scripts.check --fast

coverage: $(dev)
	@.venv/bin/pytest -q -p no:cacheprovider -n 2 -m "not browser and not old_tables" \
		--cov --cov-report=term-missing

storm: $(dev) $(collected)
	@$(python) -m scripts.storm $(ROUNDS) whole

bench: $(dev) $(collected)
	@$(python) -m bench $(BENCH_SECONDS) $(BENCH_BOUNDS)

kill-test: $(dev)
	@$(python) -m bench.killing
	@$(python) -m bench.killing_bookings

build: $(style)

requirements: $(dev)
	@echo "Pinning the versions of requirements/"
	@.venv/bin/uv pip compile $(pins) --output-file requirements/base.txt pyproject.toml
	@.venv/bin/uv pip compile $(pins) --extra dev --constraint requirements/base.txt \
		--output-file requirements/dev.txt pyproject.toml
pins := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements"

# The lists are whole: nothing is looked up, so a version published today cannot break a set-up.
locked := --require-hashes --no-deps

# --- What the commands need ---------------------------------------------------------------------

.venv/bin/python:
	@for python in python3 python3.13 python3.12 python3.11 none; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	done; \
	test $$python != none || { echo "Install Python 3.11 or newer, then try again."; exit 1; }; \
	echo "Making .venv with $$($$python --version)"; \
	$$python -m venv --clear .venv

$(base): requirements/base.txt | .venv/bin/python
	@echo "Installing what the portal needs into .venv (a minute the first time)"
	@$(python) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
		$(locked) -r requirements/base.txt
	@touch $@

$(dev): requirements/dev.txt $(base)
	@echo "Installing what the checks need into .venv (a minute the first time)"
	@$(python) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
		$(locked) -r requirements/dev.txt
	@touch $@

node_modules/.installed: package.json package-lock.json
	@command -v npm >/dev/null || { echo "Install Node with npm, then try again."; exit 1; }
	@echo "Installing what the style sheet is built from into node_modules"
	@npm ci --silent
	@touch $@

$(style): node_modules/.installed $(styles)
	@echo "Building the style sheet"
	@npm run build --silent
	@touch $@

$(collected): $(base) $(style) $(statics)
	@echo "Collecting and compressing static files"
	@$(manage) collectstatic --noinput --verbosity 0 --ignore '*.scss'
	@touch $@

$(data): $(base) $(migrations) $(content) $(if $(wildcard $(DATA_DIR)/portal.sqlite3),,FORCE)
	@echo "Preparing the database $(DATA_DIR)/portal.sqlite3"
	@$(manage) migrate --noinput --verbosity 0
	@echo "Loading the demo content"
	@$(manage) load_demo
	@$(manage) schedule_jobs
	@touch $@
