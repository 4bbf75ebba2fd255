#include "redis/learned_endpoint.hpp"

namespace logout::redis {

namespace {

constexpr ngx_msec_t tell_interval = 60 * 1000;


bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
           c == ':';
}


// What a server says is not believed before it goes into the log.
bool is_host(std::string_view host)
{
    if (host.empty() || host.size() > host_max_length) {
        return false;
    }

    for (char c : host) {
        if (!is_host_character(c)) {
            return false;
        }
    }

    return true;
}


// Returns the length of the socket address; 0: `host` is not an address.
socklen_t parse_address(const std::string& host, std::uint16_t port,
                        ngx_sockaddr_t& address)
{
    ngx_memzero(&address, sizeof(address));

    if (inet_pton(AF_INET, host.c_str(), &address.sockaddr_in.sin_addr) == 1) {
        address.sockaddr_in.sin_family = AF_INET;
        address.sockaddr_in.sin_port = htons(port);
        return sizeof(address.sockaddr_in);
    }

#if (NGX_HAVE_INET6)
    if (inet_pton(AF_INET6, host.c_str(), &address.sockaddr_in6.sin6_addr) ==
        1) {
        address.sockaddr_in6.sin6_family = AF_INET6;
        address.sockaddr_in6.sin6_port = htons(port);
        return sizeof(address.sockaddr_in6);
    }
#endif

    return 0;
}


bool same_name(std::string_view one, std::string_view other)
{
    return one.size() == other.size() &&
           ngx_strncasecmp(ngx_text(one).data, ngx_text(other).data,
                           one.size()) == 0;
}


// `pattern` is a name, or "*." and what the name ends with.
bool fits(std::string_view name, std::string_view pattern)
{
    if (pattern.front() != '*') {
        return same_name(name, pattern);
    }

    const std::string_view end = pattern.substr(1);

    return name.size() > end.size() &&
           same_name(name.substr(name.size() - end.size()), end);
}

}  // namespace


LearnedEndpoint::LearnedEndpoint()
{
    ngx_memzero(&endpoint_, sizeof(endpoint_));
}


bool LearnedEndpoint::set(std::string_view host, std::uint16_t port)
{
    if (!is_host(host) || port == 0) {
        return false;
    }

    announced_host_ = host;
    announced_port_ = port;
    other_name_.clear();
    socket_addresses_.resize(1);
    addresses_.resize(1);

    ngx_memzero(&endpoint_, sizeof(endpoint_));
    endpoint_.host = ngx_text(announced_host_);
    endpoint_.port = port;
    name_it(host, port);

    ngx_addr_t& address = addresses_.front();

    address.socklen =
        parse_address(announced_host_, port, socket_addresses_.front());
    address.sockaddr = &socket_addresses_.front().sockaddr;
    address.name = endpoint_.name;

    endpoint_.is_name = address.socklen == 0;
    endpoint_.addresses = endpoint_.is_name ? nullptr : addresses_.data();
    endpoint_.address_count = endpoint_.is_name ? 0 : 1;

    return true;
}


void LearnedEndpoint::reach_at(const Endpoint& place, std::uint16_t port)
{
    socket_addresses_.resize(place.address_count);
    addresses_.resize(place.address_count);
    name_it(view(place.host), port);

    for (ngx_uint_t i = 0; i < place.address_count; ++i) {
        const ngx_addr_t& from = place.addresses[i];

        ngx_memcpy(&socket_addresses_[i], from.sockaddr, from.socklen);
        addresses_[i].sockaddr = &socket_addresses_[i].sockaddr;
        addresses_[i].socklen = from.socklen;
        addresses_[i].name = endpoint_.name;
        ngx_inet_set_port(addresses_[i].sockaddr, port);
    }

    if (!same_name(view(place.host), announced_host_)) {
        set_other_name(announced_host_);
    }

    endpoint_.host = place.host;
    endpoint_.port = port;
    endpoint_.is_name = place.is_name;
    endpoint_.addresses = addresses_.data();
    endpoint_.address_count = place.address_count;
}


void LearnedEndpoint::set_other_name(std::string_view name)
{
    if (is_host(name)) {
        other_name_ = name;
        endpoint_.other_name = ngx_text(other_name_);
    }
}


void LearnedEndpoint::name_it(std::string_view host, std::uint16_t port)
{
    const bool brackets = host.find(':') != std::string_view::npos;
    const ngx_str_t text = ngx_text(host);
    const u_char* const end =
        ngx_snprintf(name_, sizeof(name_), brackets ? "[%V]:%ud" : "%V:%ud",
                     &text, static_cast<unsigned>(port));

    endpoint_.name = {static_cast<std::size_t>(end - name_), name_};
}


Learned Announcements::learn(const Endpoint& who, std::string_view host,
                             std::uint16_t port, LearnedEndpoint& endpoint)
{
    if (!endpoint.set(host, port)) {
        return Learned::invalid;
    }

    if (const AddressMapping* const mapping = mapping_of(host, port)) {
        endpoint.reach_at(mapping->place,
                          mapping->keeps_port ? port : mapping->place.port);
        return Learned::known;
    }

    if (const Endpoint* const known = named_by_configuration(host)) {
        endpoint.reach_at(*known, port);
        return Learned::known;
    }

    if (!is_allowed(host)) {
        tell_forbidden(who, endpoint.endpoint());
        return Learned::forbidden;
    }

    return Learned::known;
}


// One for this port comes before one for all ports of the host.
const AddressMapping* Announcements::mapping_of(std::string_view host,
                                                std::uint16_t port) const
{
    const auto* const mappings =
        static_cast<const AddressMapping*>(conf_.address_map.elts);
    const AddressMapping* of_host = nullptr;

    for (ngx_uint_t i = 0; i < conf_.address_map.nelts; ++i) {
        if (!same_name(view(mappings[i].host), host)) {
            continue;
        }
        if (mappings[i].port == port) {
            return &mappings[i];
        }
        if (mappings[i].keeps_port) {
            of_host = &mappings[i];
        }
    }

    return of_host;
}


// Its addresses are known, and whoever wrote it down trusts it.
const Endpoint*
Announcements::named_by_configuration(std::string_view host) const
{
    const auto* const servers =
        static_cast<const Endpoint*>(conf_.servers.elts);
    const auto* const mappings =
        static_cast<const AddressMapping*>(conf_.address_map.elts);

    for (ngx_uint_t i = 0; i < conf_.servers.nelts; ++i) {
        if (same_name(view(servers[i].host), host)) {
            return &servers[i];
        }
    }

    for (ngx_uint_t i = 0; i < conf_.address_map.nelts; ++i) {
        if (same_name(view(mappings[i].place.host), host)) {
            return &mappings[i].place;
        }
    }

    return nullptr;
}


bool Announcements::is_allowed(std::string_view host) const
{
    if (!conf_.redirects_are_bound) {
        return true;
    }

    ngx_sockaddr_t address;

    if (parse_address(std::string(host), 1, address) != 0) {
        return ngx_cidr_match(&address.sockaddr,
                              const_cast<ngx_array_t*>(
                                  &conf_.redirect_networks)) == NGX_OK;
    }

    const auto* const names =
        static_cast<const ngx_str_t*>(conf_.redirect_names.elts);

    for (ngx_uint_t i = 0; i < conf_.redirect_names.nelts; ++i) {
        if (fits(host, view(names[i]))) {
            return true;
        }
    }

    return false;
}


void Announcements::tell_forbidden(const Endpoint& who, const Endpoint& where)
{
    if (told_ && ngx_current_msec - told_when_ < tell_interval) {
        return;
    }

    told_ = true;
    told_when_ = ngx_current_msec;
    ngx_log_error(NGX_LOG_ERR, log_, 0,
                  "logout_redis \"%V\": %V sends to %V, which \"redirect_to\""
                  " does not allow",
                  &conf_.name, &who.name, &where.name);
}

}  // namespace logout::redis
