// The one door to nginx's C headers, with what C++ code needs to use them:
// views of ngx_str_t, and what differs between nginx versions.

#ifndef NGX_HTTP_LOGOUT_NGX_HPP
#define NGX_HTTP_LOGOUT_NGX_HPP

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>
}

#include <string_view>

static_assert(__cplusplus >= 201703L, "the logout module needs C++17");


inline std::string_view to_view(const ngx_str_t& text)
{
    return {reinterpret_cast<const char*>(text.data), text.len};
}


// Borrows: the result points into `text`, which must outlive it.
inline ngx_str_t to_ngx_str(std::string_view text)
{
    return {text.size(),
            reinterpret_cast<u_char*>(const_cast<char*>(text.data()))};
}


// A pointer has no length: converting one would hide a strlen().
template <typename Character>
ngx_str_t to_ngx_str(Character*) = delete;


// Copies `text` into `pool`. Returns a string without data when the pool is
// out of memory.
inline ngx_str_t copy_to_pool(ngx_pool_t* pool, std::string_view text)
{
    ngx_str_t copy = to_ngx_str(text);

    copy.data = ngx_pstrdup(pool, &copy);
    if (copy.data == nullptr) {
        copy.len = 0;
    }

    return copy;
}

#endif
