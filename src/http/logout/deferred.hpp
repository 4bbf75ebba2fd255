// Deletions that are done later: what a logout could not delete because Redis
// was away (logout_redis_failure defer), and what is deleted once more because
// a request in flight may have written it back (logout_again).

#ifndef NGX_HTTP_LOGOUT_DEFERRED_HPP
#define NGX_HTTP_LOGOUT_DEFERRED_HPP

#include "http/logout/zone.hpp"

#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

struct ngx_http_logout_main_conf_t;
struct ngx_http_logout_loc_conf_t;


// logout_redis_failure, as written.
struct RedisFailure {
    bool defer = false;
    std::string zone_name;  // empty: the only logout_zone
    time_t lifetime = 24 * 60 * 60;
};


// logout_again, as written.
struct Again {
    std::vector<ngx_msec_t> delays;
    std::string zone_name;
};


// What a location does later.
struct DeferredPolicy {
    DeferredZone* on_failure = nullptr;  // nullptr: the logout is refused
    time_t lifetime = 0;
    DeferredZone* again = nullptr;  // nullptr: nothing is deleted twice
    std::vector<ngx_msec_t> delays;

    // Queue what Redis did not answer. Return false if there is no policy
    // to, or no room.
    bool defer(std::string_view store, std::string_view key) const;
    bool defer_command(std::string_view store,
                       const std::pmr::vector<std::string_view>& words) const;

    // Queues the second deletions of a key. Returns false if there is no room
    // for one of them.
    bool delete_again(std::string_view store, std::string_view key) const;
};


char* ngx_http_logout_redis_failure(ngx_conf_t* cf, ngx_command_t* cmd,
                                    void* conf);
char* ngx_http_logout_again(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

// Finds the zones that the directives in force name. Returns a problem, or an
// empty string.
std::string
ngx_http_logout_compile_deferred(const ngx_http_logout_main_conf_t* lmcf,
                                 const ngx_http_logout_loc_conf_t* llcf,
                                 DeferredPolicy& policy);

// Each worker's part, after its stores were created and before they are closed.
ngx_int_t ngx_http_logout_start_deferred(ngx_http_logout_main_conf_t* lmcf,
                                         ngx_cycle_t* cycle);
void ngx_http_logout_stop_deferred(ngx_http_logout_main_conf_t* lmcf);

#endif
