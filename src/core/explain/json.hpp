// The explanation of a logout for programs.

#ifndef LOGOUT_EXPLAIN_JSON_HPP
#define LOGOUT_EXPLAIN_JSON_HPP

#include "core/explain/explain.hpp"

#include <memory_resource>
#include <string>

namespace logout {

// Appends one JSON object and a line feed to `out`.
void write_explanation_json(const Explanation& explanation,
                            std::pmr::string& out);

// {"problem": "..."}, for a description that could not be understood.
void write_problem_json(std::string_view problem, std::pmr::string& out);

}  // namespace logout

#endif
