##@ Versions

# The suite on each Debian, nginx, hiredis and server: t/matrix.

MATRIX := $(BUILD)/matrix
MATRIX_NGINX_SRC := \
    $(if $(filter command environment,$(origin NGINX_SRC)),$(NGINX_SRC))
LANES ?= bookworm-redis trixie-redis trixie-valkey \
    $(if $(MATRIX_NGINX_SRC),trixie-source)

.PHONY: matrix
matrix: dist ## the suite in clean Debians 12 and 13, with Redis and Valkey (NGINX_SRC=: the specs with that nginx, too; LANES=)
	@t/lib/tools/dependencies chroot
	@mkdir -p $(MATRIX)
	@exec $(SUDO) t/package/isolated t/matrix/run $(CHROOTS) $(DIST) \
	    $(MATRIX) '$(MATRIX_NGINX_SRC)' $(LANES)

.PHONY: matrix-readme
matrix-readme: ## put the table of `make matrix` into t/matrix/RESULTS.md
	@t/bench/readme.py ran
