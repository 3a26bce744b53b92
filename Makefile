# Holdfast. `make help` lists what there is.
PORT ?= 8000
BACKEND ?= sqlite
SPEED ?= 0
LIMIT ?= 0
PY := .venv/bin/python
STAMP := .venv/.installed
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help install run test test-fast check replay bench bench-quick chaos backup restore reset-demo lock

help:  ## What there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

install: $(STAMP)  ## The virtual environment with the locked dependencies

$(STAMP): requirements/dev.txt
	@command -v python3.11 >/dev/null || { echo "Holdfast needs Python 3.11 on the PATH (python3.11)."; exit 1; }
	python3.11 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $(STAMP)

run: $(STAMP)  ## A working clinic on http://127.0.0.1:$(PORT), until stopped
	@exec $(PY) manage.py run --port $(PORT)

test: $(STAMP)  ## Everything: SQLite, PostgreSQL, Redis, a real browser
	@$(PY) -m tests.run all

test-fast: $(STAMP)  ## No browser, no chaos
	@$(PY) -m tests.run fast

check: $(STAMP)  ## Lint, types, import contract, migrations, deploy checks, generated docs, the demo loads
	@$(PY) -m config.checking

replay: $(STAMP)  ## DATA=FILE [BACKEND=sqlite|postgres] [SPEED=0] [LIMIT=n]
	@$(PY) -m bench.replay "$(DATA)" --backend $(BACKEND) --speed $(SPEED) --limit $(LIMIT)

bench: $(STAMP)  ## The live core beside the plain way: every arrangement; writes docs/performance.md
	@$(PY) -m bench.run

bench-quick: $(STAMP)  ## The same for 1x12 and 1x200 in under two minutes
	@$(PY) -m bench.run --quick

chaos: $(STAMP)  ## [SEED=n] [ONLY=name] Parts of a private site are killed, frozen and cut off; nothing may be lost
	@$(PY) -m bench.chaos.run --seed $(or $(SEED),1) $(if $(ONLY),--only $(ONLY))

backup: $(STAMP)  ## [TO=FILE] The whole site in one sealed file
	@$(PY) manage.py backup $(if $(TO),--to "$(TO)")

restore: $(STAMP)  ## FROM=FILE Into a new, empty site; verified
	@$(PY) manage.py restore --from "$(FROM)"

reset-demo: $(STAMP)  ## The demo clinic as new
	@$(PY) manage.py reset_demo

lock: $(STAMP)  ## Resolve the requirements again
	cd requirements && for name in base dev; do ../.venv/bin/uv pip compile $$name.in -o $$name.txt --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --python-version 3.11 --universal --quiet --custom-compile-command "make lock"; done
