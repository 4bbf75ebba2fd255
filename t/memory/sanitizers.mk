##@ Memory and undefined behaviour

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
    -fno-omit-frame-pointer
# nginx calls memcpy(NULL, 0) and adds to null pointers at its start, and reads
# words where they are not aligned
SANITIZE_NGINX := $(SANITIZE) \
    -fno-sanitize=nonnull-attribute,pointer-overflow,alignment

ASAN := $(abspath $(BUILD))/asan
ASAN_LOGS := $(ASAN)/logs
NGINX_SOURCE ?= $(abspath $(BUILD))/debian-nginx/source

# what of nginx the specs use, beside what it has without an option
NGINX_OPTIONS := --with-debug --with-http_v2_module \
    --with-http_auth_request_module --with-http_realip_module \
    --with-http_stub_status_module --with-http_sub_module --with-threads

ASAN_ENV = \
    ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:log_path=$(ASAN_LOGS)/report \
    UBSAN_OPTIONS=print_stacktrace=1:log_path=$(ASAN_LOGS)/report \
    LSAN_OPTIONS=suppressions=$(CURDIR)/t/memory/lsan.suppress:print_suppressions=0

# Not those that look at the module's file, which is not there (the module is
# linked into nginx), nor the one that looks at the runner itself, for which
# nginx has to fail.
ASAN_SPECS = $(filter-out t/build.t t/demo.t t/harness_own.t,$(SPECS)) \
    $(if $(SPEC),,t/ops/first_configuration.t t/ops/json_log.t \
        t/ops/metrics_formats.t t/ops/secrets.t)

.PHONY: asan asan-programs
asan: ## specs and unit tests under ASan and UBSan, nginx included (SPEC=name)
	@t/lib/tools/dependencies build test asan metrics
	@$(MAKE) --no-print-directory $(JOBS_FLAG) asan-programs \
	    UNIT_BUILD=$(BUILD)/asan/unit UNIT_FLAGS='-O1 -g $(SANITIZE)'
	@$(call report_folder,$(ASAN_LOGS))
	@$(ASAN_ENV) TEST_NGINX_BINARY=$(ASAN)/nginx/nginx \
	    t/memory/without-reports $(ASAN_LOGS) $(RUN_TESTS) $(ASAN_SPECS) \
	    $(UNIT_PROGRAMS:$(UNIT_BUILD)/%=$(BUILD)/asan/unit/%)

# $(call report_folder,FOLDER): empty, and workers of any user may write there
report_folder = rm -rf $(1) && mkdir -p -m 1777 $(1)

asan-programs: $(ASAN)/nginx/nginx unit-programs

# The whole nginx, with the module in it: only so are overflows inside a pool
# seen (NGX_DEBUG_PALLOC gives every allocation of a pool its own memory), and
# leaks reported with the names of functions.
$(ASAN)/nginx/nginx: $(ASAN)/nginx/Makefile FORCE
	@$(MAKE) --no-print-directory $(JOBS_FLAG) $(if $(V),,-s) \
	    -C $(NGINX_SOURCE) -f $< binary

$(ASAN)/nginx/Makefile: config config.make $(ASAN)/nginx.settings \
        | $(NGINX_SOURCE)
	@t/lib/tools/configure-nginx $(@D) $(NGINX_SOURCE) '$(CC)' \
	    '-O1 -g -DNGX_DEBUG_PALLOC=1 $(SANITIZE_NGINX)' \
	    '$(SANITIZE_NGINX)' --prefix=$(ASAN)/prefix $(NGINX_OPTIONS) \
	    --with-http_ssl_module --add-module=$(CURDIR)

$(ASAN)/nginx.settings: FORCE
	$(call settings,$(CC) $(SANITIZE_NGINX) $(MODULE_SRCS) $(MODULE_DEPS))

$(abspath $(BUILD))/debian-nginx/source:
	@t/lib/tools/debian-nginx-source $(@D)


# Only the module, in the installed nginx: ready in seconds, but blind inside
# pools. libstdc++ comes along because ASan aborts at the first throw otherwise.
PRELOAD := $(abspath $(BUILD))/asan-preload

# Test::Nginx::Socket files: the others know neither what to preload nor how to
# run valgrind
SOCKET_SPECS = $(shell grep -lE '^use Test::Nginx::Socket' $(SPECS))

.PHONY: asan-preload
asan-preload: ## the same for the module only: quicker, sees less
	@t/lib/tools/dependencies build test
	@$(MAKE) --no-print-directory module MODULE_BUILD=$(PRELOAD) \
	    NGX_CC_OPT='-O1 -g $(SANITIZE_NGINX)' NGX_LD_OPT='$(SANITIZE_NGINX)'
	@$(call report_folder,$(PRELOAD)/logs)
	@sed 's/leak:ngx_set_environment/&\nleak:ngx_alloc/' t/memory/lsan.suppress \
	    > $(PRELOAD)/lsan.suppress
	@$(subst $(ASAN_LOGS),$(PRELOAD)/logs,$(subst \
	    $(CURDIR)/t/,$(PRELOAD)/,$(ASAN_ENV))) \
	    TEST_NGINX_LD_PRELOAD="$$($(CC) -print-file-name=libasan.so) \
	$$($(CC) -print-file-name=libstdc++.so)" \
	    TEST_NGINX_BINARY=$(NGINX) \
	    TEST_NGINX_LOAD_MODULES=$(PRELOAD)/ngx_http_logout_module.so \
	    t/memory/without-reports $(PRELOAD)/logs $(RUN_TESTS) $(SOCKET_SPECS)


VALGRIND_LOGS := $(abspath $(BUILD))/valgrind
VALGRIND_OPTIONS := --leak-check=full --show-possibly-lost=no \
    --keep-debuginfo=yes --suppressions=$(CURDIR)/t/memory/valgrind.suppress \
    --log-file=$(VALGRIND_LOGS)/report.%p

.PHONY: valgrind
valgrind: ## t/*.t with nginx under valgrind (SPEC=name); takes minutes
	@t/lib/tools/dependencies build test valgrind
	@$(MAKE) --no-print-directory module
	@$(call report_folder,$(VALGRIND_LOGS))
	@$(SPEC_ENV) TEST_NGINX_TIMEOUT=20 TEST_NGINX_SLEEP=0.3 \
	    TEST_NGINX_USE_VALGRIND='$(VALGRIND_OPTIONS)' \
	    t/memory/without-reports $(VALGRIND_LOGS) $(RUN_TESTS) $(SOCKET_SPECS)

# The short form of it, for `make test`.
TEST_NEEDS += valgrind
SHORT_TESTS += t/memory/valgrind.t


# Where memory runs out.
SHORT_TESTS += t/memory/allocation.t
t/memory/allocation.t: $(BUILD)/memory/failing_malloc.so

$(BUILD)/memory/failing_malloc.so: t/memory/failing_malloc.c
	@mkdir -p $(@D)
	@$(CC) -O1 -Wall -Wextra -Werror -shared -fPIC -o $@ $<
