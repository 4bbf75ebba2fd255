// logout_revocations: the table of what has ended, in memory that all workers
// share.

#ifndef NGX_HTTP_LOGOUT_GUARD_ZONE_HPP
#define NGX_HTTP_LOGOUT_GUARD_ZONE_HPP

#include "http/conf/place.hpp"
#include "http/ngx.hpp"

#include "core/revocation/guard.hpp"
#include "core/revocation/stream_entry.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout::http {

// What the workers count, beside the table: each worker mostly has a line of
// its own.
struct GuardCounters {
    struct alignas(64) Line {
        std::atomic<std::uint64_t> verdicts[guard_verdicts];
    };

    static constexpr std::size_t line_count = 16;

    std::size_t table_size;
    Line lines[line_count];
    std::atomic<std::uint64_t> added;     // entries made
    std::atomic<std::uint64_t> refused;   // entries for which there was no room
    std::atomic<std::uint64_t> lifted;    // entries taken back
    std::atomic<std::uint64_t> reported;  // when that was logged, in seconds

    // Of the stream.
    std::atomic<std::uint64_t> received;    // entries that were of use
    std::atomic<std::uint64_t> ill_formed;  // entries that were not
    std::atomic<std::uint64_t> lost;        // times that it was cut or replaced

    // Who reads the stream, and until when without a sign of life, as
    // ngx_current_msec. With the zone's lock.
    ngx_pid_t leader;
    ngx_msec_t leader_until;
};

// What a logout_revocations shares with other hosts.
struct RevocationStream {
    std::string redis;  // the name of a logout_redis
    std::string key;
    ConfPlace place;
    std::optional<std::size_t> store;  // its index, once it is known
    ngx_msec_t stale = 10000;          // in milliseconds
};

class StreamReader;

// One logout_revocations. Lives as long as the configuration.
class RevocationZone {
public:
    std::string name;
    time_t lifetime = 0;  // for=, in seconds
    ngx_shm_zone_t* shm = nullptr;
    std::optional<RevocationStream> stream;
    StreamReader* reader = nullptr;  // of this worker

    const RevocationTable& table() const { return *table_; }

    // When the session was ended that this stands for; nothing if it was not.
    std::optional<Revocation> find(RevocationKind kind, std::string_view realm,
                                   std::string_view value) const;

    // Ends it, for all workers, from the return of this call on.
    TableChange revoke(RevocationKind kind, std::string_view realm,
                       std::string_view value);

    // Takes that back if it happened before `moment`: an application that was
    // not shown the session has begun one of the same id.
    bool lift(RevocationKind kind, std::string_view realm,
              std::string_view value, Milliseconds moment);

    // An entry of the stream, whatever its kind.
    void revoke(const StreamEntry& entry);
    void lift(const StreamEntry& entry);

    // Where the reader of the stream is, whichever worker it is.
    void set_stream_place(const StreamPlace& place);

    // All that Redis had at that moment, as ngx_current_msec, is in the table;
    // or nobody knows any more.
    void set_up_to_date(ngx_msec_t moment);
    void set_not_up_to_date() { table_->set_stream_answered(0); }

    // Milliseconds since the table was up to date; nothing if it never was.
    std::optional<ngx_msec_t> age() const;

    // With a stream, and a table that is older than stale=.
    bool is_stale() const;

    // Whether this worker is the one that reads the stream now; it stays so as
    // long as it asks every two seconds.
    bool lead();

    // Lets another worker lead at once, if this one does.
    void stop_leading();

    GuardCounters& mutable_counters() const { return *counters_; }

    void count(GuardVerdict verdict) const;

    // The sums over all workers.
    std::uint64_t counted(GuardVerdict verdict) const;
    const GuardCounters& counters() const { return *counters_; }

    // nginx has the memory: makes a table in it, or finds the one that is
    // there already.
    ngx_int_t attach(bool exists);

private:
    ngx_slab_pool_t* slab() const
    {
        return reinterpret_cast<ngx_slab_pool_t*>(shm->shm.addr);
    }

    ngx_int_t create(ngx_slab_pool_t* pool);
    void note(TableChange change) const;
    void report_full() const;

    std::optional<RevocationTable> table_;
    GuardCounters* counters_ = nullptr;
};

// The zones of a configuration, in the order in which they are written.
using RevocationZones = std::vector<RevocationZone*>;

// Now, by nginx's clock.
Milliseconds now_in_milliseconds();

// The zone of that name; nullptr if there is none.
RevocationZone* find_zone(const RevocationZones* zones, std::string_view name);

}  // namespace logout::http

char* ngx_http_logout_revocations(ngx_conf_t* cf, ngx_command_t* cmd,
                                  void* conf);

#endif
