##@ Faults

# Redis and nginx are killed, stopped, cut off and lied to under load, and
# every answer is compared with what is in Redis: t/chaos.

CHAOS := $(BUILD)/chaos
CHAOS_ENV = $(SPEC_ENV) CHAOS_LOAD=$(abspath $(CHAOS)/load)

TEST_NEEDS += chaos
SHORT_TESTS += $(CHAOS)/server $(CHAOS)/servers

.PHONY: chaos chaos-run
chaos: ## all faults under load, twice: what became of 200,000 logouts and more (CHAOS_ONLY=)
	@t/lib/tools/dependencies build test chaos
	@$(MAKE) --no-print-directory chaos-run

chaos-run: $(MODULE) $(CHAOS)/load
	@$(CHAOS_ENV) CHAOS_LONG=1 CHAOS_TABLE=$(CHAOS)/table.md TEST_TIMEOUT=3600 \
	    $(RUN_TESTS) t/chaos/chaos.t
	@cat $(CHAOS)/table.md

$(CHAOS)/load: t/chaos/load.cpp
	@mkdir -p $(@D)
	@$(CXX) -std=c++17 -O2 $(UNIT_WARNINGS) -o $@ $<

# Each fault once, in two programs that run at the same time.
$(CHAOS)/server: CHAOS_PARTS := one server|TLS
$(CHAOS)/servers: CHAOS_PARTS := Sentinel|Cluster|proxy

$(CHAOS)/server $(CHAOS)/servers: $(CHAOS)/load t/chaos/chaos.mk
	@printf '%s\n' '#!/bin/sh' 'export CHAOS_LOAD=$(abspath $(CHAOS)/load)' \
	    "export CHAOS_ONLY='^($(CHAOS_PARTS)):'" \
	    'exec perl t/chaos/chaos.t' > $@
	@chmod +x $@
