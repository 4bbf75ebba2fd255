#include "redis/learned_endpoint.hpp"

namespace logout::redis {

namespace {

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
socklen_t parse_address(const u_char* host, std::uint16_t port,
                        ngx_sockaddr_t& address)
{
    const char* text = reinterpret_cast<const char*>(host);

    ngx_memzero(&address, sizeof(address));

    if (inet_pton(AF_INET, text, &address.sockaddr_in.sin_addr) == 1) {
        address.sockaddr_in.sin_family = AF_INET;
        address.sockaddr_in.sin_port = htons(port);
        return sizeof(address.sockaddr_in);
    }

#if (NGX_HAVE_INET6)
    if (inet_pton(AF_INET6, text, &address.sockaddr_in6.sin6_addr) == 1) {
        address.sockaddr_in6.sin6_family = AF_INET6;
        address.sockaddr_in6.sin6_port = htons(port);
        return sizeof(address.sockaddr_in6);
    }
#endif

    return 0;
}

}  // namespace


LearnedEndpoint::LearnedEndpoint()
{
    ngx_memzero(&endpoint_, sizeof(endpoint_));
    ngx_memzero(&address_, sizeof(address_));
}


bool LearnedEndpoint::set(std::string_view host, std::uint16_t port)
{
    if (!is_host(host) || port == 0) {
        return false;
    }

    host.copy(reinterpret_cast<char*>(host_), host.size());
    host_[host.size()] = '\0';

    bool brackets = host.find(':') != std::string_view::npos;
    u_char* end = ngx_sprintf(name_, brackets ? "[%s]:%ud" : "%s:%ud", host_,
                              static_cast<unsigned>(port));

    endpoint_.name = {static_cast<std::size_t>(end - name_), name_};
    endpoint_.host = {host.size(), host_};
    endpoint_.port = port;

    address_.socklen = parse_address(host_, port, socket_address_);
    address_.sockaddr = &socket_address_.sockaddr;
    address_.name = endpoint_.name;

    endpoint_.is_name = address_.socklen == 0;
    endpoint_.addresses = endpoint_.is_name ? nullptr : &address_;
    endpoint_.address_count = endpoint_.is_name ? 0 : 1;

    return true;
}

}  // namespace logout::redis
