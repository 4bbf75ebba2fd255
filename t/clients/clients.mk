##@ Clients

# SDKs in a browser, logged out through nginx: t/clients.

CLIENTS := $(BUILD)/clients
CLIENTS_SRC := t/clients

TEST_NEEDS += browser
SHORT_TESTS += $(CLIENTS)/logouts $(CLIENTS)/tokens $(CLIENTS)/libraries-short

.PHONY: clients clients-run
clients: ## SDKs in Chromium, logged out by nginx (CLIENT=name)
	@t/lib/tools/dependencies build test browser
	@$(MAKE) --no-print-directory clients-run

clients-run: $(MODULE) $(CLIENTS)/logouts $(CLIENTS)/libraries
	@$(SPEC_ENV) prove $(PROVE_FLAGS) $(CLIENTS)/logouts \
	    $(if $(CLIENT),:: '$(CLIENT)',$(CLIENTS)/libraries)

$(CLIENTS)/node_modules: $(CLIENTS_SRC)/package.json \
        $(CLIENTS_SRC)/package-lock.json
	@t/lib/tools/install-npm $(CLIENTS_SRC) $(@D)

# $(call clients-program,SCRIPT,FOLDER): one that runs a script with the packages
define clients-program
@printf '%s\n' '#!/bin/sh' \
    'export PATH=$(abspath $(CLIENTS))/node_modules/.bin:$$PATH' \
    'export NODE_PATH=$(abspath $(CLIENTS))/node_modules' \
    'exec node $(CLIENTS_SRC)/$(1) $(2) "$$@"' > $@
@chmod +x $@
endef

$(CLIENTS)/logouts: t/clients/clients.mk $(CLIENTS)/node_modules
	$(call clients-program,run.js,$(CLIENTS))

$(CLIENTS)/tokens: t/clients/clients.mk $(CLIENTS)/node_modules
	$(call clients-program,tokens.js,$(CLIENTS)/signed)

$(CLIENTS)/libraries: t/clients/clients.mk $(CLIENTS)/node_modules
	$(call clients-program,libraries.js,$(CLIENTS)/asked-ahead)

$(CLIENTS)/libraries-short: t/clients/clients.mk $(CLIENTS)/node_modules
	$(call clients-program,libraries.js,$(CLIENTS)/asked-ahead-short short)
