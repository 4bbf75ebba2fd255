// The host and port of a web URL: DNS names, IPv4 and IPv6 addresses, written
// the one way that browsers write them.

#ifndef LOGOUT_HOST_HPP
#define LOGOUT_HOST_HPP

#include "core/url/url.hpp"

#include <cstddef>
#include <string_view>

namespace logout {

// The most that a canonical host takes: a DNS name (RFC 1035, 2.3.4).
constexpr std::size_t host_max_length = 253;

// Reads a host from the beginning of `text` and writes its canonical form to
// `out`, which has room for one byte more than host_max_length. `read` and
// `written` are set if the result is UrlRule::ok; what follows the host is not
// looked at.
UrlRule canonicalize_host(std::string_view text, char* out, std::size_t& read,
                          std::size_t& written);

// Whether `host`, in canonical form, is an IPv4 or IPv6 address.
bool is_ip_address(std::string_view host);

// Reads a port, `text` being what follows the colon, up to the end of its
// digits. Empty, zero-led and too large ones are bad.
UrlRule read_port(std::string_view text, std::size_t& read);

}  // namespace logout

#endif
