##@ Operations

# The pages and numbers for those who run nginx.

TEST_NEEDS += metrics browser modules

PAGES := $(BUILD)/pages
PAGES_SRC := t/ops/pages
SHORT_TESTS += $(sort $(wildcard t/ops/*.t)) $(PAGES)/look

.PHONY: screenshots
screenshots: $(MODULE) $(PAGES)/look ## the status and explain pages in Chromium: build/screenshots
	@$(SPEC_ENV) prove $(PROVE_FLAGS) $(PAGES)/look

$(PAGES)/node_modules: $(PAGES_SRC)/package.json $(PAGES_SRC)/package-lock.json
	@t/lib/tools/install-npm $(PAGES_SRC) $(@D)

$(PAGES)/look: t/ops/ops.mk $(PAGES)/node_modules
	@printf '%s\n' '#!/bin/sh' \
	    'export PATH=$(abspath $(@D))/node_modules/.bin:$$PATH' \
	    'export NODE_PATH=$(abspath $(@D))/node_modules' \
	    'exec node $(PAGES_SRC)/run.js $(PAGES) $(BUILD)/screenshots "$$TEST_NGINX_LOAD_MODULES"' \
	    > $@
	@chmod +x $@
