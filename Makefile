# Every command a person or CI needs: `make help` lists them.
#
# All output goes to build/. Nothing is installed, except by `make dependencies`
# and by the targets that say so.
#
# Further targets live in t/*/NAME.mk, one file per subject beside what it builds,
# each with its `## ` help lines. A fragment joins `make test` by appending programs that
# speak TAP and take a few seconds each, as paths from here; a rule may build
# them:
#
#     SHORT_TESTS += build/fuzz/replay
#     build/fuzz/replay: t/fuzz/replay.cpp
#             ...

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := module
MAKEFLAGS += --no-builtin-rules

ifneq ($(words $(CURDIR)),1)
$(error nginx's build cannot handle the space in "$(CURDIR)": move this folder)
endif

# nginx's sources or headers: Debian's nginx-dev, or an unpacked nginx of the
# version that will load the module, and options for its configure
NGINX_SRC ?= /usr/share/nginx/src
NGX_OPTIONS ?=

# the nginx that runs the tests and for which `make install` installs
NGINX ?= $(firstword $(wildcard /usr/sbin/nginx /usr/local/nginx/sbin/nginx) \
                     nginx)

JOBS ?= $(shell nproc)
JOBS_FLAG = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

BUILD := build
CORE_SRCS := $(wildcard src/core/*/*.cpp)
MODULE_SRCS := $(CORE_SRCS) $(wildcard src/redis/*.cpp src/http/*.cpp \
    src/http/*/*.cpp)
MODULE_DEPS := $(wildcard src/core/*/*.hpp src/redis/*.hpp src/http/*.hpp \
    src/http/*/*.hpp)

FORCE:
.PHONY: FORCE


##@ Building

# A lane with other flags builds into a folder of its own, by calling make with
# MODULE_BUILD and the flags set.
MODULE_BUILD ?= $(BUILD)
MODULE := $(abspath $(MODULE_BUILD)/ngx_http_logout_module.so)

NGX_CC_OPT ?= -g -O2 -fstack-protector-strong -Wformat \
    -Werror=format-security -D_FORTIFY_SOURCE=2
NGX_LD_OPT ?= -Wl,-z,relro -Wl,-z,now

.PHONY: module
module: $(MODULE) ## the module, build/ngx_http_logout_module.so (NGINX_SRC=, CC=, V=1)

# nginx's makefile knows what depends on which header, so it always runs; only
# a change of what configure sees makes configure run. An nginx that has loaded
# the module keeps the file it has.
$(MODULE): $(MODULE_BUILD)/nginx/Makefile FORCE
	@$(MAKE) --no-print-directory $(JOBS_FLAG) $(if $(V),,-s) -C $(NGINX_SRC) \
	    -f $(abspath $<) modules
	@cmp -s $(<D)/$(@F) $@ || \
	    { cp --remove-destination $(<D)/$(@F) $@ && echo "built $@"; }

$(MODULE_BUILD)/nginx/Makefile: config config.make \
        src/http/ngx_http_logout.map $(MODULE_BUILD)/module.settings \
        $(wildcard $(NGINX_SRC)/conf_flags)
	@t/lib/tools/configure-nginx $(abspath $(@D)) $(NGINX_SRC) '$(CC)' \
	    '$(NGX_CC_OPT)' '$(NGX_LD_OPT)' $(NGX_OPTIONS) \
	    --add-dynamic-module=$(CURDIR)

# $(call settings,TEXT): a file that changes only when TEXT does
define settings
@mkdir -p $(@D)
@printf '%s\n' '$(strip $(1))' | cmp -s - $@ \
    || printf '%s\n' '$(strip $(1))' > $@
endef

$(MODULE_BUILD)/module.settings: FORCE
	$(call settings,$(NGINX_SRC) $(CC) $(NGX_CC_OPT) $(NGX_LD_OPT) \
	    $(NGX_OPTIONS) $(MODULE_SRCS) $(MODULE_DEPS))

.PHONY: install
install: $(MODULE) ## install the module where nginx looks for it (DESTDIR=)
	@modules=$(DESTDIR)$$(t/lib/tools/nginx-modules-path $(NGINX)); \
	install -d "$$modules"; \
	install -m 644 $(MODULE) "$$modules/"; \
	echo "installed $$modules/$(notdir $(MODULE))"; \
	echo "nginx.conf: load_module modules/$(notdir $(MODULE));"

.PHONY: clean
clean: ## remove everything that was built
	rm -rf $(BUILD)

.PHONY: dependencies
dependencies: ## install the Debian packages for building and testing
	@t/lib/tools/dependencies build test


##@ Testing

UNIT_BUILD ?= $(BUILD)/unit
UNIT_FLAGS ?= -O1 -g
UNIT_PROGRAMS := $(patsubst t/unit/%.cpp,$(UNIT_BUILD)/%, \
                            $(wildcard t/unit/test_*.cpp))
UNIT_CORE := $(patsubst src/core/%.cpp,$(UNIT_BUILD)/core/%.o,$(CORE_SRCS))
UNIT_WARNINGS := -Wall -Wextra -Wshadow -Werror

# $(call optional,PACKAGE,TEXT): TEXT if pkg-config finds PACKAGE
optional = $(shell pkg-config --exists $(1) 2>/dev/null && echo '$(2)')

UNIT_DEFINES = $(eval UNIT_DEFINES := \
    $(call optional,libpsl,-DLOGOUT_HAVE_LIBPSL))$(UNIT_DEFINES)
UNIT_LIBS = $(eval UNIT_LIBS := -lcmocka -ljansson -lcrypto \
    $(call optional,libpsl,-lpsl))$(UNIT_LIBS)

export CMOCKA_MESSAGE_OUTPUT := TAP

.PHONY: unit unit-programs
unit: ## the tests of src/core, with cmocka (TEST=name runs t/unit/test_name.cpp)
	@$(MAKE) --no-print-directory $(JOBS_FLAG) unit-programs
	@prove $(PROVE_FLAGS) \
	    $(if $(TEST),$(UNIT_BUILD)/test_$(TEST),$(UNIT_PROGRAMS))

unit-programs: $(UNIT_PROGRAMS)

UNIT_COMPILE = $(CXX) -std=c++17 $(UNIT_FLAGS) $(UNIT_WARNINGS) \
    $(UNIT_DEFINES) -Isrc -It/unit -MMD -MP -c

# an archive, so that each program links what it uses of the core
UNIT_ARCHIVE := $(UNIT_BUILD)/core.a

$(UNIT_PROGRAMS): %: %.o $(UNIT_ARCHIVE)
	@$(CXX) $(UNIT_FLAGS) -o $@ $< $(UNIT_EXTRA) $(UNIT_ARCHIVE) $(UNIT_LIBS)

$(UNIT_PROGRAMS:=.o): $(UNIT_BUILD)/%.o: t/unit/%.cpp $(UNIT_BUILD)/unit.settings
	@echo "unit: $<"
	@$(UNIT_COMPILE) -o $@ $<

$(UNIT_ARCHIVE): $(UNIT_CORE)
	@rm -f $@
	@ar rcs $@ $^

$(UNIT_CORE): $(UNIT_BUILD)/core/%.o: src/core/%.cpp $(UNIT_BUILD)/unit.settings
	@mkdir -p $(@D)
	@echo "unit: $<"
	@$(UNIT_COMPILE) -o $@ $<

$(UNIT_BUILD)/unit.settings: FORCE
	$(call settings,$(CXX) $(UNIT_FLAGS) $(CORE_SRCS))

-include $(wildcard $(UNIT_BUILD)/*.d $(UNIT_BUILD)/core/*/*.d)


# What the tests of the module need to know. A lane sets it otherwise.
SPEC_ENV ?= TEST_NGINX_BINARY=$(NGINX) TEST_NGINX_LOAD_MODULES=$(MODULE)
SPECS := $(if $(SPEC),$(SPEC:%=t/%.t),$(sort $(wildcard t/*.t)))
RUN_TESTS = t/lib/tools/run-tests --jobs $(JOBS) $(if $(V),--verbose)

.PHONY: specs
specs: $(MODULE) ## t/*.t, with nginx and Redis (SPEC=name runs t/name.t, V=1)
	@$(SPEC_ENV) $(RUN_TESTS) $(SPECS)

# Fragments append: packages as t/lib/tools/dependencies names their purpose,
# and programs.
TEST_NEEDS := build test
SHORT_TESTS :=

-include t/*/*.mk

# what cannot run on this Debian
export LEFT_OUT := $(shell t/lib/tools/left-out)
SHORT_TESTS := $(filter-out $(LEFT_OUT),$(SHORT_TESTS))

.PHONY: test test-dependencies check check-programs
test: test-dependencies ## install what is missing, build, run all tests, sum up
	@$(MAKE) --no-print-directory check

test-dependencies:
	@t/lib/tools/dependencies $(sort $(TEST_NEEDS))

check: ## the same without installing anything
	@$(MAKE) --no-print-directory $(JOBS_FLAG) check-programs
	@t/lib/tools/left-out --reasons | sed -n '/^package:/!s/^/not run: /p'
	@$(SPEC_ENV) $(RUN_TESTS) $(UNIT_PROGRAMS) $(SPECS) $(SHORT_TESTS)

check-programs: $(MODULE) $(UNIT_PROGRAMS) $(SHORT_TESTS)


##@ Help

.PHONY: help
help: ## this list
	@awk '/^##@ / { printf "\n%s\n", substr($$0, 5) } \
	    /^[a-z][a-z-]*:.*## / { \
	        name = $$0; sub(/:.*/, "", name); \
	        text = $$0; sub(/.*## /, "", text); \
	        printf "  make %-16s %s\n", name, text }' \
	    $(filter %Makefile %.mk,$(MAKEFILE_LIST))
