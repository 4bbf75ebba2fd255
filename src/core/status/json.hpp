// The numbers for scripts.

#ifndef LOGOUT_METRICS_JSON_HPP
#define LOGOUT_METRICS_JSON_HPP

#include "core/status/metrics.hpp"

#include <memory_resource>
#include <string>

namespace logout {

// Appends one JSON object and a line feed to `out`.
void write_metrics_json(const Metrics& metrics, std::pmr::string& out);

}  // namespace logout

#endif
