// What a store and its servers have done in this worker.

#ifndef LOGOUT_REDIS_COUNTERS_HPP
#define LOGOUT_REDIS_COUNTERS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logout::redis {

// Why a connection was given up.
enum class FailureKind : std::uint8_t {
    connect,   // refused, unreachable, not connected in time
    tls,       // handshake failed, certificate not accepted
    refused,   // AUTH, SELECT or PING was answered with an error
    timeout,   // a command missed its deadline
    lost,      // closed by the server
    protocol,  // something that is not a reply to a command
};

constexpr std::size_t failure_kinds = 6;

// Upper bounds, in milliseconds, of the buckets of reply times; what took
// longer is in one more.
constexpr std::array<std::uint32_t, 10> latency_bounds = {
    1, 2, 5, 10, 25, 50, 100, 250, 500, 1000};

// All of these are trivial and self-contained, so that they can live in shared
// memory: one writer (the worker), any number of readers. All but the gauges
// only grow.

// Of one server of a store.
struct ServerCounters {
    std::uint64_t connects;     // attempts to connect
    std::uint64_t established;  // connections that became ready
    std::uint64_t reconnects;   // of these, those that replaced an earlier one
    std::uint64_t failures[failure_kinds];
    std::uint64_t commands;      // queued
    std::uint64_t replies;       // of any kind but errors
    std::uint64_t errors;        // error replies
    std::uint64_t unavailable;   // queued, but without a reply
    std::uint64_t resent;        // sent again after a connection was lost
    std::uint64_t unreplicated;  // deleted, but not on enough replicas in time
    std::uint64_t writes;        // system calls that sent commands
    std::uint64_t latency_sum;   // of replies, in milliseconds
    std::uint64_t latency[latency_bounds.size() + 1];

    // gauges
    std::uint64_t in_flight;
    std::uint64_t users;  // connections of the worker that are for this server
    std::uint64_t down;   // of these, those to whom it is known to be down
};

// Of a store: what concerns none of its servers.
struct StoreCounters {
    std::uint64_t rejected;   // not queued: the server is known to be down
    std::uint64_t overflows;  // not queued: too many pending
};

// Who keeps what a store counts, in shared memory, say.
class CounterBook {
public:
    // All live as long as the store; nullptr: there is no room for them.
    virtual StoreCounters* of_store() = 0;
    virtual ServerCounters* of_server(std::string_view name) = 0;
    virtual ServerCounters* of_sentinel(std::string_view name) = 0;

protected:
    ~CounterBook() = default;
};

inline void count_latency(ServerCounters& counters, std::uint64_t milliseconds)
{
    std::size_t bucket = 0;

    while (bucket < latency_bounds.size() &&
           milliseconds > latency_bounds[bucket]) {
        bucket++;
    }

    counters.latency[bucket]++;
    counters.latency_sum += milliseconds;
}

}  // namespace logout::redis

#endif
