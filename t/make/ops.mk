# The pages and numbers for those who run nginx.

TEST_NEEDS += metrics modules
SHORT_TESTS += $(sort $(wildcard t/ops/*.t))
