#include "core/status/prometheus.hpp"

#include "core/base/escape.hpp"

#include <algorithm>

namespace logout {

namespace {

struct Family {
    std::string_view name;  // without "_total"
    std::string_view type;
    std::string_view unit;  // empty: none
    std::string_view help;
};


class Writer {
public:
    Writer(Exposition exposition, std::pmr::string& out)
        : openmetrics_(exposition == Exposition::openmetrics), out_(out)
    {
    }

    // All samples that follow are of this family.
    void begin(const Family& family)
    {
        family_ = family;

        describe("# HELP ", family.help);
        describe("# TYPE ", type());

        if (openmetrics_ && !family.unit.empty()) {
            describe("# UNIT ", family.unit);
        }
    }

    // Begins a sample; labels and the value follow.
    Writer& sample(std::string_view suffix = {})
    {
        out_ += family_.name;
        out_ += family_.type == "counter" ? "_total"
                : family_.type == "info"  ? "_info"
                                          : suffix;
        labels_ = 0;
        return *this;
    }

    Writer& label(std::string_view name, std::string_view value)
    {
        begin_label(name);
        append_label(out_, value);
        return *this;
    }

    // le="0.25"
    Writer& bound(std::uint64_t milliseconds)
    {
        begin_label("le");
        out_ += '"';
        append_thousandths(out_, milliseconds);

        // OpenMetrics writes bounds as floating point numbers
        out_ += openmetrics_ && milliseconds % 1000 == 0 ? ".0\"" : "\"";
        return *this;
    }

    void value(std::uint64_t number)
    {
        begin_value();
        append_number(out_, number);
        out_ += '\n';
    }

    void seconds(std::uint64_t milliseconds)
    {
        begin_value();
        append_thousandths(out_, milliseconds);
        out_ += '\n';
    }

    void infinity()
    {
        begin_value();
        out_ += "+Inf\n";
    }

    void end()
    {
        if (openmetrics_) {
            out_ += "# EOF\n";
        }
    }

private:
    // the text format has neither the type "info" nor names without "_total"
    std::string_view type() const
    {
        return family_.type == "info" && !openmetrics_ ? "gauge" : family_.type;
    }

    void describe(std::string_view keyword, std::string_view text)
    {
        out_ += keyword;
        out_ += family_.name;

        if (!openmetrics_) {
            out_ += family_.type == "counter" ? "_total"
                    : family_.type == "info"  ? "_info"
                                              : "";
        }

        out_ += ' ';
        out_ += text;
        out_ += '\n';
    }

    void begin_label(std::string_view name)
    {
        out_ += labels_++ == 0 ? '{' : ',';
        out_ += name;
        out_ += '=';
    }

    void begin_value() { out_ += labels_ > 0 ? "} " : " "; }

    bool openmetrics_;
    std::pmr::string& out_;
    Family family_ = {};
    unsigned labels_ = 0;
};


Writer& location_sample(Writer& writer, const LocationMetrics& location)
{
    return writer.sample()
        .label("location", location.location)
        .label("protocol", location.protocol);
}


void write_results(const Metrics& metrics, Writer& writer)
{
    writer.begin({"nginx_logout_requests", "counter", "",
                  "Logout requests answered, by $logout_result."});

    for (const LocationMetrics& location : metrics.locations) {
        for (std::size_t i = 0; i < counted_results; ++i) {
            if (is_result(i)) {
                location_sample(writer, location)
                    .label("result", name(static_cast<Result>(i)))
                    .value(location.counters.results[i]);
            }
        }
    }
}


void write_errors(const Metrics& metrics, Writer& writer)
{
    writer.begin({"nginx_logout_errors", "counter", "",
                  "Logout requests with a problem, by $logout_error."});

    for (const LocationMetrics& location : metrics.locations) {
        for (std::size_t i = 0; i < counted_errors; ++i) {
            if (is_error(i)) {
                location_sample(writer, location)
                    .label("error", name(static_cast<RequestError>(i)))
                    .value(location.counters.errors[i]);
            }
        }
    }
}


void write_location_counter(const Metrics& metrics, const Family& family,
                            std::uint64_t LocationCounters::*counter,
                            Writer& writer)
{
    writer.begin(family);

    for (const LocationMetrics& location : metrics.locations) {
        location_sample(writer, location).value(location.counters.*counter);
    }
}


void write_events(const Metrics& metrics, Writer& writer)
{
    writer.begin({"nginx_logout_events", "counter", "",
                  "Events of logout_event, by whether Redis took them."});

    for (const LocationMetrics& location : metrics.locations) {
        location_sample(writer, location)
            .label("outcome", "sent")
            .value(location.counters.events_sent);
        location_sample(writer, location)
            .label("outcome", "failed")
            .value(location.counters.events_failed);
    }
}


void write_locations(const Metrics& metrics, Writer& writer)
{
    write_results(metrics, writer);
    write_errors(metrics, writer);
    write_location_counter(metrics,
                           {"nginx_logout_keys_deleted", "counter", "",
                            "Session keys that existed and were deleted."},
                           &LocationCounters::keys_deleted, writer);
    write_location_counter(metrics,
                           {"nginx_logout_abandoned", "counter", "",
                            "Clients that left before the answer; their keys"
                            " are deleted all the same."},
                           &LocationCounters::abandoned, writer);
    write_location_counter(metrics,
                           {"nginx_logout_timeouts", "counter", "",
                            "Logouts that waited for Redis as long as"
                            " logout_timeout allows, and no longer."},
                           &LocationCounters::timeouts, writer);
    write_events(metrics, writer);
}


Writer& server_sample(Writer& writer, const StoreMetrics& store,
                      const ServerMetrics& server, std::string_view suffix = {})
{
    return writer.sample(suffix)
        .label("redis", store.store)
        .label("server", server.server);
}


// Calls `write` with a store and a server for each server.
template <typename Write>
void for_each_server(const Metrics& metrics, Write write)
{
    for (const StoreMetrics& store : metrics.stores) {
        for (const ServerMetrics& server : store.servers) {
            write(store, server);
        }
    }
}


// What concerns connections, of which sentinels have some, too.
Writer& connection_sample(Writer& writer, const StoreMetrics& store,
                          const ServerMetrics& server, std::string_view role)
{
    return server_sample(writer, store, server).label("role", role);
}


// Calls `write` with a store, a server or sentinel, and which of them it is.
template <typename Write>
void for_each_connected(const Metrics& metrics, Write write)
{
    for (const StoreMetrics& store : metrics.stores) {
        for (const ServerMetrics& server : store.servers) {
            write(store, server, "server");
        }

        for (const ServerMetrics& sentinel : store.sentinels) {
            write(store, sentinel, "sentinel");
        }
    }
}


void write_workers(const Metrics& metrics, Writer& writer)
{
    writer.begin({"nginx_logout_redis_workers", "gauge", "",
                  "Workers that use the server, by whether it is down as far"
                  " as they know."});

    for_each_connected(metrics, [&](const auto& store, const auto& server,
                                    std::string_view role) {
        connection_sample(writer, store, server, role)
            .label("state", "up")
            .value(server.workers - server.workers_down);
        connection_sample(writer, store, server, role)
            .label("state", "down")
            .value(server.workers_down);
    });
}


void write_failures(const Metrics& metrics, Writer& writer)
{
    writer.begin({"nginx_logout_redis_failures", "counter", "",
                  "Connections given up, by the reason."});

    for_each_connected(metrics, [&](const auto& store, const auto& server,
                                    std::string_view role) {
        for (const NamedCount& failure : server.failures) {
            connection_sample(writer, store, server, role)
                .label("reason", failure.name)
                .value(failure.count);
        }
    });
}


struct ServerFamily {
    Family family;
    std::uint64_t ServerNumbers::*number;
};


const ServerFamily connection_families[] = {
    {{"nginx_logout_redis_connects", "counter", "", "Attempts to connect."},
     &ServerNumbers::connects},
    {{"nginx_logout_redis_connections", "counter", "",
      "Connections that became ready for commands."},
     &ServerNumbers::established},
    {{"nginx_logout_redis_reconnects", "counter", "",
      "Connections that became ready in the place of an earlier one."},
     &ServerNumbers::reconnects},
};


const ServerFamily server_families[] = {
    {{"nginx_logout_redis_commands_in_flight", "gauge", "",
      "Commands queued or waiting for a reply."},
     &ServerNumbers::in_flight},
    {{"nginx_logout_redis_commands", "counter", "", "Commands queued."},
     &ServerNumbers::commands},
    {{"nginx_logout_redis_error_replies", "counter", "",
      "Commands that were answered with an error."},
     &ServerNumbers::errors},
    {{"nginx_logout_redis_unanswered", "counter", "",
      "Commands queued that got no reply in time."},
     &ServerNumbers::unavailable},
    {{"nginx_logout_redis_resent", "counter", "",
      "Commands sent again after a connection was lost."},
     &ServerNumbers::resent},
    {{"nginx_logout_redis_not_replicated", "counter", "",
      "Deletions that fewer replicas than wait_replicas followed in time."},
     &ServerNumbers::unreplicated},
    {{"nginx_logout_redis_writes", "counter", "",
      "System calls that sent commands."},
     &ServerNumbers::writes},
};


struct StoreFamily {
    Family family;
    std::uint64_t StoreMetrics::*number;
};


const StoreFamily store_families[] = {
    {{"nginx_logout_redis_rejected", "counter", "",
      "Commands not queued, their server being known to be down."},
     &StoreMetrics::rejected},
    {{"nginx_logout_redis_overflows", "counter", "",
      "Commands not queued, too many being in flight."},
     &StoreMetrics::overflows},
};


void write_connections(const Metrics& metrics, Writer& writer)
{
    for (const ServerFamily& family : connection_families) {
        writer.begin(family.family);
        for_each_connected(metrics, [&](const auto& store, const auto& server,
                                        std::string_view role) {
            connection_sample(writer, store, server, role)
                .value(server.*family.number);
        });
    }
}


void write_numbers(const Metrics& metrics, Writer& writer)
{
    for (const ServerFamily& family : server_families) {
        writer.begin(family.family);
        for_each_server(metrics, [&](const auto& store, const auto& server) {
            server_sample(writer, store, server).value(server.*family.number);
        });
    }

    for (const StoreFamily& family : store_families) {
        writer.begin(family.family);
        for (const StoreMetrics& store : metrics.stores) {
            writer.sample()
                .label("redis", store.store)
                .value(store.*family.number);
        }
    }
}


void write_latency(const StoreMetrics& store, const ServerMetrics& server,
                   Writer& writer)
{
    std::uint64_t count = 0;

    for (const ServerNumbers::Bucket& bucket : server.latency) {
        count += bucket.count;
        server_sample(writer, store, server, "_bucket")
            .bound(bucket.bound)
            .value(count);
    }

    count += server.latency_over;
    server_sample(writer, store, server, "_bucket")
        .label("le", "+Inf")
        .value(count);
    server_sample(writer, store, server, "_sum").seconds(server.latency_sum);
    server_sample(writer, store, server, "_count").value(count);
}


void write_latencies(const Metrics& metrics, Writer& writer)
{
    writer.begin({"nginx_logout_redis_reply_seconds", "histogram", "seconds",
                  "Time from queueing a command to its reply, in steps of a"
                  " millisecond."});

    for_each_server(metrics, [&](const auto& store, const auto& server) {
        write_latency(store, server, writer);
    });
}


void write_stores(const Metrics& metrics, Writer& writer)
{
    write_workers(metrics, writer);
    write_failures(metrics, writer);
    write_connections(metrics, writer);
    write_numbers(metrics, writer);
    write_latencies(metrics, writer);
}


struct DeferredFamily {
    Family family;
    std::uint64_t DeferredMetrics::*number;
};


const DeferredFamily deferred_families[] = {
    {{"nginx_logout_deferred_deletions", "gauge", "",
      "Deletions that wait: for Redis, or for the time of logout_again."},
     &DeferredMetrics::waiting},
    {{"nginx_logout_deferred_done", "counter", "",
      "Deletions that waited and were done."},
     &DeferredMetrics::done},
    {{"nginx_logout_deferred_refused", "counter", "",
      "Deletions that found no room in the logout_zone."},
     &DeferredMetrics::refused},
    {{"nginx_logout_deferred_dropped", "counter", "",
      "Deletions given up after having waited too long."},
     &DeferredMetrics::dropped},
};


void write_deferred(const Metrics& metrics, Writer& writer)
{
    for (const DeferredFamily& family : deferred_families) {
        writer.begin(family.family);

        for (const DeferredMetrics& deferred : metrics.deferred) {
            writer.sample()
                .label("zone", deferred.zone)
                .value(deferred.*family.number);
        }
    }

    writer.begin({"nginx_logout_deferred_oldest_age_seconds", "gauge",
                  "seconds",
                  "How long the oldest of those waiting has"
                  " waited."});

    for (const DeferredMetrics& deferred : metrics.deferred) {
        writer.sample()
            .label("zone", deferred.zone)
            .seconds(deferred.oldest_age);
    }
}

struct RevocationFamily {
    Family family;
    std::uint64_t RevocationMetrics::*number;
};


const RevocationFamily revocation_families[] = {
    {{"nginx_logout_revocations", "gauge", "",
      "Sessions in a logout_revocations that are refused."},
     &RevocationMetrics::entries},
    {{"nginx_logout_revocations_capacity", "gauge", "",
      "Sessions for which it has room."},
     &RevocationMetrics::capacity},
    {{"nginx_logout_revocations_added", "counter", "",
      "Sessions that were entered into it."},
     &RevocationMetrics::added},
    {{"nginx_logout_revocations_refused", "counter", "",
      "Sessions that found no room in it."},
     &RevocationMetrics::refused},
    {{"nginx_logout_revocations_lifted", "counter", "",
      "Sessions that an application began anew under the same id."},
     &RevocationMetrics::lifted},
};


struct StreamFamily {
    Family family;
    std::uint64_t RevocationStreamMetrics::*number;
};


const StreamFamily stream_families[] = {
    {{"nginx_logout_revocations_stream_received", "counter", "",
      "Entries that were read from the stream of a logout_revocations."},
     &RevocationStreamMetrics::received},
    {{"nginx_logout_revocations_stream_ill_formed", "counter", "",
      "Entries of the stream that were of no use."},
     &RevocationStreamMetrics::ill_formed},
    {{"nginx_logout_revocations_stream_lost", "counter", "",
      "Times that the stream was trimmed before it was read, deleted or"
      " replaced."},
     &RevocationStreamMetrics::lost},
};


void write_streams(const Metrics& metrics, Writer& writer)
{
    writer.begin({"nginx_logout_revocations_age_seconds", "gauge", "seconds",
                  "Seconds since all that Redis had was in the table; +Inf:"
                  " it never was."});

    for (const RevocationMetrics& revocations : metrics.revocations) {
        if (!revocations.stream) {
            continue;
        }

        writer.sample().label("zone", revocations.zone);
        if (revocations.stream->age) {
            writer.seconds(*revocations.stream->age);
        } else {
            writer.infinity();
        }
    }

    for (const StreamFamily& family : stream_families) {
        writer.begin(family.family);

        for (const RevocationMetrics& revocations : metrics.revocations) {
            if (revocations.stream) {
                writer.sample()
                    .label("zone", revocations.zone)
                    .value((*revocations.stream).*family.number);
            }
        }
    }
}


void write_revocations(const Metrics& metrics, Writer& writer)
{
    for (const RevocationFamily& family : revocation_families) {
        writer.begin(family.family);

        for (const RevocationMetrics& revocations : metrics.revocations) {
            writer.sample()
                .label("zone", revocations.zone)
                .value(revocations.*family.number);
        }
    }

    writer.begin(
        {"nginx_logout_guard_requests", "counter", "",
         "Requests to guarded locations, by what logout_guard found."});

    for (const RevocationMetrics& revocations : metrics.revocations) {
        for (std::size_t i = 0; i < guard_verdicts; ++i) {
            writer.sample()
                .label("zone", revocations.zone)
                .label("verdict", name(static_cast<GuardVerdict>(i)))
                .value(revocations.requests[i]);
        }
    }

    if (std::any_of(metrics.revocations.begin(), metrics.revocations.end(),
                    [](const auto& zone) { return zone.stream.has_value(); })) {
        write_streams(metrics, writer);
    }
}

}  // namespace


void write_prometheus(const Metrics& metrics, Exposition exposition,
                      std::pmr::string& out)
{
    Writer writer(exposition, out);

    writer.begin({"nginx_logout_build", "info", "", "The module's version."});
    writer.sample().label("version", metrics.version).value(1);

    writer.begin({"nginx_logout_counting_since_timestamp_seconds", "gauge",
                  "seconds", "When counting began, as seconds since 1970."});
    writer.sample().value(metrics.since);

    write_locations(metrics, writer);

    if (!metrics.stores.empty()) {
        write_stores(metrics, writer);
    }

    if (!metrics.deferred.empty()) {
        write_deferred(metrics, writer);
    }

    if (!metrics.revocations.empty()) {
        write_revocations(metrics, writer);
    }

    writer.end();
}

}  // namespace logout
