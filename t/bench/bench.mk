##@ Performance

# t/bench holds the programs; what they measure goes to build/bench. All need
# the module and the load client; those that measure time (bench-compare,
# bench-growth) need a machine that does nothing else.

BENCH := $(BUILD)/bench
BENCH_PROGRAMS := $(BENCH)/lean_client $(BENCH)/delay_relay $(BENCH)/decide
BENCH_CORE := $(patsubst src/core/%.cpp,$(BENCH)/core/%.o,$(CORE_SRCS))
BENCH_CXX = $(CXX) -std=c++17 $(NGX_CC_OPT) $(UNIT_WARNINGS) $(UNIT_DEFINES) \
    -Isrc -MMD -MP
BENCH_PARTS := compare instructions syscalls memory growth lists
BENCH_LIBS = $(filter-out -lcmocka,$(UNIT_LIBS))

.PHONY: bench bench-compare bench-growth bench-lists bench-memory bench-readme \
    bench-syscalls
bench: ## compare with everything one would use instead, and the targets (QUICK=1)
	@failed=; \
	for part in $(BENCH_PARTS); do \
	    rm -f $(BENCH)/$$part.md $(BENCH)/$$part.targets; \
	    $(MAKE) --no-print-directory bench-$$part || failed="$$failed $$part"; \
	done; \
	cat $(BENCH)/*.targets > $(BENCH)/targets.md; \
	for part in $(BENCH_PARTS) targets; do \
	    cat $(BENCH)/$$part.md || echo "$$part was not measured"; \
	    echo; \
	done > $(BENCH)/README-table.md; \
	echo "all of it is in $(BENCH)/README-table.md"; \
	[ -z "$$failed" ] || { echo "targets missed:$$failed"; exit 1; }

bench-readme: ## put what was measured last into t/bench/RESULTS.md
	@t/bench/readme.py measured

bench-compare: bench-programs ## requests/s, latency, CPU and memory of every contender
	@t/bench/compare.py $(if $(QUICK),--quick)

bench-growth: bench-programs ## how cost grows: cookies, sessions, URLs, connections, TLS, distance
	@t/bench/growth.py $(if $(QUICK),--quick)

bench-lists: bench-programs ## what allowlists with 100,000 URLs cost, in `nginx -t` and per request
	@t/bench/lists.py

bench-memory: bench-programs ## what the module adds to a worker's memory, and where
	@t/bench/memory.py

bench-syscalls: bench-programs ## system calls per logout, with perf
	@t/bench/syscalls.py

.PHONY: bench-instructions bench-profile
bench-instructions: bench-programs ## instructions per logout against the committed figures (UPDATE=1)
	@t/bench/instructions.py $(if $(UPDATE),--update)

bench-profile: bench-programs ## the functions that a logout spends its instructions in
	@t/bench/instructions.py --profile --only return,tcp

# The short form of bench-instructions, for `make test`.
TEST_NEEDS += instructions
SHORT_TESTS += t/bench/instructions-tap
check-programs: $(BENCH_PROGRAMS)

.PHONY: bench-programs
bench-programs:
	@t/lib/tools/dependencies build bench instructions
	@$(MAKE) -s --no-print-directory $(JOBS_FLAG) $(MODULE) $(BENCH_PROGRAMS)

$(BENCH)/lean_client $(BENCH)/delay_relay: $(BENCH)/%: t/bench/%.cpp
	@mkdir -p $(@D)
	@echo "bench: $(@F)"
	@$(BENCH_CXX) -o $@ $<

$(BENCH)/decide: t/bench/decide.cpp $(BENCH_CORE) $(BENCH)/core.settings
	@echo "bench: $(@F)"
	@$(BENCH_CXX) -o $@ $< $(BENCH_CORE) $(BENCH_LIBS)

$(BENCH_CORE): $(BENCH)/core/%.o: src/core/%.cpp $(BENCH)/core.settings
	@mkdir -p $(@D)
	@echo "bench: $<"
	@$(BENCH_CXX) -c -o $@ $<

$(BENCH)/core.settings: FORCE
	$(call settings,$(CXX) $(NGX_CC_OPT) $(CORE_SRCS))

# The short form of bench-lists, for `make test`
TEST_NEEDS += lists
SHORT_TESTS += $(BENCH)/lists

$(BENCH)/lists: t/bench/lists.py $(BENCH)/lean_client
	@printf '#!/bin/sh\nexec %s --tap\n' $< > $@
	@chmod +x $@

-include $(wildcard $(BENCH)/*.d $(BENCH)/core/*.d)

