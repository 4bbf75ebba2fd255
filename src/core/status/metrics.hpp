// What is counted, and how the counters of several workers become one set of
// numbers.

#ifndef LOGOUT_METRICS_HPP
#define LOGOUT_METRICS_HPP

#include "core/plan/result.hpp"
#include "core/revocation/guard.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <vector>

namespace logout {

// Room for more results and errors than there are.
constexpr std::size_t counted_results = 16;
constexpr std::size_t counted_errors = 16;

// Whether the number, which is less than the above, is one of a result or an
// error; none is not an error.
bool is_result(std::size_t number);
bool is_error(std::size_t number);

// What one worker counted of one location. Trivial, so that it can live in
// shared memory: one writer, any number of readers; all zero at first, and
// only growing.
struct LocationCounters {
    std::uint64_t results[counted_results];  // by Result
    std::uint64_t errors[counted_errors];    // by RequestError
    std::uint64_t keys_deleted;
    std::uint64_t abandoned;      // clients that left before the answer
    std::uint64_t timeouts;       // Redis was not waited for any longer
    std::uint64_t events_sent;    // accepted by Redis
    std::uint64_t events_failed;  // not accepted, or nothing is known of them
};

// One logout was answered. `keys_deleted` is how many keys existed.
inline void count_answer(LocationCounters& counters, Result result,
                         RequestError error, std::size_t keys_deleted)
{
    ++counters.results[static_cast<std::size_t>(result)];
    ++counters.errors[static_cast<std::size_t>(error)];
    counters.keys_deleted += keys_deleted;
}

// Adds what another worker counted.
void add_counters(LocationCounters& sum, const LocationCounters& more);


// The last minutes, for the eye: what was answered in each stretch of time.
enum class Outcome : std::uint8_t {
    logged_out,
    no_session,
    deferred,
    refused,
    failed,
};

constexpr std::size_t outcome_count = 5;
constexpr std::uint64_t history_step = 10;  // seconds
constexpr std::size_t history_length = 60;  // steps: ten minutes

// Nothing for what was no logout: a CORS preflight.
std::optional<Outcome> outcome_of(Result result);

// A ring of one worker; trivial like LocationCounters. One more step than is
// shown, so that what is written to is never what is read as the oldest.
struct History {
    struct Step {
        std::uint64_t number;  // seconds since the epoch / history_step
        std::uint32_t answers[outcome_count];
    };

    Step steps[history_length + 1];
};

// One logout was answered at `now`, in seconds since the epoch.
inline void note_answer(History& history, std::uint64_t now, Outcome outcome)
{
    const std::uint64_t number = now / history_step;
    History::Step& step = history.steps[number % (history_length + 1)];

    if (step.number != number) {
        step = {number, {}};
    }

    ++step.answers[static_cast<std::size_t>(outcome)];
}

// The steps up to the one of `now`, the oldest first.
using RecentAnswers =
    std::array<std::array<std::uint64_t, outcome_count>, history_length>;

// Adds what one worker noted.
void add_history(RecentAnswers& sum, const History& history, std::uint64_t now);


// The numbers of one location, over all workers.
struct LocationMetrics {
    std::string_view location;
    std::string_view protocol;
    LocationCounters counters;
};

// A counter of a Redis store whose name says which one.
struct NamedCount {
    std::string_view name;
    std::uint64_t count;
};

// The numbers of a Redis server, or of all of a logout_redis, over all workers.
struct ServerNumbers {
    explicit ServerNumbers(std::pmr::memory_resource* memory)
        : failures(memory), latency(memory)
    {
    }

    std::uint64_t workers = 0;       // that use it
    std::uint64_t workers_down = 0;  // to whom it is known to be down
    std::uint64_t in_flight = 0;

    std::uint64_t connects = 0;
    std::uint64_t established = 0;
    std::uint64_t reconnects = 0;  // of these, those that replaced another
    std::pmr::vector<NamedCount> failures;  // by kind
    std::uint64_t commands = 0;
    std::uint64_t replies = 0;
    std::uint64_t errors = 0;
    std::uint64_t unavailable = 0;
    std::uint64_t resent = 0;
    std::uint64_t unreplicated = 0;
    std::uint64_t writes = 0;

    struct Bucket {
        std::uint64_t bound;  // milliseconds
        std::uint64_t count;  // of replies that took no longer, but longer
                              // than the bound before
    };
    std::pmr::vector<Bucket> latency;
    std::uint64_t latency_over = 0;  // longer than the last bound
    std::uint64_t latency_sum = 0;   // milliseconds
};

struct ServerMetrics : ServerNumbers {
    using ServerNumbers::ServerNumbers;

    std::string_view server;  // as the log calls it
};

// A logout_redis: the sum of its servers, of `workers_down` the most, and what
// concerns none of them. Sentinels have only what concerns connections.
struct StoreMetrics : ServerNumbers {
    explicit StoreMetrics(std::pmr::memory_resource* memory)
        : ServerNumbers(memory), servers(memory), sentinels(memory)
    {
    }

    std::string_view store;
    std::uint64_t rejected = 0;
    std::uint64_t overflows = 0;
    std::pmr::vector<ServerMetrics> servers;
    std::pmr::vector<ServerMetrics> sentinels;
};

// The deletions of one logout_zone, which are done later.
struct DeferredMetrics {
    std::string_view zone;
    std::uint64_t waiting = 0;
    std::uint64_t oldest_age = 0;  // milliseconds; 0 if none waits
    std::uint64_t done = 0;
    std::uint64_t refused = 0;  // the zone was full
    std::uint64_t dropped = 0;  // they had become too old
};

// What comes to a logout_revocations from other hosts.
struct RevocationStreamMetrics {
    std::optional<std::uint64_t> age;  // milliseconds since the table was up to
                                       // date; nothing: never
    std::uint64_t received = 0;
    std::uint64_t ill_formed = 0;
    std::uint64_t lost = 0;  // times that it was trimmed or replaced
};

// One logout_revocations, and the requests that were judged by it.
struct RevocationMetrics {
    std::string_view zone;
    std::uint64_t entries = 0;
    std::uint64_t capacity = 0;
    std::uint64_t added = 0;
    std::uint64_t refused = 0;  // there was no room
    std::uint64_t lifted = 0;   // applications began sessions of the same id
    std::uint64_t requests[guard_verdicts] = {};    // by GuardVerdict
    std::optional<RevocationStreamMetrics> stream;  // where there is one
};

struct Metrics {
    explicit Metrics(std::pmr::memory_resource* memory)
        : locations(memory), stores(memory), deferred(memory),
          revocations(memory)
    {
    }

    std::string_view version;  // of the module
    std::uint64_t now = 0;     // seconds since the epoch, as `since`
    std::uint64_t since = 0;   // when counting began
    std::pmr::vector<LocationMetrics> locations;
    std::pmr::vector<StoreMetrics> stores;
    std::pmr::vector<DeferredMetrics> deferred;
    std::pmr::vector<RevocationMetrics> revocations;
    RecentAnswers recent = {};
};


enum class StatusFormat { prometheus, openmetrics, json, html };

// The format that "?format=WORD" asks for; nothing if there is none of that
// name.
std::optional<StatusFormat> find_status_format(std::string_view word);

// The format for an Accept header: what Prometheus, a browser, or a script
// asks for, and Prometheus' text format for anything else.
StatusFormat status_format(std::string_view accept);

// Static.
std::string_view content_type(StatusFormat format);

}  // namespace logout

#endif
