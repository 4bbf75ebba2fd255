// Adds up what the workers counted.

#include "http/status/counting_layout.hpp"

#include "http/conf.hpp"

#include "core/base/version.hpp"

using logout::redis::ServerCounters;
using logout::redis::StoreCounters;


namespace {

// The word of a metric's label.
constexpr std::string_view failure_names[logout::redis::failure_kinds] = {
    "connect", "tls", "refused", "timeout", "lost", "protocol"};


void add_latency(const ServerCounters& sum, logout::ServerNumbers& numbers)
{
    using logout::redis::latency_bounds;

    for (std::size_t i = 0; i < latency_bounds.size(); ++i) {
        numbers.latency.push_back({latency_bounds[i], sum.latency[i]});
    }

    numbers.latency_over = sum.latency[latency_bounds.size()];
    numbers.latency_sum = sum.latency_sum;
}


void fill(const ServerCounters& sum, logout::ServerNumbers& numbers)
{
    numbers.in_flight = sum.in_flight;
    numbers.connects = sum.connects;
    numbers.established = sum.established;
    numbers.reconnects = sum.reconnects;
    numbers.commands = sum.commands;
    numbers.replies = sum.replies;
    numbers.errors = sum.errors;
    numbers.unavailable = sum.unavailable;
    numbers.resent = sum.resent;
    numbers.unreplicated = sum.unreplicated;
    numbers.writes = sum.writes;

    for (std::size_t i = 0; i < logout::redis::failure_kinds; ++i) {
        numbers.failures.push_back({failure_names[i], sum.failures[i]});
    }

    add_latency(sum, numbers);
}


// Returns what was counted, without what dead workers were at.
ServerCounters collect_server(const ServerSeries& series,
                              logout::ServerMetrics& metrics)
{
    ServerCounters sum = {};

    for (const auto* place = first_of(series.places); place != nullptr;
         place = first_of(place->next)) {
        ServerCounters counters = place->counters;

        if (is_alive(place->owner)) {
            metrics.workers += counters.users > 0 ? 1 : 0;
            metrics.workers_down += counters.down > 0 ? 1 : 0;
        } else {
            counters.in_flight = 0;
        }

        add_store_counters(sum, counters);
    }

    metrics.server = to_view(series.server);
    fill(sum, metrics);
    return sum;
}


// A name that a store has for its server until it knows the address, or an
// address that nobody connects to any more.
bool is_unused(const logout::ServerMetrics& metrics, const ServerCounters& sum)
{
    return metrics.workers == 0 && sum.connects == 0 && sum.commands == 0;
}


// Returns the sum, also of what is not shown.
ServerCounters collect_servers(const ServerList& list,
                               std::pmr::vector<logout::ServerMetrics>& metrics)
{
    ServerCounters sum = {};

    for (const auto* server = first_of(list.first); server != nullptr;
         server = first_of(server->next)) {
        logout::ServerMetrics& last =
            metrics.emplace_back(metrics.get_allocator().resource());
        const ServerCounters counters = collect_server(*server, last);

        add_store_counters(sum, counters);

        if (is_unused(last, counters)) {
            metrics.pop_back();
        }
    }

    return sum;
}


void collect_store(const StoreSeries& series, logout::StoreMetrics& metrics)
{
    StoreCounters own = {};

    for (const auto* place = first_of(series.places); place != nullptr;
         place = first_of(place->next)) {
        metrics.workers += is_alive(place->owner) ? 1 : 0;
        add_store_counters(own, place->counters);
    }

    fill(collect_servers(series.servers, metrics.servers), metrics);
    for (const logout::ServerMetrics& server : metrics.servers) {
        metrics.workers_down =
            ngx_max(metrics.workers_down, server.workers_down);
    }

    collect_servers(series.sentinels, metrics.sentinels);

    metrics.store = to_view(series.store);
    metrics.rejected = own.rejected;
    metrics.overflows = own.overflows;
}


void collect_location(const LocationSeries& series,
                      logout::LocationMetrics& metrics)
{
    metrics.location = to_view(series.location);
    metrics.protocol = to_view(series.protocol);

    for (const auto* place = first_of(series.places); place != nullptr;
         place = first_of(place->next)) {
        add_counters(metrics.counters, place->counters);
    }
}

void collect_deferred(DeferredZone& zone, logout::DeferredMetrics& metrics)
{
    const auto statistics = zone.queue->statistics();

    metrics.zone = zone.name;
    metrics.waiting = statistics.length;
    metrics.oldest_age = statistics.length > 0 ? statistics.oldest : 0;
    metrics.done = statistics.done;
    metrics.refused = statistics.refused;
    metrics.dropped = statistics.dropped;
}


void collect_deferred(const ngx_http_logout_main_conf_t* lmcf,
                      logout::Metrics& metrics)
{
    if (lmcf->zones == nullptr) {
        return;
    }

    for (DeferredZone* const zone : *lmcf->zones) {
        collect_deferred(*zone, metrics.deferred.emplace_back());
    }
}

void collect_revocations(const logout::http::RevocationZone& zone,
                         logout::RevocationMetrics& metrics)
{
    const logout::http::GuardCounters& counters = zone.counters();

    metrics.zone = zone.name;
    metrics.entries = zone.table().used();
    metrics.capacity = zone.table().capacity();
    metrics.added = counters.added;
    metrics.refused = counters.refused;
    metrics.lifted = counters.lifted;

    if (zone.stream) {
        metrics.stream.emplace();
        metrics.stream->age = zone.age();
        metrics.stream->received = counters.received;
        metrics.stream->ill_formed = counters.ill_formed;
        metrics.stream->lost = counters.lost;
    }

    for (std::size_t i = 0; i < logout::guard_verdicts; ++i) {
        metrics.requests[i] =
            zone.counted(static_cast<logout::GuardVerdict>(i));
    }
}


void collect_revocations(const ngx_http_logout_main_conf_t* lmcf,
                         logout::Metrics& metrics)
{
    if (lmcf->revocations == nullptr) {
        return;
    }

    for (const auto* const zone : *lmcf->revocations) {
        collect_revocations(*zone, metrics.revocations.emplace_back());
    }
}

}  // namespace


void ngx_http_logout_collect(const ngx_http_logout_main_conf_t* lmcf,
                             logout::Metrics& metrics,
                             std::pmr::memory_resource* memory)
{
    metrics.version = logout::version;
    metrics.now = static_cast<std::uint64_t>(ngx_time());
    metrics.since = metrics.now;
    collect_deferred(lmcf, metrics);
    collect_revocations(lmcf, metrics);

    if (lmcf->counting == nullptr || lmcf->counting->zone == nullptr) {
        return;
    }

    const ZoneHeader* const header = lmcf->counting->header();

    metrics.since = static_cast<std::uint64_t>(header->since);

    // only what the configuration in force counts
    for (const auto& location : lmcf->counting->locations) {
        if (location->series != nullptr) {
            collect_location(*location->series,
                             metrics.locations.emplace_back());
        }
    }

    for (const StoreSeries* const series : lmcf->counting->stores) {
        if (series != nullptr) {
            collect_store(*series, metrics.stores.emplace_back(memory));
        }
    }

    for (const auto* place = first_of(header->histories); place != nullptr;
         place = first_of(place->next)) {
        add_history(metrics.recent, place->counters, metrics.now);
    }
}
