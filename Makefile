# SPDX-License-Identifier: Apache-2.0
# Needs Python 3.11.5 or newer, git and make; everything else goes into .venv, pinned by hash.
# `make` says what there is. Without make (Windows): see README.

# The newest Python that the locks were made for, or the one that is named: `make demo PYTHON=/path/to/python`.
SUITABLE = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11, 5))
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$name -c '$(SUITABLE)' >/dev/null 2>&1 && echo $$name && break; done)

IN := .venv/bin/python
PIP := $(IN) -m pip --disable-pip-version-check --quiet
TENANT := build/demo/tenant
ARGS ?=
FONTS ?=
TAG ?=

.DEFAULT_GOAL := help
.PHONY: ours help install demo test thorough soak mutants fuzz lint format workflows builders release sample schemas guide pictures bench lock clean
.SUFFIXES:

help: ## Say what there is
	@echo "Secure Score Backlog. The verbs:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/runs ## Install the program of this clone as .venv/bin/backlog
	@echo "The program: $(CURDIR)/.venv/bin/backlog"

demo: .venv/runs ## Build the sample tenant's site and say where it is
	@rm -rf $(TENANT)
	@$(IN) -m secure_score_backlog demo $(TENANT)
	@$(IN) -m secure_score_backlog build --root $(TENANT)
	@echo
	@echo "The sample tenant:   $(CURDIR)/$(TENANT)"
	@echo "The program:         $(CURDIR)/.venv/bin/backlog"
	@echo "The site, open this: $(CURDIR)/$(TENANT)/build/site/index.html"

test: .venv/develops ## Run the tests (ARGS="-k register" for some, FONTS=DejaVu for a browser with one family)
	@BACKLOG_FONTS="$(FONTS)" $(IN) -m pytest -m "not thorough" -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

thorough: .venv/develops ## Run the tests that repeat, in more variants, what a quicker one shows
	@BACKLOG_FONTS="$(FONTS)" $(IN) -m pytest -m thorough -n 3 --dist loadfile $(ARGS)

soak: .venv/develops ## Play years of unattended runs, with faults and kills (make soak SEEDS=200)
	@$(IN) -m tests.support.simulated_years $(or $(SEEDS),50)
	@$(IN) -m tests.support.simulated_year $(or $(SEEDS),5)

mutants: .venv/python build/mutants/runs ## Put small faults into the rules, one at a time, and count those that a test notices (an hour; ARGS="NAME*")
	@rm -rf build/mutants/tree
	@mkdir -p build/mutants/tree
	@cp -R generator/secure_score_backlog tests pyproject.toml build/mutants/tree
	@cd build/mutants/tree && ../bin/python -m mutmut run $(ARGS)
	@cd build/mutants/tree && ../bin/python -m mutmut export-cicd-stats >/dev/null
	@$(IN) -m tests.mutants build/mutants/tree/mutants

fuzz: .venv/python build/fuzz/runs ## Feed every reader with millions of broken inputs (Linux; five minutes; make fuzz SECONDS=3600)
	@PYTHONPATH=generator:. build/fuzz/bin/python -m tests.fuzz $(or $(SECONDS),300) $(ARGS)

lint: .venv/develops ## Check style and types
	@$(IN) -m ruff check .
	@$(IN) -m ruff format --check .
	@$(IN) -m mypy
	@PYTHONPATH=generator .venv/bin/lint-imports --no-cache

format: .venv/develops ## Bring the code into its form
	@$(IN) -m ruff check --fix .
	@$(IN) -m ruff format .

workflows: .venv/develops ## Check the GitHub workflows and our action, without asking GitHub
	@.venv/bin/zizmor --offline --persona pedantic --quiet --no-progress .github action.yml
	@test -z "$(wildcard .github/workflows/*.yml)" || \
		.venv/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@.venv/bin/check-jsonschema --builtin-schema vendor.github-actions action.yml
	@.venv/bin/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@.venv/bin/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*.yml

builders: demo build/builders/runs ## Build the demo with MkDocs, ProperDocs and Zensical, and compare the sites
	@$(IN) -m secure_score_backlog render --root $(TENANT)
	@$(IN) -m tests.builders.guests $(TENANT) build/builders/bin

release: ours .venv/develops ## Make the files of a release in dist/, and install them as a user would (TAG=v0.1.0: what the tag needs)
	@rm -rf dist build/release
	@$(IN) -m tests.release dist --tag "$(TAG)"
	@$(IN) -m venv build/release
	@build/release/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements/pip.txt
	@build/release/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --find-links dist \
		--requirement dist/secure-score-backlog-requirements.txt
	@build/release/bin/backlog demo build/release/tenant
	@build/release/bin/backlog check --root build/release/tenant
	@build/release/bin/backlog build --root build/release/tenant

sample: ours .venv/runs ## Write this repository's own decisions/ and snapshots/ anew, from the sample tenant
	@$(IN) -m secure_score_backlog.sample.cut

schemas: .venv/runs ## Write the JSON Schemas and the issue form anew, from the model
	@$(IN) -m secure_score_backlog.site.schemas .github/ISSUE_TEMPLATE/accept-risk.yml

guide: .venv/runs ## Write the generated pages of docs/guide/ and the navigation of mkdocs.yml anew, from the model
	@$(IN) -m secure_score_backlog.site.guide docs
	@test -e .backlog-init.json || $(IN) -m secure_score_backlog.site.registry mkdocs.yml

# `backlog init --here` makes a private copy of this repository hold a backlog of its own, and leaves its record.
ours:
	@test ! -e .backlog-init.json || { \
		echo "make: this repository holds a backlog of its own. The sample, its pictures and releases are made in the" >&2; \
		echo "  program's own repository only. To see the sample: make demo" >&2; exit 1; }

bench: .venv/develops ## Measure time and memory beside floors and rivals (ten minutes; ARGS="--only answers --markdown")
	@$(IN) -m benchmarks $(ARGS)

pictures: ours demo .venv/develops ## Take the README's pictures from the demo's site (needs Chromium)
	@$(IN) -m tests.support.pictures $(TENANT)/build/site docs/pictures

# For maintainers: the only target that looks for newer versions. `--universal` makes one lock for every system and
# every Python from 3.11.5 on; hashes are the promise, so no index address is written.
LOCK = build/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11.5 --generate-hashes \
	--no-config --no-emit-index-url --no-annotate --custom-compile-command "make lock"

lock: .venv/python ## Lock the newest allowed versions of every dependency (requirements/*.txt)
	@$(IN) -m venv build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements/uv.txt
	@$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	@$(LOCK) --group uv --output-file requirements/uv.txt
	@$(LOCK) pyproject.toml --group test --group lint --group release --group uv \
		--constraint requirements/runtime.txt --constraint requirements/uv.txt \
		--output-file requirements/development.txt
	@$(LOCK) --group release --constraint requirements/development.txt --output-file requirements/release.txt
	@$(LOCK) --group build --output-file requirements/build.txt
	@$(LOCK) --group pip --output-file requirements/pip.txt
	@$(LOCK) --group mutants --constraint requirements/development.txt --output-file requirements/mutants.txt
	@$(LOCK) --group fuzz --constraint requirements/runtime.txt --output-file requirements/fuzz.txt
	@$(LOCK) --group builders --constraint requirements/runtime.txt --output-file requirements/builders.txt
	@echo "Locked. Read the difference, then: make test"

clean: ## Remove everything that can be made again, .venv included
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find generator tests -name __pycache__ -type d -prune -exec rm -rf {} +

# --- setting up: each file below is a stamp; the work is done again when what it depends on is newer ---

.venv/python:
	@test -n "$(PYTHON)" || { \
		echo "make: no suitable Python. Needed: Python 3.11.5 or newer, with its venv and ensurepip modules." >&2; \
		for name in python3.14 python3.13 python3.12 python3.11 python3 python; do \
			$$name -c 'import sys; print("  %s is Python %s," % (sys.argv[1], sys.version.split()[0]), end=" ")' $$name 2>/dev/null || continue; \
			$$name -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' && \
				echo "but lacks venv or ensurepip (Debian, Ubuntu: apt install python3-venv)" || echo "which is too old"; \
		done >&2; \
		echo "  Install one, or name it: make $(or $(MAKECMDGOALS),demo) PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c '$(SUITABLE)' || { \
		echo "make: $(PYTHON) will not do. Needed: Python 3.11.5 or newer, with its venv and ensurepip modules." >&2; exit 1; }
	@command -v git >/dev/null || { echo "make: git is missing; the history of decisions is read from it." >&2; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version), from the locks in requirements/. Once; about a minute." >&2
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/runs: .venv/python requirements/pip.txt requirements/runtime.txt requirements/build.txt pyproject.toml
	@$(PIP) install --require-hashes --requirement requirements/pip.txt
	@$(PIP) install --require-hashes --requirement requirements/build.txt
	@$(PIP) install --require-hashes --requirement requirements/runtime.txt
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

.venv/develops: .venv/runs requirements/development.txt
	@$(PIP) install --require-hashes --requirement requirements/development.txt
	@touch $@

# mutmut wants the package beside its tests, and no other copy of it: an environment of its own.
build/mutants/runs: .venv/python requirements/development.txt requirements/mutants.txt
	@$(IN) -m venv build/mutants
	@build/mutants/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		--requirement requirements/development.txt --requirement requirements/mutants.txt
	@touch $@

# The fuzzer has wheels for Linux only, so no developer is made to install it.
build/fuzz/runs: .venv/python requirements/runtime.txt requirements/fuzz.txt
	@$(IN) -m venv build/fuzz
	@build/fuzz/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		--requirement requirements/runtime.txt --requirement requirements/fuzz.txt
	@touch $@

# The builders have a folder of their own: two of them are no dependencies of ours, and one is alpha.
build/builders/runs: .venv/python requirements/runtime.txt requirements/builders.txt
	@$(IN) -m venv build/builders
	@build/builders/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		--requirement requirements/runtime.txt --requirement requirements/builders.txt
	@touch $@
