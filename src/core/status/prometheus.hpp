// The numbers for Prometheus: its text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/) and
// OpenMetrics 1.0.

#ifndef LOGOUT_METRICS_PROMETHEUS_HPP
#define LOGOUT_METRICS_PROMETHEUS_HPP

#include "core/status/metrics.hpp"

#include <memory_resource>
#include <string>

namespace logout {

enum class Exposition { text, openmetrics };

// Appends everything to `out`. Results and errors that did not occur yet are
// written as 0, so that a rate exists from the start.
void write_prometheus(const Metrics& metrics, Exposition exposition,
                      std::pmr::string& out);

}  // namespace logout

#endif
