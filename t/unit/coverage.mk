##@ Coverage

COVERAGE := $(abspath $(BUILD))/coverage
COVERAGE_FLAGS := -O0 -g --coverage

.PHONY: coverage
coverage: ## which lines of src/ the tests run: build/coverage/index.html
	@t/lib/tools/dependencies build test coverage
	@$(MAKE) --no-print-directory $(JOBS_FLAG) module unit-programs \
	    MODULE_BUILD=$(COVERAGE) UNIT_BUILD=$(COVERAGE)/unit \
	    NGX_CC_OPT='$(COVERAGE_FLAGS)' NGX_LD_OPT=--coverage \
	    UNIT_FLAGS='$(COVERAGE_FLAGS)'
	@find $(COVERAGE) -name '*.gcda' -delete
	@TEST_NGINX_BINARY=$(NGINX) \
	    TEST_NGINX_LOAD_MODULES=$(COVERAGE)/ngx_http_logout_module.so \
	    $(RUN_TESTS) $(SPECS) \
	    $(UNIT_PROGRAMS:$(UNIT_BUILD)/%=$(COVERAGE)/unit/%)
	@gcovr --root . --filter src/ --exclude-throw-branches \
	    --html-details $(COVERAGE)/index.html --print-summary \
	    --txt $(COVERAGE)/summary.txt $(COVERAGE)
	@cat $(COVERAGE)/summary.txt
