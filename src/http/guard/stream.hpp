// The Redis stream by which the tables of several hosts are told the same:
// what is written to it, and each worker's part in reading it.

#ifndef NGX_HTTP_LOGOUT_GUARD_STREAM_HPP
#define NGX_HTTP_LOGOUT_GUARD_STREAM_HPP

#include "http/guard/zone.hpp"

#include <memory_resource>
#include <string_view>
#include <vector>

struct ngx_http_logout_main_conf_t;

namespace logout::http {

// The XADD that tells of `entry`, in `memory`, but for the views of `zone`.
// `zone` has a stream.
std::pmr::vector<std::string_view>
stream_command(const RevocationZone& zone, StreamEntry entry,
               std::pmr::memory_resource* memory);

// Tells the others, if there is a stream, of a session that was taken back
// because another one of its id began at `moment`. Nobody waits for it.
void spread_lift(ngx_http_request_t* r, RevocationZone& zone,
                 const StreamEntry& entry, Milliseconds moment);

// Finds the logout_redis of a zone's stream, if it has one. Returns false after
// saying what is wrong.
bool find_stream(ngx_conf_t* cf, RevocationZone& zone);
bool find_streams(ngx_conf_t* cf);

// Each worker's part, after its stores were created and before they are closed.
ngx_int_t start_streams(ngx_http_logout_main_conf_t* lmcf, ngx_cycle_t* cycle);
void stop_streams(ngx_http_logout_main_conf_t* lmcf);

}  // namespace logout::http

#endif
