// The shared memory of all workers: counters that outlive workers and reloads.
//
// Each worker counts in places of its own, so that counting takes no lock and
// no atomic operation; who reads adds them up. A place whose worker is gone is
// taken over, with what it holds, by the next one.

#ifndef NGX_HTTP_LOGOUT_COUNTING_HPP
#define NGX_HTTP_LOGOUT_COUNTING_HPP

#include "http/ngx.hpp"

#include "core/status/metrics.hpp"

#include <memory_resource>
#include <string>
#include <string_view>

struct ngx_http_logout_main_conf_t;
struct LocationSeries;
struct Counting;

namespace logout::redis {
class CounterBook;
}


// What is counted under one name. Locations that have the same name and
// protocol share it.
struct CountedLocation {
    std::string name;
    std::string_view protocol;  // static

    LocationSeries* series = nullptr;  // in shared memory

    // This worker's place in it, once the worker started.
    logout::LocationCounters* counters = nullptr;
};


// Logouts of a location are counted under `name` from now on. The result lives
// as long as the configuration. Throws std::bad_alloc.
CountedLocation* ngx_http_logout_count_location(ngx_conf_t* cf,
                                                std::string name,
                                                std::string_view protocol);

// Once the configuration was read: creates the shared memory, if anything is
// to be counted. Returns NGX_ERROR after saying why.
ngx_int_t ngx_http_logout_add_counting(ngx_conf_t* cf);

// Before a worker creates its Redis clients, and when it has closed them.
void ngx_http_logout_join_counting(ngx_http_logout_main_conf_t* lmcf,
                                   ngx_cycle_t* cycle);
void ngx_http_logout_leave_counting(ngx_http_logout_main_conf_t* lmcf);

// Where this worker's client of a store counts; nullptr: nowhere.
logout::redis::CounterBook*
ngx_http_logout_counter_book(const ngx_http_logout_main_conf_t* lmcf,
                             std::size_t store);

// One logout was answered.
void ngx_http_logout_count_answer(const ngx_http_logout_main_conf_t* lmcf,
                                  const CountedLocation& location,
                                  logout::Result result,
                                  logout::RequestError error,
                                  std::size_t keys_deleted);

// The client left before the answer.
void ngx_http_logout_count_abandoned(const CountedLocation& location);

// Redis was not waited for any longer than logout_timeout says.
void ngx_http_logout_count_timeout(const CountedLocation& location);

// Redis took an event, or it is lost.
void ngx_http_logout_count_event(const CountedLocation& location, bool sent);

// Adds up what all workers counted. The views in `metrics` point into shared
// memory that is never given back. Throws std::bad_alloc.
void ngx_http_logout_collect(const ngx_http_logout_main_conf_t* lmcf,
                             logout::Metrics& metrics,
                             std::pmr::memory_resource* memory);

#endif
