// What the pages for operators have in common: the head, one style sheet, and
// a Content-Security-Policy that allows nothing but that.

#ifndef LOGOUT_PAGE_FRAME_HPP
#define LOGOUT_PAGE_FRAME_HPP

#include <memory_resource>
#include <string>
#include <string_view>

namespace logout {

// The value of the Content-Security-Policy header: no script, nothing loaded,
// the style sheet by its hash, forms to the page's own origin only.
std::string page_policy();

// Appends everything up to and with the page's <h1>. With a `refresh`, in
// seconds, the page loads itself again after that time.
void open_page(std::pmr::string& out, std::string_view title, unsigned refresh);

void close_page(std::pmr::string& out);

}  // namespace logout

#endif
