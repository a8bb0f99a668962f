SHELL := /bin/bash
.DEFAULT_GOAL := help

# Nothing about a chat leaves the machine, and libraries keep quiet.
export RASA_TELEMETRY_ENABLED := false
export HF_HUB_OFFLINE := 1
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: help setup run chat train test check e2e report bench soak cluster safety docs screenshots sbom lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install everything into .venv (does nothing when up to date)
	@scripts/setup

run: setup ## Start the bot's server (options: ARGS="...")
	@.venv/bin/bot run $(ARGS)

chat: setup ## Chat in the terminal
	@.venv/bin/bot chat $(ARGS)

train: setup ## Train the model when its data changed
	@.venv/bin/bot train $(ARGS)

test: setup ## Run every check and test (options for pytest: ARGS="...")
	@scripts/test $(ARGS)

check: setup ## Run the checks without training and tests
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy --strict bot actions
	.venv/bin/bot check
	.venv/bin/rasa data validate --fail-on-warnings --data nlu stories

e2e: train ## Hold every test conversation with a live server (options: ARGS="...")
	@.venv/bin/bot test --serve --skip-tag in-process --coverage --junit reports/e2e.xml --html reports/e2e.html $(ARGS)

report: setup ## Score every evaluation set and write reports/index.html
	@.venv/bin/bot report

bench: setup ## Measure the server beside stock Rasa (ARGS=--quick for a short run)
	@.venv/bin/bot benchmark serve --plot docs/benchmark-serve.svg --json var/bench/serve.json $(ARGS)

soak: setup ## Load the server with 10,000 messages and check every reply (options: ARGS="...")
	@mkdir -p var/bench
	@.venv/bin/bot benchmark soak --json var/bench/soak.json $(ARGS)

cluster: train ## Run two workers, PostgreSQL with a replica, Redis and a proxy here (ARGS=--load loads it while parts fail)
	@.venv/bin/bot cluster $(ARGS)

safety: setup ## Write docs/safety/hazard-log.md again from hazard-log.yml
	@.venv/bin/python -m bot.evaluation.hazards

docs: setup ## Draw the architecture from the code, and write the documentation as HTML to var/site
	@.venv/bin/python -m bot.documentation.architecture
	@.venv/bin/python -m bot.documentation.site

screenshots: train ## Make the pictures of the chat in docs/images again (needs Chromium)
	@.venv/bin/python -m bot.documentation.screenshots

sbom: setup ## Write the software bill of materials (CycloneDX) to var/sbom.cdx.json
	@.venv/bin/python -m bot.evaluation.sbom

lock: ## Write requirements.lock again from pyproject.toml (ARGS=--upgrade for newer versions)
	@scripts/setup --lock $(ARGS)

clean: ## Remove models, caches and reports (.venv, .tools and var stay)
	rm -rf .rasa models build dist results reports *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . \( -name .venv -o -name .tools -o -name .git \) -prune -o -name __pycache__ -type d -exec rm -rf {} +
