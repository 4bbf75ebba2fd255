##@ Fuzzing

# libFuzzer targets (clang), and the same targets over their committed corpus
# under g++'s sanitizers, as a part of `make test`: t/fuzz.

FUZZ := $(BUILD)/fuzz
FUZZ_TARGETS := url allowlist parameters cookies session reply token claims \
    entry ticket
FUZZ_SECONDS ?= 60
FUZZ_CXX ?= clang++
FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_FLAGS := -std=c++17 -g -O1 -fno-omit-frame-pointer $(FUZZ_SANITIZE) \
    -Wall -Wextra -Wshadow -Isrc -It/fuzz -MMD -MP

# The part of the core that the targets reach: the corpus is replayed with
# every `make test`, and the whole core takes long to build with sanitizers.
FUZZ_CORE := allowlist/allowlist allowlist/entry allowlist/lint \
    allowlist/table base/base64 base/did_you_mean base/digest \
    base/form_encoding base/hash_index base/json base/siphash base/utf8 \
    request/parameters revocation/claims revocation/key \
    revocation/refusal revocation/stream_entry revocation/table \
    revocation/ticket session/compile session/cookies session/format \
    session/laravel session/presets session/reader session/sealed \
    session/sealed_cookie session/sightings session/signatures \
    session/transforms token/jwks token/jws_algorithm token/jws_compact \
    token/jws_key token/jwt token/public_key token/subject_identifier \
    url/forbidden_scheme url/host url/ipv4 url/ipv6 url/path_ambiguity \
    url/public_suffix url/punycode url/url
FUZZ_REDIS := error_words reply topology
FUZZ_COMMON := $(FUZZ_CORE:%=src/core/%) t/fuzz/reference_matcher \
    $(FUZZ_REDIS:%=src/redis/%)
FUZZ_OBJECTS := $(FUZZ_COMMON) $(FUZZ_TARGETS:%=t/fuzz/fuzz_%)
FUZZ_LIBS = -ljansson -lcrypto -lhiredis $(call optional,libpsl,-lpsl)

SHORT_TESTS += $(FUZZ_TARGETS:%=$(FUZZ)/replay_%)

.PHONY: fuzz fuzz-programs
fuzz: ## every fuzz target for a while, from the corpus (FUZZ_SECONDS=60, FUZZ_TARGETS=)
	@t/lib/tools/dependencies build fuzz
	@$(MAKE) --no-print-directory $(JOBS_FLAG) fuzz-programs
	@t/fuzz/run $(FUZZ) $(FUZZ_SECONDS) $(FUZZ_TARGETS)

fuzz-programs: $(FUZZ_TARGETS:%=$(FUZZ)/fuzz_%)

$(FUZZ_OBJECTS:%=$(FUZZ)/clang/%.o): $(FUZZ)/clang/%.o: %.cpp
	@mkdir -p $(@D)
	@echo "fuzz: $<"
	@$(FUZZ_CXX) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link $(UNIT_DEFINES) \
	    -c -o $@ $<

$(FUZZ_TARGETS:%=$(FUZZ)/fuzz_%): $(FUZZ)/fuzz_%: \
        $(FUZZ)/clang/t/fuzz/fuzz_%.o \
        $(FUZZ_COMMON:%=$(FUZZ)/clang/%.o)
	@$(FUZZ_CXX) $(FUZZ_SANITIZE) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS)

$(FUZZ_OBJECTS:%=$(FUZZ)/gcc/%.o) $(FUZZ)/gcc/t/fuzz/replay.o: \
        $(FUZZ)/gcc/%.o: %.cpp
	@mkdir -p $(@D)
	@echo "replay: $<"
	@$(CXX) $(FUZZ_FLAGS) $(UNIT_DEFINES) -c -o $@ $<

$(FUZZ_TARGETS:%=$(FUZZ)/replay_%): $(FUZZ)/replay_%: \
        $(FUZZ)/gcc/t/fuzz/fuzz_%.o $(FUZZ)/gcc/t/fuzz/replay.o \
        $(FUZZ_COMMON:%=$(FUZZ)/gcc/%.o)
	@$(CXX) $(FUZZ_SANITIZE) -o $@ $^ $(FUZZ_LIBS)

-include $(wildcard $(FUZZ)/*/src/*/*.d $(FUZZ)/*/src/*/*/*.d \
    $(FUZZ)/*/t/fuzz/*.d)
