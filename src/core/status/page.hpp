// The numbers for people: a page that draws the last minutes and how long
// Redis takes.

#ifndef LOGOUT_STATUS_PAGE_HPP
#define LOGOUT_STATUS_PAGE_HPP

#include "core/status/metrics.hpp"

#include <memory_resource>
#include <string>
#include <string_view>

namespace logout {

struct StatusPage {
    std::string_view host;     // of the machine, for the title
    unsigned refresh_seconds;  // 0: the page stays as it is
};

// Appends the page to `out`.
void write_status_page(const Metrics& metrics, const StatusPage& page,
                       std::pmr::string& out);

}  // namespace logout

#endif
