# Everything here sets up .venv by itself; python3 (3.11 or later) and make are all that a machine needs.
PYTHON ?= python3
TARGET ?= reference
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

DYNAMIC_JS := build/drivers/dynamic-js
DYNAMIC_REACT_NATIVE := build/drivers/dynamic-react-native
JUDGES := build/judges

# What is run in a browser: a client's own duties, and every flow once. `make drivers REACT_ONLY=` runs the whole suite there.
REACT_ONLY ?= client totp.one-device totp.both-routes recovery.single-use recovery.acknowledgement passkey.satisfies-mfa \
	passkey.sign-in mfa-token.on-request step-up.actions-enforced.no-token

# What the vendor's own user interface is for, in the same browser: screens, enrolment by the QR code on the page, recovery
# codes on the page, what is asked for by itself, and passkeys in Chromium's own authenticator.
REACT_UI_ONLY ?= client.screens-of-enabled-methods client.right-prompt client.pending-stays client.enrolment-order \
	client.qr-drawn-locally client.prompts-once client.refusal-told.second-app totp.one-device.second-refused \
	recovery.acknowledgement.complete recovery.after-verification.order passkey.satisfies-mfa passkey.sign-in passkey.counter
REACT := $(BIN)/python -m mfa_harness.drivers.dynamic_react
REACT_KNOWN := harness/mfa_harness/drivers/dynamic_react/expected-failures

.PHONY: help check test serve lint bench drivers judges clean

help:
	@echo "make check   run the whole suite against our reference server (or TARGET=...)"
	@echo "make test    our own tests, and the suite once more through plain pytest"
	@echo "make serve   the reference server, with a control plane, on a free port"
	@echo "make lint    ruff, mypy --strict, import-linter"
	@echo "make drivers the vendor's real client SDKs: installed by npm, and the suite through each"
	@echo "make judges  other people's passkeys and relying parties, which our tests hold ours against; by npm"
	@echo "make bench   speed, as ratios to a floor of the same run"

check: .venv/installed
	@$(BIN)/mfa-harness check $(TARGET)

test: .venv/developing
	@$(BIN)/pytest -q -n 2 -rs

serve: .venv/installed
	@$(BIN)/mfa-harness serve --control

lint: .venv/developing
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: .venv/developing
	@$(BIN)/pytest tests/benchmarks -q --benchmark-only --benchmark-disable-gc -p no:randomly

drivers: .venv/installed $(DYNAMIC_JS)/node_modules $(DYNAMIC_REACT_NATIVE)/node_modules
	@$(BIN)/mfa-harness check --client '$(BIN)/python -m mfa_harness.drivers.python_reference'
	@$(BIN)/mfa-harness check --client '$(BIN)/python -m mfa_harness.drivers.dynamic_js' \
		--expected-failures harness/mfa_harness/drivers/dynamic_js/expected-failures.toml
	@$(BIN)/mfa-harness check --client '$(BIN)/python -m mfa_harness.drivers.dynamic_react_native' \
		--expected-failures harness/mfa_harness/drivers/dynamic_react_native/expected-failures.toml
	@$(REACT) install; case $$? in \
		0) $(BIN)/mfa-harness check --client '$(REACT)' $(REACT_ONLY:%=--only %) --expected-failures $(REACT_KNOWN).toml && \
			$(BIN)/mfa-harness check --client '$(REACT) --ui' $(REACT_UI_ONLY:%=--only %) --expected-failures $(REACT_KNOWN)-ui.toml ;; \
		69) echo "the vendor's React SDK was NOT run" ;; \
		*) exit 1 ;; esac

$(DYNAMIC_JS)/node_modules: harness/mfa_harness/drivers/dynamic_js/package.json
	@command -v npm >/dev/null || { echo "The vendor's SDKs need Node 20 or later and npm"; exit 2; }
	@mkdir -p $(DYNAMIC_JS)
	@cp harness/mfa_harness/drivers/dynamic_js/package.json harness/mfa_harness/drivers/dynamic_js/.npmrc $(DYNAMIC_JS)
	@cd $(DYNAMIC_JS) && npm install --silent && touch node_modules

$(DYNAMIC_REACT_NATIVE)/node_modules: harness/mfa_harness/drivers/dynamic_react_native/package.json
	@command -v npm >/dev/null || { echo "The vendor's SDKs need Node 20 or later and npm"; exit 2; }
	@mkdir -p $(DYNAMIC_REACT_NATIVE)
	@cp harness/mfa_harness/drivers/dynamic_react_native/package.json harness/mfa_harness/drivers/dynamic_react_native/.npmrc $(DYNAMIC_REACT_NATIVE)
	@cd $(DYNAMIC_REACT_NATIVE) && npm install --silent && touch node_modules

judges: $(JUDGES)/node_modules

$(JUDGES)/node_modules: tests/judges/package.json
	@command -v npm >/dev/null || { echo "JavaScript's judges need Node 20 or later and npm"; exit 2; }
	@mkdir -p $(JUDGES)
	@cp tests/judges/package.json $(JUDGES)
	@cd $(JUDGES) && npm install --silent --no-package-lock --ignore-scripts && touch node_modules

clean:
	rm -rf build .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis dist

.venv/installed: pyproject.toml
	@echo "setting up .venv (once, about half a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; this is $$($(PYTHON) -V). Name another: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "python3 cannot make a virtual environment here. On Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@$(PIP) install --editable '.[qr]'
	@touch $@

.venv/developing: .venv/installed
	@$(PIP) install --editable '.[qr]' $$($(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"])')
	@touch $@
