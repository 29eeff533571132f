# Every command a person or a machine runs here. `make` alone lists them.
# PYTHON=/path/to/python chooses the interpreter .venv is made with.

.DEFAULT_GOAL := help
.PHONY: help run dev test lint types contracts format bench soak screenshots hooks lock clean

VENV := .venv/bin
CHECK := $(VENV)/python scripts/check.py

##@ Use it

run: ## Install, start everything on its own PostgreSQL, play one return, stay up (ARGS="--port 8701")
	@scripts/bootstrap.sh run
	@$(VENV)/retour demo $(ARGS)

dev: ## The same with the tools to change it, and data of this checkout's own in .dev/
	@scripts/bootstrap.sh dev
	@$(VENV)/retour demo --data .dev $(ARGS)

##@ Check it

test: ## Install and run everything below and every ring of tests, two at once (ONLY="pure pg" for some)
	@scripts/bootstrap.sh dev
	@$(CHECK) $(ONLY)

lint: ## Ruff's rules and its format
	@scripts/bootstrap.sh dev
	@$(CHECK) lint format

types: ## Pyright, strict
	@scripts/bootstrap.sh dev
	@$(CHECK) types

contracts: ## The walls between the rooms
	@scripts/bootstrap.sh dev
	@$(CHECK) contracts

format: ## Let ruff format and mend what it can
	@scripts/bootstrap.sh dev
	@$(VENV)/ruff check --fix --quiet . ; $(VENV)/ruff format --quiet . && $(VENV)/ruff check .

##@ Measure it

bench: ## The promises of speed, side by side with what they are measured against (ARGS=…)
	@scripts/bootstrap.sh dev
	@$(VENV)/python -m bench $(ARGS)

soak: ## For long what the tests do in short (ARGS="amounts=20000 load=10"; without, everything)
	@scripts/bootstrap.sh dev
	@$(VENV)/python scripts/soak.py $(ARGS)

screenshots: ## A picture of every page and state into build/screenshots (ARGS="portal" for some)
	@scripts/bootstrap.sh dev
	@$(VENV)/python scripts/screenshots.py $(ARGS)

##@ Keep it

hooks: ## Check each commit before it is made
	@scripts/bootstrap.sh dev
	@$(VENV)/prek install

lock: ## Renew requirements/*.lock within the bounds of pyproject.toml (ARGS="--upgrade")
	@scripts/lock.sh $(ARGS)

clean: ## Remove the environment and every cache; data folders stay
	@rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	@find src tests scripts bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

help:
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
