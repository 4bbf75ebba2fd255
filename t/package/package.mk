##@ Packages

# The source as a tarball, and Debian's packages of it: t/package.

PACKAGE := $(BUILD)/package
PACKAGE_VERSION = $(shell t/package/version)
DIST = $(PACKAGE)/nginx-mod-http-logout-$(PACKAGE_VERSION).tar.gz
DEB := $(PACKAGE)/deb
OLDER_DEB := $(PACKAGE)/older-deb

# clean Debians, which belong to root
CHROOTS := $(BUILD)/chroots
DEBIAN = $(shell . /etc/os-release && echo $$VERSION_CODENAME)
SUDO = $(if $(filter-out 0,$(shell id -u)),sudo)

.PHONY: dist
dist: ## the source, build/package/nginx-mod-http-logout-VERSION.tar.gz
	@t/package/make-dist $(DIST)
	@echo "packed $(DIST)"

.PHONY: deb deb-run
deb: ## libnginx-mod-http-logout for this Debian, in build/package/deb
	@t/lib/tools/dependencies build package
	@$(MAKE) --no-print-directory deb-run

deb-run: dist
	@t/package/build-deb $(DIST) $(DEB)
	@t/package/lint-deb $(DEB)

.PHONY: test-package test-package-run
test-package: ## the package on a clean Debian: README's first day, an upgrade under load, purged
	@t/lib/tools/dependencies build test package chroot
	@$(MAKE) --no-print-directory deb-run $(FRAMEWORKS)/node_modules
	@prove $(PROVE_FLAGS) t/package/dist.t :: $(DIST)
	@t/package/build-deb --version 0.0.1 \
	    --module $(DIST:.tar.gz=)/build/ngx_http_logout_module.so \
	    $(DIST) $(OLDER_DEB)
	@$(MAKE) --no-print-directory test-package-run

test-package-run:
	@$(SUDO) t/package/make-chroot $(DEBIAN) $(CHROOTS)
	@$(SUDO) t/package/fetch-packages $(CHROOTS)/$(DEBIAN) curl \
	    $(DEB)/libnginx-mod-http-logout_*.deb
	@$(SUDO) prove $(PROVE_FLAGS) t/package/isolated.t
	@$(SUDO) env PATH="$$PATH" NODE_PATH=$(abspath $(FRAMEWORKS))/node_modules \
	    t/package/isolated --no-network prove $(PROVE_FLAGS) \
	    t/package/first_day.t t/package/upgrade.t \
	    :: $(CHROOTS)/$(DEBIAN) $(DEB) $(OLDER_DEB)

# The short form: nothing is compiled, and no Debian made.
TEST_NEEDS += package
SHORT_TESTS += t/package/package.t

clean: clean-chroots

.PHONY: clean-chroots
clean-chroots:
	@if [ -d $(CHROOTS) ]; then $(SUDO) rm -rf $(CHROOTS); fi
