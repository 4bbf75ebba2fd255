// The directive logout_explain.

#ifndef NGX_HTTP_LOGOUT_EXPLAIN_HPP
#define NGX_HTTP_LOGOUT_EXPLAIN_HPP

#include "http/conf.hpp"

#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>


// A location with "logout".
struct ExplainedLocation {
    std::string_view name;  // as in nginx.conf
    const ngx_http_core_srv_conf_t* server;
    const ngx_http_logout_loc_conf_t* conf;
};


// One logout_explain.
struct ExplainRule {
    explicit ExplainRule(ngx_conf_t* cf) : place(cf) {}

    ConfPlace place;
    std::vector<std::string> names;  // of locations; empty: all of the server
    bool show_keys = false;
    bool unprotected = false;

    // Known when the whole configuration was read.
    const ngx_http_core_srv_conf_t* server = nullptr;
    const ngx_http_core_loc_conf_t* location = nullptr;
    std::vector<const ExplainedLocation*> explained;
    std::string page_policy;
};


// The setter of the directive.
char* ngx_http_logout_explain(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

// Notes a location of either kind, once it is merged. Returns false when there
// is no memory.
bool ngx_http_logout_note_location(ngx_conf_t* cf,
                                   ngx_http_logout_loc_conf_t* conf) noexcept;

// Once the configuration was read: finds what each logout_explain explains, and
// checks that not everybody can read it. Returns NGX_ERROR after saying what is
// wrong.
ngx_int_t ngx_http_logout_resolve_explain(ngx_conf_t* cf);

enum class Protection {
    none,
    partial,   // by allow and deny, but strangers are let in
    complete,  // strangers are refused, or asked who they are
};

// How nginx's allow and deny, auth_basic, auth_request or internal restrict who
// may use a location.
Protection ngx_http_logout_protection(const ngx_cycle_t* cycle,
                                      const ngx_http_core_loc_conf_t* location);

ngx_int_t ngx_http_logout_explain_handler(ngx_http_request_t* r);

#endif
