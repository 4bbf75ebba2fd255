// What is in the shared memory, for the files that create and read it.

#ifndef NGX_HTTP_LOGOUT_COUNTING_LAYOUT_HPP
#define NGX_HTTP_LOGOUT_COUNTING_LAYOUT_HPP

#include "http/status/counting.hpp"
#include "http/slab_lock.hpp"

#include "redis/counters.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <vector>


// A place of one worker. Places are never given back, so that a list of them
// can be read while another process adds to it.
template <typename Counters>
struct WorkerPlace {
    WorkerPlace* next;
    ngx_pid_t owner;  // 0: free
    Counters counters;
};


struct LocationSeries {
    LocationSeries* next;
    WorkerPlace<logout::LocationCounters>* places;
    ngx_str_t location;
    ngx_str_t protocol;
};


struct ServerSeries {
    ServerSeries* next;
    WorkerPlace<logout::redis::ServerCounters>* places;
    ngx_str_t server;
};


struct ServerList {
    ServerSeries* first;
    std::size_t count;
};


struct StoreSeries {
    StoreSeries* next;
    WorkerPlace<logout::redis::StoreCounters>* places;
    ServerList servers;
    ServerList sentinels;
    ngx_str_t store;
};


// A store's servers come and go: further ones are counted together. So are
// further sentinels.
constexpr std::size_t counted_servers = 64;
constexpr std::string_view other_servers = "other";


// This worker's places for a store and its servers.
class StoreBook final : public logout::redis::CounterBook {
public:
    StoreBook(ngx_slab_pool_t* slab, StoreSeries* series)
        : slab_(slab), series_(series)
    {
    }

    logout::redis::StoreCounters* of_store() override;

    logout::redis::ServerCounters* of_server(std::string_view name) override
    {
        return find_or_take(&StoreSeries::servers, name);
    }

    logout::redis::ServerCounters* of_sentinel(std::string_view name) override
    {
        return find_or_take(&StoreSeries::sentinels, name);
    }

private:
    struct Taken {
        const ServerSeries* series;
        logout::redis::ServerCounters* counters;
    };

    logout::redis::ServerCounters* find_or_take(ServerList StoreSeries::*list,
                                                std::string_view name);
    ServerSeries* find_or_add(ServerList& list, std::string_view name);
    logout::redis::ServerCounters* take(ServerSeries* series);

    ngx_slab_pool_t* slab_;
    StoreSeries* series_;  // nullptr: there was no room for it
    std::array<Taken, 2 * (counted_servers + 1)> taken_ = {};
    std::size_t taken_count_ = 0;
};


struct ZoneHeader {
    time_t since;
    LocationSeries* locations;
    StoreSeries* stores;
    WorkerPlace<logout::History>* histories;
};


// What the configuration counts, and in a worker, where.
struct Counting {
    std::vector<std::unique_ptr<CountedLocation>> locations;
    ngx_shm_zone_t* zone = nullptr;

    std::vector<StoreSeries*> stores;  // in the order of the main conf's
    std::vector<std::unique_ptr<StoreBook>> books;  // ditto

    WorkerPlace<logout::History>* history = nullptr;

    ZoneHeader* header() const { return static_cast<ZoneHeader*>(zone->data); }

    ngx_slab_pool_t* slab() const
    {
        return reinterpret_cast<ngx_slab_pool_t*>(zone->shm.addr);
    }
};


// Zeroed; nullptr when there is no memory left. The lock is held.
template <typename T>
T* allocate_shared(ngx_slab_pool_t* slab)
{
    return static_cast<T*>(ngx_slab_calloc_locked(slab, sizeof(T)));
}


// For lists that another process may add to at any time.
template <typename T>
T* first_of(T* const& place)
{
    return __atomic_load_n(&place, __ATOMIC_ACQUIRE);
}


// Whether a place belongs to a worker that runs.
inline bool is_alive(ngx_pid_t process)
{
    return process != 0 && (kill(process, 0) == 0 || errno != ESRCH);
}


template <typename Counters>
void add_store_counters(Counters& sum, const Counters& more)
{
    static_assert(std::is_trivially_copyable_v<Counters> &&
                      sizeof(Counters) % sizeof(std::uint64_t) == 0,
                  "it must be nothing but numbers");

    std::array<std::uint64_t, sizeof(sum) / sizeof(std::uint64_t)> numbers;
    decltype(numbers) others;

    std::memcpy(numbers.data(), &sum, sizeof(sum));
    std::memcpy(others.data(), &more, sizeof(more));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] += others[i];
    }
    std::memcpy(&sum, numbers.data(), sizeof(sum));
}

#endif
