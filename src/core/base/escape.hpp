// Text of others inside HTML, JSON and Prometheus' format.

#ifndef LOGOUT_ESCAPE_HPP
#define LOGOUT_ESCAPE_HPP

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

namespace logout {

// All of these append to `out`, and write U+FFFD for each byte of `text` that
// is not part of well-formed UTF-8.

// For HTML's text and for attributes in double quotes. Control characters,
// which HTML does not allow, become U+FFFD too.
void append_html(std::pmr::string& out, std::string_view text);

// A JSON string with its quotes (RFC 8259, section 7). "<", ">" and "&" are
// escaped, so that the result may stand in a page's script.
void append_json(std::pmr::string& out, std::string_view text);

// A label's value with its quotes, as in Prometheus' text format and in
// OpenMetrics.
void append_label(std::pmr::string& out, std::string_view text);

// Decimal digits.
void append_number(std::pmr::string& out, std::uint64_t number);

// `thousandths` / 1000 without trailing zeros: 1500 is "1.5".
void append_thousandths(std::pmr::string& out, std::uint64_t thousandths);

}  // namespace logout

#endif
