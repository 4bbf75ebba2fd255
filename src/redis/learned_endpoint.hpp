// A server whose address was learned at run time.

#ifndef LOGOUT_REDIS_ADDRESS_HPP
#define LOGOUT_REDIS_ADDRESS_HPP

#include "redis/conf.hpp"
#include "redis/ngx.hpp"

#include <cstdint>
#include <string_view>

namespace logout::redis {

// Longest host name, RFC 1035, section 2.3.4.
constexpr std::size_t host_max_length = 255;

class LearnedEndpoint {
public:
    LearnedEndpoint();

    LearnedEndpoint(const LearnedEndpoint&) = delete;
    LearnedEndpoint& operator=(const LearnedEndpoint&) = delete;

    // False: `host` is no address and no host name, nothing is changed.
    bool set(std::string_view host, std::uint16_t port);

    bool is(std::string_view host, std::uint16_t port) const
    {
        return view(endpoint_.host) == host && endpoint_.port == port;
    }

    const Endpoint& endpoint() const { return endpoint_; }

private:
    Endpoint endpoint_;
    ngx_addr_t address_;
    ngx_sockaddr_t socket_address_;
    u_char host_[host_max_length + 1];
    u_char name_[host_max_length + sizeof("[]:65535")];
};

}  // namespace logout::redis

#endif
