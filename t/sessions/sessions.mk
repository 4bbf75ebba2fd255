##@ Sessions

# Real frameworks, logged out of through nginx: t/sessions/frameworks. What a
# browser forgets: t/sessions/expiry. Copies of cookies that the guard refuses:
# t/sessions/guard.

FRAMEWORKS := $(BUILD)/frameworks
FRAMEWORKS_SRC := t/sessions/frameworks

TEST_NEEDS += frameworks
SHORT_TESTS += $(FRAMEWORKS)/logouts $(FRAMEWORKS)/forgotten-cookies \
    $(FRAMEWORKS)/guarded

.PHONY: frameworks frameworks-run
frameworks: ## real frameworks and a browser, logged out by nginx (FRAMEWORK=name)
	@t/lib/tools/dependencies build test frameworks
	@$(MAKE) --no-print-directory frameworks-run

frameworks-run: $(MODULE) $(FRAMEWORKS)/logouts
	@$(SPEC_ENV) prove $(PROVE_FLAGS) $(FRAMEWORKS)/logouts \
	    $(if $(FRAMEWORK),:: '$(FRAMEWORK)')

.PHONY: guard-apps guard-apps-run
guard-apps: ## applications behind logout_guard, and copied cookies (APP=name)
	@t/lib/tools/dependencies build test frameworks
	@$(MAKE) --no-print-directory guard-apps-run

guard-apps-run: $(MODULE) $(FRAMEWORKS)/guarded
	@$(SPEC_ENV) prove $(PROVE_FLAGS) $(FRAMEWORKS)/guarded \
	    :: $(if $(APP),'$(APP)',--all)

$(FRAMEWORKS)/node_modules: $(FRAMEWORKS_SRC)/package.json \
        $(FRAMEWORKS_SRC)/package-lock.json
	@t/lib/tools/install-npm $(FRAMEWORKS_SRC) $(@D)

$(FRAMEWORKS)/gorilla: $(FRAMEWORKS_SRC)/apps/gorilla.go
	@mkdir -p $(@D)
	@GO111MODULE=off GOPATH=/usr/share/gocode \
	    GOCACHE=$(abspath $(@D))/go-cache go build -o $@ $<

$(FRAMEWORKS)/site.pem:
	@mkdir -p $(@D)
	@openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=127.0.0.1 \
	    -addext subjectAltName=IP:127.0.0.1 -keyout $(@D)/site.key -out $@ \
	    2>/dev/null

# $(call node_program,SCRIPT): a program that runs it with the packages
define node_program
@printf '%s\n' '#!/bin/sh' \
    'export PATH=$(abspath $(FRAMEWORKS))/node_modules/.bin:$$PATH' \
    'export NODE_PATH=$(abspath $(FRAMEWORKS))/node_modules' \
    'export NODE_EXTRA_CA_CERTS=$(abspath $(FRAMEWORKS))/site.pem' \
    'exec node $(1) $(FRAMEWORKS) "$$@"' > $@
@chmod +x $@
endef

$(FRAMEWORKS)/logouts: t/sessions/sessions.mk $(FRAMEWORKS)/node_modules \
        $(FRAMEWORKS)/gorilla $(FRAMEWORKS)/site.pem
	$(call node_program,$(FRAMEWORKS_SRC)/run.js)

$(FRAMEWORKS)/forgotten-cookies: t/sessions/sessions.mk \
        $(FRAMEWORKS)/node_modules $(FRAMEWORKS)/site.pem
	$(call node_program,t/sessions/expiry/run.js)

$(FRAMEWORKS)/guarded: t/sessions/sessions.mk $(FRAMEWORKS)/node_modules
	$(call node_program,t/sessions/guard/run.js $(BUILD)/guarded)
