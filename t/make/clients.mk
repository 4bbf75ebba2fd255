##@ Clients

# SDKs in a browser, logged out through nginx: t/clients.

CLIENTS := $(BUILD)/clients
CLIENTS_SRC := t/clients

TEST_NEEDS += browser
SHORT_TESTS += $(CLIENTS)/logouts

.PHONY: clients clients-run
clients: ## SDKs in Chromium, logged out by nginx (CLIENT=name)
	@t/lib/dependencies.sh build test browser
	@$(MAKE) --no-print-directory clients-run

clients-run: $(MODULE) $(CLIENTS)/logouts
	@$(SPEC_ENV) prove $(PROVE_FLAGS) $(CLIENTS)/logouts \
	    $(if $(CLIENT),:: '$(CLIENT)')

$(CLIENTS)/node_modules: $(CLIENTS_SRC)/package.json \
        $(CLIENTS_SRC)/package-lock.json
	@t/lib/install-npm $(CLIENTS_SRC) $(@D)

$(CLIENTS)/logouts: t/make/clients.mk $(CLIENTS)/node_modules
	@printf '%s\n' '#!/bin/sh' \
	    'export PATH=$(abspath $(@D))/node_modules/.bin:$$PATH' \
	    'export NODE_PATH=$(abspath $(@D))/node_modules' \
	    'exec node $(CLIENTS_SRC)/run.js $(CLIENTS) "$$@"' > $@
	@chmod +x $@
