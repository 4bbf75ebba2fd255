##@ Load

.PHONY: soak
soak: $(MODULE) ## 200,000 logouts: the worker's memory before and after
	@$(SPEC_ENV) SOAK_LOGOUTS=200000 $(RUN_TESTS) t/soak/soak.t

SHORT_TESTS += t/soak/soak.t
