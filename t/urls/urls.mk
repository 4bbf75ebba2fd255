##@ Return URLs

# The core compared with WHATWG parsers and with known attacks, and where
# Chromium lands: t/urls.

URLS := $(BUILD)/urls
URLS_NODE := PATH=$(abspath $(URLS))/node_modules/.bin:"$$PATH" \
    NODE_PATH=$(abspath $(URLS))/node_modules node

TEST_NEEDS += urls
SHORT_TESTS += $(URLS)/vectors $(URLS)/differential $(URLS)/browser

.PHONY: vectors-urls
vectors-urls: $(URLS)/vectors ## known attacks, and the mistakes of defences, on the core
	@prove $(PROVE_FLAGS) $<

FUZZ_URLS_CASES ?= 1000000
FUZZ_URLS_SEED ?= $(shell date +%s)

.PHONY: fuzz-urls
fuzz-urls: $(URLS)/differential ## mutated URLs, core against WHATWG parsers (FUZZ_URLS_CASES=, FUZZ_URLS_SEED=)
	@$< --cases $(FUZZ_URLS_CASES) --seed $(FUZZ_URLS_SEED)

$(URLS)/judge.o: t/urls/judge.cpp $(UNIT_BUILD)/unit.settings
	@mkdir -p $(@D)
	@echo "urls: $<"
	@$(UNIT_COMPILE) -o $@ $<

$(URLS)/judge: $(URLS)/judge.o $(UNIT_ARCHIVE)
	@$(CXX) $(UNIT_FLAGS) -o $@ $< $(UNIT_ARCHIVE) $(UNIT_LIBS)

-include $(URLS)/judge.d

$(URLS)/node_modules: t/urls/package.json t/urls/package-lock.json
	@t/lib/tools/install-npm t/urls $(@D)

$(URLS)/vectors: t/urls/vectors.mjs $(URLS)/judge
	@printf '#!/bin/sh\nexec node %s --judge %s --vectors %s\n' \
	    $< $(URLS)/judge t/urls/redirect_vectors.json > $@
	@chmod +x $@

$(URLS)/differential: t/urls/differential.mjs $(URLS)/judge \
        $(URLS)/node_modules
	@printf '#!/bin/sh\nexec env %s %s --judge %s "$$@"\n' \
	    '$(URLS_NODE)' $< $(URLS)/judge > $@
	@chmod +x $@

$(URLS)/browser: t/urls/browser.mjs t/urls/urls.mk $(URLS)/judge \
        $(URLS)/node_modules
	@printf '#!/bin/sh\nexec env %s %s --judge %s --folder %s %s "$$@"\n' \
	    '$(URLS_NODE)' $< $(URLS)/judge $(URLS)/edge \
	    '--module "$$TEST_NGINX_LOAD_MODULES"' > $@
	@chmod +x $@

BROWSER_URLS_CASES ?= 1000
BROWSER_URLS_SEED ?= $(shell date +%s)

.PHONY: browser-urls
browser-urls: ## attacks and mutated URLs through nginx, in Chromium (BROWSER_URLS_CASES=, BROWSER_URLS_SEED=)
	@t/lib/tools/dependencies build test urls
	@$(MAKE) --no-print-directory $(JOBS_FLAG) $(MODULE) $(URLS)/browser
	@$(SPEC_ENV) prove $(PROVE_FLAGS) $(URLS)/browser :: --thorough \
	    --cases $(BROWSER_URLS_CASES) --seed $(BROWSER_URLS_SEED)

.PHONY: mutate-urls
mutate-urls: ## small faults in the return-URL code: the unit tests notice each (takes minutes)
	@$(MAKE) --no-print-directory $(JOBS_FLAG) unit-programs
	@FLAGS='-std=c++17 $(UNIT_FLAGS) $(UNIT_DEFINES)' LIBS='$(UNIT_LIBS)' \
	    node t/urls/mutate.mjs --build $(URLS)/mutate --unit $(UNIT_BUILD) \
	    --cxx $(CXX) $(if $(ONLY),--only '$(ONLY)')
