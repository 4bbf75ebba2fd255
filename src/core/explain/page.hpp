// The explanation of a logout for people: a form, and what came of it.

#ifndef LOGOUT_EXPLAIN_PAGE_HPP
#define LOGOUT_EXPLAIN_PAGE_HPP

#include "core/explain/explain.hpp"
#include "core/explain/request.hpp"

#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// Appends the page to `out`: the form with what was filled in, the problem or
// the explanation if there is one.
void write_explain_page(const std::vector<std::string_view>& locations,
                        const DescribedRequest& described,
                        std::string_view problem,
                        const Explanation* explanation, std::pmr::string& out);

}  // namespace logout

#endif
