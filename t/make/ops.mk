# The pages and numbers for those who run nginx.

TEST_NEEDS += metrics
SHORT_TESTS += t/ops/counters.t t/ops/metrics_formats.t
