// IPv4 addresses in dotted decimal form.

#ifndef LOGOUT_IPV4_HPP
#define LOGOUT_IPV4_HPP

#include <array>
#include <cstdint>
#include <string_view>

namespace logout {

using Ipv4Address = std::array<std::uint8_t, 4>;

// Reads an address (RFC 3986, 3.2.2, IPv4address): four numbers from 0 to 255
// without leading zeros, which some readers take for octal.
bool parse_ipv4(std::string_view text, Ipv4Address& address);

}  // namespace logout

#endif
