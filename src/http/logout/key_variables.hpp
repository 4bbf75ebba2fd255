// The variables that a key is made of: $logout_session_id and its like, which
// have a value only meanwhile.

#ifndef HTTP_LOGOUT_KEY_VARIABLES_HPP
#define HTTP_LOGOUT_KEY_VARIABLES_HPP

#include "http/ngx.hpp"
#include "http/pool.hpp"

#include <string_view>

struct LogoutContext;


struct KeyVariables {
    std::string_view session_id = {};
    std::string_view token = {};
    std::string_view sid = {};
    std::string_view sub = {};
    std::string_view iss = {};
    std::string_view email = {};
};


// As long as this lives, the request of `context` has `variables`. nginx keeps
// what it computes for the whole request, but what is made of these differs
// from one session to the next: when this ends, all variables of nginx are as
// they were before. Throws std::bad_alloc.
class KeyScope {
public:
    KeyScope(LogoutContext& context, const KeyVariables& variables);
    ~KeyScope();

    KeyScope(const KeyScope&) = delete;
    KeyScope& operator=(const KeyScope&) = delete;

private:
    void save();
    void restore();

    LogoutContext& context_;
    ngx_uint_t count_;
    ngx_http_variable_value_t* saved_;

#if (NGX_PCRE)
    ngx_uint_t ncaptures_;
    int* captures_;
    u_char* captures_data_;
    bool realloc_captures_;
#endif
};


// Notes that the request asked for one of these variables outside of a
// KeyScope: what nginx keeps since then may have been made without it.
// Throws std::bad_alloc.
void ngx_http_logout_note_early_use(ngx_http_request_t* r);

// Whether it did.
bool ngx_http_logout_was_used_early(const ngx_http_request_t* r);

// Counts a key in `store` that could not be made for this reason.
void ngx_http_logout_refuse_early_use(LogoutContext& context,
                                      std::size_t store) noexcept;

#endif
