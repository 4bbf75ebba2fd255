##@ Style and static analysis

LINT := $(BUILD)/lint
CPP_FILES = $(MODULE_SRCS) $(MODULE_DEPS) \
    $(shell find t \( -name '*.cpp' -o -name '*.hpp' \) -not -path '*/build/*')
NGINX_INCLUDES := $(patsubst %,-isystem $(NGINX_SRC)/src/%,core event \
    event/modules os/unix http http/modules http/v2) \
    -isystem $(MODULE_BUILD)/nginx
LINT_FLAGS = -std=c++17 -Wall -Wextra -Wshadow -Wno-unused-parameter -Werror \
    $(UNIT_DEFINES) -Isrc $(NGINX_INCLUDES)

# what is analysed stays so until it, a header or the rules change
LINTED := $(MODULE_SRCS:%=$(LINT)/%.tidy) $(MODULE_SRCS:%=$(LINT)/%.gcc) \
    $(MODULE_SRCS:%=$(LINT)/%.clang)

# The short form, for `make test`: what takes seconds.
TEST_NEEDS += lint
SHORT_TESTS += t/lint/lint.t

.PHONY: lint lint-format lint-source lint-core-clang
lint: ## format, house rules, clang-tidy, warnings of g++ and clang++
	@t/lib/tools/dependencies build lint
	@$(MAKE) --no-print-directory $(JOBS_FLAG) lint-format lint-source \
	    $(MODULE) $(LINTED)
	@echo "lint: nothing to complain of"

lint-format:
	@clang-format --dry-run -Werror $(CPP_FILES)

lint-source:
	@t/lint/lint-source

lint-core-clang: $(CORE_SRCS:%=$(LINT)/%.clang-core)

$(LINTED): $(MODULE_DEPS) .clang-tidy t/lint/lint.mk | $(MODULE)

$(LINT)/%.tidy: %
	@mkdir -p $(@D)
	@echo "clang-tidy: $<"
	@clang-tidy -quiet $< -- $(LINT_FLAGS) 2>$@.log || { cat $@.log; exit 1; }
	@touch $@

$(LINT)/%.gcc: %
	@mkdir -p $(@D)
	@g++ $(LINT_FLAGS) -O1 -c -o /dev/null $<
	@touch $@

# the core needs no headers of nginx, and so nothing that is built
$(LINT)/%.clang-core: % $(wildcard src/core/*/*.hpp) t/lint/lint.mk
	@mkdir -p $(@D)
	@clang++ -std=c++17 $(UNIT_WARNINGS) $(UNIT_DEFINES) -Isrc -fsyntax-only $<
	@touch $@

$(LINT)/%.clang: %
	@mkdir -p $(@D)
	@clang++ $(LINT_FLAGS) -fsyntax-only $<
	@touch $@
