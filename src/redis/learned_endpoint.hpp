// A server whose address was learned at run time: what another server says of
// where it is, and what the configuration makes of that.

#ifndef LOGOUT_REDIS_ADDRESS_HPP
#define LOGOUT_REDIS_ADDRESS_HPP

#include "redis/conf.hpp"
#include "redis/ngx.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace logout::redis {

// Longest host name, RFC 1035, section 2.3.4.
constexpr std::size_t host_max_length = 255;

class LearnedEndpoint {
public:
    LearnedEndpoint();

    LearnedEndpoint(const LearnedEndpoint&) = delete;
    LearnedEndpoint& operator=(const LearnedEndpoint&) = delete;

    // As it was announced. False: `host` is no address and no host name,
    // nothing is changed. Throws std::bad_alloc.
    bool set(std::string_view host, std::uint16_t port);

    // It is reached at the host of `place`, which outlives this, at `port`.
    // Throws std::bad_alloc.
    void reach_at(const Endpoint& place, std::uint16_t port);

    // It was announced by this name, too; what is no name is ignored. Throws
    // std::bad_alloc.
    void set_other_name(std::string_view name);

    // Whether this is what was announced.
    bool is(std::string_view host, std::uint16_t port) const
    {
        return announced_host_ == host && announced_port_ == port;
    }

    const Endpoint& endpoint() const { return endpoint_; }

private:
    void name_it(std::string_view host, std::uint16_t port);

    std::string announced_host_;
    std::uint16_t announced_port_ = 0;
    std::string other_name_;

    Endpoint endpoint_;
    std::vector<ngx_addr_t> addresses_;
    std::vector<ngx_sockaddr_t> socket_addresses_;
    u_char name_[host_max_length + sizeof("[]:65535")];
};

enum class Learned {
    known,
    invalid,    // what was announced is no address
    forbidden,  // a password must not go there: "redirect_to" says so
};

// What the servers of one store announce.
class Announcements {
public:
    Announcements(const StoreConf& conf, ngx_log_t* log)
        : conf_(conf), log_(log)
    {
    }

    // Makes of what `who` has announced where the server is reached. Unless
    // it is known then, `endpoint` is not to be used. Throws std::bad_alloc.
    Learned learn(const Endpoint& who, std::string_view host,
                  std::uint16_t port, LearnedEndpoint& endpoint);

private:
    const AddressMapping* mapping_of(std::string_view host,
                                     std::uint16_t port) const;
    const Endpoint* named_by_configuration(std::string_view host) const;
    bool is_allowed(std::string_view host) const;
    void tell_forbidden(const Endpoint& who, const Endpoint& where);

    const StoreConf& conf_;
    ngx_log_t* log_;
    bool told_ = false;
    ngx_msec_t told_when_ = 0;
};

}  // namespace logout::redis

#endif
