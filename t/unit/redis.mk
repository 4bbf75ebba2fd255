# The parts of src/redis that need no nginx: state machine, commands, replies.

REDIS_PURE := deferred_table error_words link output reply stream_reply topology
REDIS_OBJECTS := $(REDIS_PURE:%=$(UNIT_BUILD)/redis/%.o)
REDIS_PROGRAMS := $(filter $(UNIT_BUILD)/test_redis_%,$(UNIT_PROGRAMS))

$(REDIS_PROGRAMS): UNIT_EXTRA = $(REDIS_OBJECTS) -lhiredis
$(REDIS_PROGRAMS): $(REDIS_OBJECTS)

$(REDIS_OBJECTS): $(UNIT_BUILD)/redis/%.o: src/redis/%.cpp \
        $(UNIT_BUILD)/unit.settings
	@mkdir -p $(@D)
	@echo "unit: $<"
	@$(UNIT_COMPILE) -o $@ $<

-include $(wildcard $(UNIT_BUILD)/redis/*.d)
