// IPv6 addresses as RFC 3986 writes them and browsers serialize them.

#ifndef LOGOUT_IPV6_HPP
#define LOGOUT_IPV6_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logout {

using Ipv6Address = std::array<std::uint16_t, 8>;

// The longest text of an address.
constexpr std::size_t ipv6_max_length = 39;

// Reads an address (RFC 3986, 3.2.2, IPv6address), without brackets. A zone
// id and anything beside the address makes it malformed.
bool parse_ipv6(std::string_view text, Ipv6Address& address);

// Writes the form of RFC 5952, section 4, and WHATWG's IPv6 serializer (lower
// case, the longest run of zeros as "::", no dotted quad) to `out`, which has
// room for ipv6_max_length bytes. Returns the number of bytes.
std::size_t write_ipv6(const Ipv6Address& address, char* out);

}  // namespace logout

#endif
