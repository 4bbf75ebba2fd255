##@ Logs

# No secret, cookie or token is in any log: t/privacy.

SHORT_TESTS += t/privacy/logs.t
PRIVACY_FILES = $(SPECS) $(if $(SPEC),,$(wildcard t/ops/*.t) \
    $(CLIENTS)/logouts $(FRAMEWORKS)/logouts $(FRAMEWORKS)/forgotten-cookies)

.PHONY: log-privacy
log-privacy: test-dependencies ## the specs with nginx's log at "debug": no secret, cookie or token is in any (SPEC=name)
	@$(MAKE) --no-print-directory $(JOBS_FLAG) $(MODULE) $(PRIVACY_FILES)
	@$(SPEC_ENV) PRIVACY_JOBS=$(JOBS) prove -v $(PROVE_FLAGS) t/privacy/logs.t :: $(PRIVACY_FILES)
