##@ Revocations

# What killed processes and threads make of the table of revocations, and what
# a million entries take.

REVOCATION := $(BUILD)/revocation
REVOCATION_PROGRAMS := $(patsubst %,$(REVOCATION)/%,kill large race step)
REVOCATION_FLAGS := -std=c++17 -g -O2 $(UNIT_WARNINGS) -Isrc
REVOCATION_RACING := src/core/base/siphash.cpp src/core/revocation/table.cpp

SHORT_TESTS += $(filter-out %/race,$(REVOCATION_PROGRAMS)) \
    t/revocation/race-tap

.PHONY: revocation
revocation: $(REVOCATION_PROGRAMS) ## the table: 10,000 killed, 1,000,000,000 look-ups, races, cost; takes minutes
	@prove $(PROVE_FLAGS) -v $(REVOCATION)/step
	@prove $(PROVE_FLAGS) -v $(REVOCATION)/kill :: 10000
	@prove $(PROVE_FLAGS) -v t/revocation/race-tap :: 1000000
	@prove $(PROVE_FLAGS) -v $(REVOCATION)/large :: 1000000000 cost

t/revocation/race-tap: $(REVOCATION)/race

$(REVOCATION)/race: REVOCATION_FLAGS += -fsanitize=thread
$(REVOCATION)/race: $(REVOCATION_RACING)
$(filter-out %/race,$(REVOCATION_PROGRAMS)): $(UNIT_ARCHIVE)

$(REVOCATION_PROGRAMS): $(REVOCATION)/%: t/revocation/%.cpp \
        t/revocation/tap.hpp t/revocation/revocation.mk \
        $(REVOCATION_RACING:.cpp=.hpp)
	@mkdir -p $(@D)
	@echo "revocation: $<"
	@$(CXX) $(REVOCATION_FLAGS) -o $@ $(filter %.cpp %.a,$^) -pthread
