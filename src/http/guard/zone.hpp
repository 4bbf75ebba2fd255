// logout_revocations: the table of what has ended, in memory that all workers
// share.

#ifndef NGX_HTTP_LOGOUT_GUARD_ZONE_HPP
#define NGX_HTTP_LOGOUT_GUARD_ZONE_HPP

#include "http/ngx.hpp"

#include "core/revocation/guard.hpp"

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
};

// One logout_revocations. Lives as long as the configuration.
class RevocationZone {
public:
    std::string name;
    time_t lifetime = 0;  // for=, in seconds
    ngx_shm_zone_t* shm = nullptr;

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
