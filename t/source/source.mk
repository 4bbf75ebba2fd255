##@ Another nginx

# nginx as somebody else builds it: from its source and without TLS, with clang,
# so that nothing of Debian's build is taken for granted. A tree of another
# version is given with NGINX_SOURCE=; FROM_SOURCE_TLS=1 builds it with TLS.
FROM_SOURCE := $(abspath $(BUILD))/from-source
FROM_SOURCE_CC := clang
FROM_SOURCE_FLAGS := -O0 -g
FROM_SOURCE_OPTIONS = --prefix=$(FROM_SOURCE)/prefix $(NGINX_OPTIONS) \
    $(if $(FROM_SOURCE_TLS),--with-http_ssl_module)

FROM_SOURCE_ENV = TEST_NGINX_BINARY=$(FROM_SOURCE)/nginx/nginx \
    TEST_NGINX_LOAD_MODULES=$(FROM_SOURCE)/ngx_http_logout_module.so

SOURCE_SPECS = $(filter-out t/build.t $(if $(FROM_SOURCE_TLS),,$(TLS_SPECS)), \
    $(SPECS))
TLS_SPECS := t/redis_conf.t t/redis_hostile.t t/redis_tls.t t/site_data.t

.PHONY: test-source from-source
test-source: ## specs with an nginx from source, without TLS (NGINX_SOURCE=, SPEC=name)
	@t/lib/tools/dependencies build test source
	@$(MAKE) --no-print-directory from-source
	@$(FROM_SOURCE_ENV) $(RUN_TESTS) $(SOURCE_SPECS)

from-source: | $(NGINX_SOURCE)
	@$(MAKE) --no-print-directory $(JOBS_FLAG) module \
	    MODULE_BUILD=$(FROM_SOURCE) NGINX_SRC=$(NGINX_SOURCE) \
	    CC=$(FROM_SOURCE_CC) NGX_CC_OPT='$(FROM_SOURCE_FLAGS)' NGX_LD_OPT= \
	    NGX_OPTIONS='$(FROM_SOURCE_OPTIONS)'
	@$(MAKE) --no-print-directory $(JOBS_FLAG) $(if $(V),,-s) \
	    -C $(NGINX_SOURCE) -f $(FROM_SOURCE)/nginx/Makefile binary

# The short form, for `make test`.
TEST_NEEDS += source
SHORT_TESTS += t/source/without_tls.t
t/source/without_tls.t: from-source
