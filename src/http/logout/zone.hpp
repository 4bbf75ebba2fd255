// logout_zone: where deletions wait that are done later, in nginx's shared
// memory or in a file.

#ifndef NGX_HTTP_LOGOUT_ZONE_HPP
#define NGX_HTTP_LOGOUT_ZONE_HPP

#include "http/zone_file.hpp"

#include "redis/deferred_queue.hpp"
#include "redis/deferred_runner.hpp"

#include <memory>
#include <optional>
#include <string>


// One logout_zone.
struct DeferredZone {
    std::string name;  // as configured
    std::string path;  // of its file, in full; empty: none
    std::size_t size = 0;

    // once the zone is there
    std::optional<logout::redis::DeferredQueue> queue;
    logout::redis::DeferredRunner* runner = nullptr;  // of this worker

    // Second deletions that this worker had no room for and the log does not
    // have yet, and when it last spoke of them; 0: never.
    ngx_uint_t untold = 0;
    ngx_msec_t told_at = 0;

    // What `queue` is in.
    class SharedMemory;
    class FileMemory;
    std::unique_ptr<SharedMemory> shared;
    std::unique_ptr<FileMemory> file;

    DeferredZone();
    ~DeferredZone();
};


char* ngx_http_logout_zone(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

// For the module's hooks in the master: the log says what a configuration that
// lacks a zone of the one before, or the end of nginx, takes with it.
void ngx_http_logout_leave_zones(ngx_cycle_t* cycle);
void ngx_http_logout_end_zones(ngx_cycle_t* cycle);

#endif
