#include "core/status/json.hpp"

#include "core/base/json_writer.hpp"

namespace logout {

namespace {

void write_results(const LocationCounters& counters, JsonWriter& json)
{
    json.member("results").open('{');

    for (std::size_t i = 0; i < counted_results; ++i) {
        if (is_result(i)) {
            json.member(name(static_cast<Result>(i)))
                .number(counters.results[i]);
        }
    }

    json.close('}');
    json.member("errors").open('{');

    for (std::size_t i = 0; i < counted_errors; ++i) {
        if (is_error(i)) {
            json.member(name(static_cast<RequestError>(i)))
                .number(counters.errors[i]);
        }
    }

    json.close('}');
}


void write_location(const LocationMetrics& location, JsonWriter& json)
{
    const LocationCounters& counters = location.counters;

    json.open('{');
    json.member("location").text(location.location);
    json.member("protocol").text(location.protocol);
    write_results(counters, json);
    json.member("keys_deleted").number(counters.keys_deleted);
    json.member("abandoned").number(counters.abandoned);
    json.member("timeouts").number(counters.timeouts);
    json.member("events").open('{');
    json.member("sent").number(counters.events_sent);
    json.member("failed").number(counters.events_failed);
    json.close('}');
    json.close('}');
}


void write_latency(const ServerNumbers& store, JsonWriter& json)
{
    json.member("reply_milliseconds").open('{');
    json.member("buckets").open('[');

    for (const ServerNumbers::Bucket& bucket : store.latency) {
        json.open('{');
        json.member("to").number(bucket.bound);
        json.member("count").number(bucket.count);
        json.close('}');
    }

    json.close(']');
    json.member("over").number(store.latency_over);
    json.member("sum").number(store.latency_sum);
    json.close('}');
}


void write_connections(const ServerNumbers& numbers, JsonWriter& json)
{
    json.member("workers_up").number(numbers.workers - numbers.workers_down);
    json.member("workers_down").number(numbers.workers_down);
    json.member("connects").number(numbers.connects);
    json.member("connections").number(numbers.established);
    json.member("reconnects").number(numbers.reconnects);
    json.member("failures").open('{');

    for (const NamedCount& failure : numbers.failures) {
        json.member(failure.name).number(failure.count);
    }

    json.close('}');
}


void write_numbers(const ServerNumbers& numbers, JsonWriter& json)
{
    write_connections(numbers, json);
    json.member("in_flight").number(numbers.in_flight);
    json.member("commands").number(numbers.commands);
    json.member("error_replies").number(numbers.errors);
    json.member("unanswered").number(numbers.unavailable);
    json.member("resent").number(numbers.resent);
    json.member("not_replicated").number(numbers.unreplicated);
    json.member("writes").number(numbers.writes);
    write_latency(numbers, json);
}


// `write` is for the numbers.
void write_servers(std::string_view name,
                   const std::pmr::vector<ServerMetrics>& servers,
                   void (*write)(const ServerNumbers&, JsonWriter&),
                   JsonWriter& json)
{
    json.member(name).open('[');

    for (const ServerMetrics& server : servers) {
        json.open('{');
        json.member("server").text(server.server);
        write(server, json);
        json.close('}');
    }

    json.close(']');
}


void write_store(const StoreMetrics& store, JsonWriter& json)
{
    json.open('{');
    json.member("redis").text(store.store);
    write_numbers(store, json);
    json.member("rejected").number(store.rejected);
    json.member("overflows").number(store.overflows);
    write_servers("servers", store.servers, write_numbers, json);
    write_servers("sentinels", store.sentinels, write_connections, json);
    json.close('}');
}


void write_deferred(const DeferredMetrics& deferred, JsonWriter& json)
{
    json.open('{');
    json.member("zone").text(deferred.zone);
    json.member("waiting").number(deferred.waiting);
    json.member("oldest_age_milliseconds").number(deferred.oldest_age);
    json.member("done").number(deferred.done);
    json.member("refused").number(deferred.refused);
    json.member("dropped").number(deferred.dropped);
    json.close('}');
}


void write_stream(const RevocationStreamMetrics& stream, JsonWriter& json)
{
    json.open('{');
    json.member("age_milliseconds");
    if (stream.age) {
        json.number(*stream.age);
    } else {
        json.null();
    }
    json.member("received").number(stream.received);
    json.member("ill_formed").number(stream.ill_formed);
    json.member("lost").number(stream.lost);
    json.close('}');
}


void write_revocations(const RevocationMetrics& revocations, JsonWriter& json)
{
    json.open('{');
    json.member("zone").text(revocations.zone);
    json.member("entries").number(revocations.entries);
    json.member("capacity").number(revocations.capacity);
    json.member("added").number(revocations.added);
    json.member("refused").number(revocations.refused);
    json.member("lifted").number(revocations.lifted);

    json.member("requests").open('{');
    for (std::size_t i = 0; i < guard_verdicts; ++i) {
        json.member(name(static_cast<GuardVerdict>(i)))
            .number(revocations.requests[i]);
    }
    json.close('}');

    if (revocations.stream) {
        json.member("stream");
        write_stream(*revocations.stream, json);
    }
    json.close('}');
}


void write_recent(const RecentAnswers& recent, JsonWriter& json)
{
    constexpr std::string_view names[outcome_count] = {
        "logged_out", "no_session", "deferred", "refused", "failed"};

    json.member("recent").open('{');
    json.member("step_seconds").number(history_step);

    for (std::size_t i = 0; i < outcome_count; ++i) {
        json.member(names[i]).open('[');

        for (const auto& step : recent) {
            json.number(step[i]);
        }

        json.close(']');
    }

    json.close('}');
}

}  // namespace


void write_metrics_json(const Metrics& metrics, std::pmr::string& out)
{
    JsonWriter json(out);

    json.open('{');
    json.member("version").text(metrics.version);
    json.member("now").number(metrics.now);
    json.member("since").number(metrics.since);

    json.member("locations").open('[');
    for (const LocationMetrics& location : metrics.locations) {
        write_location(location, json);
    }
    json.close(']');

    json.member("redis").open('[');
    for (const StoreMetrics& store : metrics.stores) {
        write_store(store, json);
    }
    json.close(']');

    json.member("deferred").open('[');
    for (const DeferredMetrics& deferred : metrics.deferred) {
        write_deferred(deferred, json);
    }
    json.close(']');

    json.member("revocations").open('[');
    for (const RevocationMetrics& revocations : metrics.revocations) {
        write_revocations(revocations, json);
    }
    json.close(']');

    write_recent(metrics.recent, json);
    json.close('}');
    out += '\n';
}

}  // namespace logout
