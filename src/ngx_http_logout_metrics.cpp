// Adds up what the workers counted.

#include "ngx_http_logout_counting_layout.hpp"

#include "ngx_http_logout_conf.hpp"

#include "core/logout_version.hpp"

using logout::redis::StoreCounters;


namespace {

// The word of a metric's label.
constexpr std::string_view failure_names[logout::redis::failure_kinds] = {
    "connect", "tls", "refused", "timeout", "lost", "protocol"};


void add_latency(const StoreCounters& sum, logout::StoreMetrics& metrics)
{
    using logout::redis::latency_bounds;

    for (std::size_t i = 0; i < latency_bounds.size(); ++i) {
        metrics.latency.push_back({latency_bounds[i], sum.latency[i]});
    }

    metrics.latency_over = sum.latency[latency_bounds.size()];
    metrics.latency_sum = sum.latency_sum;
}


void collect_store(const StoreSeries& series, logout::StoreMetrics& metrics)
{
    StoreCounters sum = {};

    for (const auto* place = first_of(series.places); place != nullptr;
         place = first_of(place->next)) {
        StoreCounters counters = place->counters;

        if (is_alive(place->owner)) {
            ++metrics.workers;
        } else {
            counters.in_flight = 0;
            counters.down = 0;
        }

        add_store_counters(sum, counters);
    }

    metrics.store = to_view(series.store);
    metrics.workers_down = sum.down;
    metrics.in_flight = sum.in_flight;
    metrics.connects = sum.connects;
    metrics.established = sum.established;
    metrics.commands = sum.commands;
    metrics.replies = sum.replies;
    metrics.errors = sum.errors;
    metrics.unavailable = sum.unavailable;
    metrics.rejected = sum.rejected;
    metrics.overflows = sum.overflows;
    metrics.resent = sum.resent;
    metrics.writes = sum.writes;

    for (std::size_t i = 0; i < logout::redis::failure_kinds; ++i) {
        metrics.failures.push_back({failure_names[i], sum.failures[i]});
    }

    add_latency(sum, metrics);
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

void collect_deferred(const DeferredZone& zone,
                      logout::DeferredMetrics& metrics)
{
    const auto statistics =
        logout::redis::deferred_statistics(zone.queue, zone.pool());

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

    for (const DeferredZone* const zone : *lmcf->zones) {
        collect_deferred(*zone, metrics.deferred.emplace_back());
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
