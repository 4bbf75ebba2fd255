// Creates the shared memory, and gives each worker its places in it.

#include "http/status/counting_layout.hpp"

#include "http/conf.hpp"
#include "http/pool.hpp"

#include "redis/conf.hpp"

#include <exception>

using logout::redis::ServerCounters;
using logout::redis::StoreCounters;


namespace {

constexpr std::size_t least_size = 1024 * 1024;

// Places in shared memory are of use to this module only as it was compiled:
// change this with the meaning of a member of any of the structures. Their
// sizes are part of the zone's name anyway.
constexpr unsigned layout_version = 3;


Counting& counting_of(ngx_conf_t* cf)
{
    auto* const lmcf = ngx_http_logout_main_conf(cf);

    if (lmcf->counting == nullptr) {
        lmcf->counting = create_in_pool<Counting>(cf->pool);
    }

    return *lmcf->counting;
}


// Others read the list meanwhile: they see the new one complete, or not.
template <typename T>
void append(T*& list, T* last)
{
    T** place = &list;

    while (*place != nullptr) {
        place = &(*place)->next;
    }

    __atomic_store_n(place, last, __ATOMIC_RELEASE);
}


bool copy_text(ngx_slab_pool_t* slab, std::string_view text, ngx_str_t& copy)
{
    copy.len = text.size();
    copy.data = static_cast<u_char*>(
        ngx_slab_alloc_locked(slab, ngx_max(text.size(), std::size_t{1})));

    if (copy.data == nullptr) {
        return false;
    }

    ngx_memcpy(copy.data, text.data(), text.size());
    return true;
}


LocationSeries* find_series(ZoneHeader* header, const CountedLocation& location)
{
    for (auto* series = header->locations; series != nullptr;
         series = series->next) {
        if (to_view(series->location) == location.name &&
            to_view(series->protocol) == location.protocol) {
            return series;
        }
    }

    return nullptr;
}


LocationSeries* add_series(ngx_slab_pool_t* slab, ZoneHeader* header,
                           const CountedLocation& location)
{
    auto* const series = allocate_shared<LocationSeries>(slab);

    if (series == nullptr ||
        !copy_text(slab, location.name, series->location) ||
        !copy_text(slab, location.protocol, series->protocol)) {
        return nullptr;
    }

    append(header->locations, series);
    return series;
}


StoreSeries* find_series(ZoneHeader* header, std::string_view store)
{
    for (auto* series = header->stores; series != nullptr;
         series = series->next) {
        if (to_view(series->store) == store) {
            return series;
        }
    }

    return nullptr;
}


StoreSeries* add_series(ngx_slab_pool_t* slab, ZoneHeader* header,
                        std::string_view store)
{
    auto* const series = allocate_shared<StoreSeries>(slab);

    if (series == nullptr || !copy_text(slab, store, series->store)) {
        return nullptr;
    }

    append(header->stores, series);
    return series;
}


// What finds no room any more is not counted.
bool find_or_add_series(ngx_slab_pool_t* slab, ZoneHeader* header,
                        Counting& counting,
                        const std::vector<std::string_view>& stores)
{
    const SlabLock lock(slab);
    bool complete = true;

    for (const auto& location : counting.locations) {
        location->series = find_series(header, *location);

        if (location->series == nullptr) {
            location->series = add_series(slab, header, *location);
        }

        complete = complete && location->series != nullptr;
    }

    for (const std::string_view store : stores) {
        StoreSeries* series = find_series(header, store);

        if (series == nullptr) {
            series = add_series(slab, header, store);
        }

        counting.stores.push_back(series);
        complete = complete && series != nullptr;
    }

    return complete;
}


std::vector<std::string_view>
store_names(const ngx_http_logout_main_conf_t* lmcf)
{
    std::vector<std::string_view> names;

    for (const auto* const store : logout::redis::StoreConfs(lmcf->stores)) {
        names.push_back(to_view(store->name));
    }

    return names;
}


// Names of earlier configurations stay until nginx is started anew.
void log_full(ngx_log_t* log, const Counting& counting)
{
    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "the memory for the counters of logout_status, %uz bytes, is"
                  " full: not everything is counted until nginx is started"
                  " anew",
                  counting.zone->shm.size);
}


ZoneHeader* create_header(ngx_slab_pool_t* slab)
{
    const SlabLock lock(slab);
    auto* const header = allocate_shared<ZoneHeader>(slab);

    if (header != nullptr) {
        header->since = ngx_time();
    }

    // what does not fit is told in our own words
    slab->log_nomem = 0;
    return header;
}


// `zone->data` is the configuration's until here, and the header from here on.
// `old_data` is the header that an earlier configuration left.
ngx_int_t init_zone(ngx_shm_zone_t* zone, void* old_data) noexcept
{
    auto* const lmcf = static_cast<ngx_http_logout_main_conf_t*>(zone->data);
    ngx_slab_pool_t* const slab = lmcf->counting->slab();

    auto* const header = old_data != nullptr
                             ? static_cast<ZoneHeader*>(old_data)
                             : create_header(slab);
    if (header == nullptr) {
        return NGX_ERROR;
    }

    zone->data = header;

    try {
        if (!find_or_add_series(slab, header, *lmcf->counting,
                                store_names(lmcf))) {
            log_full(zone->shm.log, *lmcf->counting);
        }

        return NGX_OK;

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0, "logout: %s", e.what());
        return NGX_ERROR;
    }
}


std::size_t next_power_of_two(std::size_t number)
{
    std::size_t power = 1;

    while (power < number) {
        power *= 2;
    }

    return power;
}


// Of all stores: one that finds its servers by itself may find many.
std::size_t most_servers(const logout::redis::StoreConfs& stores)
{
    std::size_t servers = 0;

    for (const auto* const store : stores) {
        const bool finds = store->cluster || store->sentinels.nelts > 0;

        servers += finds ? counted_servers + 1 : 1;
        servers += store->sentinels.nelts;
    }

    return servers;
}


// With as many workers again: a reload starts new ones before the old are gone.
std::size_t needed_size(ngx_conf_t* cf, const Counting& counting,
                        std::size_t stores, std::size_t servers)
{
    const auto* const ccf = reinterpret_cast<ngx_core_conf_t*>(
        ngx_get_conf(cf->cycle->conf_ctx, ngx_core_module));
    const auto workers =
        static_cast<std::size_t>(ngx_max(ccf->worker_processes, 1)) * 2;

    const auto place = [&](std::size_t size) {
        return workers * next_power_of_two(size);
    };

    std::size_t size = 16 * ngx_pagesize;

    size += place(sizeof(WorkerPlace<logout::History>));
    size += stores * (place(sizeof(WorkerPlace<StoreCounters>)) + 256);
    size += servers * (place(sizeof(WorkerPlace<ServerCounters>)) + 512);

    for (const auto& location : counting.locations) {
        size += place(sizeof(WorkerPlace<logout::LocationCounters>)) + 128 +
                next_power_of_two(location->name.size() + 1);
    }

    return size;
}


// Counters of another layout are in a zone of another name.
ngx_str_t zone_name(ngx_pool_t* pool)
{
    char text[64];
    const u_char* const end = ngx_snprintf(
        reinterpret_cast<u_char*>(text), sizeof(text), "logout_%ud_%uz_%uz_%uz",
        layout_version, sizeof(WorkerPlace<logout::LocationCounters>),
        sizeof(WorkerPlace<ServerCounters>),
        sizeof(WorkerPlace<logout::History>));

    return copy_to_pool(pool,
                        {text, static_cast<std::size_t>(
                                   reinterpret_cast<const char*>(end) - text)});
}


// The place of a worker that is gone, or a new one; nullptr when there is no
// memory left.
template <typename Counters>
WorkerPlace<Counters>* take_place(ngx_slab_pool_t* slab,
                                  WorkerPlace<Counters>*& places)
{
    for (auto* place = places; place != nullptr; place = place->next) {
        if (!is_alive(place->owner)) {
            place->owner = ngx_pid;
            return place;
        }
    }

    auto* const place = allocate_shared<WorkerPlace<Counters>>(slab);

    if (place != nullptr) {
        place->owner = ngx_pid;
        append(places, place);
    }

    return place;
}


template <typename Series>
auto take_place(ngx_slab_pool_t* slab, Series* series)
{
    return series != nullptr ? take_place(slab, series->places) : nullptr;
}


template <typename Counters>
void leave_places(WorkerPlace<Counters>* places)
{
    for (auto* place = places; place != nullptr; place = place->next) {
        if (place->owner == ngx_pid) {
            place->owner = 0;
        }
    }
}


void leave_servers(const ServerList& list)
{
    for (const auto* series = list.first; series != nullptr;
         series = series->next) {
        leave_places(series->places);
    }
}


void leave_store(const StoreSeries& store)
{
    leave_places(store.places);
    leave_servers(store.servers);
    leave_servers(store.sentinels);
}

}  // namespace


StoreCounters* StoreBook::of_store()
{
    const SlabLock lock(slab_);
    auto* const place = take_place(slab_, series_);

    return place != nullptr ? &place->counters : nullptr;
}


ServerCounters* StoreBook::find_or_take(ServerList StoreSeries::*list,
                                        std::string_view name)
{
    if (series_ == nullptr) {
        return nullptr;
    }

    const SlabLock lock(slab_);
    ServerSeries* const series = find_or_add(series_->*list, name);

    return series != nullptr ? take(series) : nullptr;
}


ServerSeries* StoreBook::find_or_add(ServerList& list, std::string_view name)
{
    for (auto* series = list.first; series != nullptr; series = series->next) {
        if (to_view(series->server) == name) {
            return series;
        }
    }

    if (name != other_servers && list.count >= counted_servers) {
        return find_or_add(list, other_servers);
    }

    auto* const series = allocate_shared<ServerSeries>(slab_);

    if (series == nullptr || !copy_text(slab_, name, series->server)) {
        return nullptr;
    }

    append(list.first, series);
    ++list.count;
    return series;
}


// Several connections of a worker may be to one server, under one name.
ServerCounters* StoreBook::take(ServerSeries* series)
{
    for (std::size_t i = 0; i < taken_count_; ++i) {
        if (taken_[i].series == series) {
            return taken_[i].counters;
        }
    }

    auto* const place = take_place(slab_, series->places);

    if (place == nullptr || taken_count_ == taken_.size()) {
        return nullptr;
    }

    // what a worker before this one had is over
    place->counters.in_flight = 0;
    place->counters.users = 0;
    place->counters.down = 0;

    taken_[taken_count_++] = {series, &place->counters};
    return &place->counters;
}


CountedLocation* ngx_http_logout_count_location(ngx_conf_t* cf,
                                                std::string name,
                                                std::string_view protocol)
{
    Counting& counting = counting_of(cf);

    for (const auto& location : counting.locations) {
        if (location->name == name && location->protocol == protocol) {
            return location.get();
        }
    }

    counting.locations.push_back(std::make_unique<CountedLocation>());

    CountedLocation* const location = counting.locations.back().get();
    location->name = std::move(name);
    location->protocol = protocol;
    return location;
}


ngx_int_t ngx_http_logout_add_counting(ngx_conf_t* cf)
{
    auto* const lmcf = ngx_http_logout_main_conf(cf);

    if (lmcf->counting == nullptr || lmcf->counting->locations.empty()) {
        return NGX_OK;
    }

    Counting& counting = *lmcf->counting;
    const logout::redis::StoreConfs stores(lmcf->stores);
    const std::size_t needed =
        needed_size(cf, counting, stores.size(), most_servers(stores));

    // in large steps: counters start anew when the size changes
    const std::size_t size = ngx_max(least_size, next_power_of_two(2 * needed));

    ngx_str_t name = zone_name(cf->pool);
    if (name.data == nullptr) {
        return NGX_ERROR;
    }

    // not the module's own address as the tag: that is another one when the
    // module's file was replaced, and the counters are to outlive that, too
    counting.zone = ngx_shared_memory_add(cf, &name, size, &ngx_http_module);
    if (counting.zone == nullptr) {
        return NGX_ERROR;
    }

    counting.zone->init = init_zone;
    counting.zone->data = lmcf;
    return NGX_OK;
}


void ngx_http_logout_join_counting(ngx_http_logout_main_conf_t* lmcf,
                                   ngx_cycle_t* cycle)
{
    if (lmcf->counting == nullptr || lmcf->counting->zone == nullptr) {
        return;
    }

    Counting& counting = *lmcf->counting;
    ngx_slab_pool_t* const slab = counting.slab();
    bool complete = true;

    const SlabLock lock(slab);

    for (const auto& location : counting.locations) {
        auto* const place = take_place(slab, location->series);

        location->counters = place != nullptr ? &place->counters : nullptr;
        complete = complete && place != nullptr;
    }

    counting.history = take_place(slab, counting.header()->histories);
    complete = complete && counting.history != nullptr;

    if (!complete) {
        log_full(cycle->log, counting);
    }

    for (StoreSeries* const series : counting.stores) {
        counting.books.push_back(std::make_unique<StoreBook>(slab, series));
    }
}


logout::redis::CounterBook*
ngx_http_logout_counter_book(const ngx_http_logout_main_conf_t* lmcf,
                             std::size_t store)
{
    return lmcf->counting != nullptr && store < lmcf->counting->books.size()
               ? lmcf->counting->books[store].get()
               : nullptr;
}


void ngx_http_logout_leave_counting(ngx_http_logout_main_conf_t* lmcf)
{
    if (lmcf->counting == nullptr || lmcf->counting->zone == nullptr) {
        return;
    }

    const Counting& counting = *lmcf->counting;
    const SlabLock lock(counting.slab());

    for (const auto& location : counting.locations) {
        if (location->series != nullptr) {
            leave_places(location->series->places);
        }
    }

    for (const StoreSeries* const series : counting.stores) {
        if (series != nullptr) {
            leave_store(*series);
        }
    }

    leave_places(counting.header()->histories);
}


void ngx_http_logout_count_answer(const ngx_http_logout_main_conf_t* lmcf,
                                  const CountedLocation& location,
                                  logout::Result result,
                                  logout::RequestError error,
                                  std::size_t keys_deleted)
{
    if (location.counters != nullptr) {
        count_answer(*location.counters, result, error, keys_deleted);
    }

    const auto outcome = logout::outcome_of(result);

    if (outcome && lmcf->counting->history != nullptr) {
        note_answer(lmcf->counting->history->counters,
                    static_cast<std::uint64_t>(ngx_time()), *outcome);
    }
}


void ngx_http_logout_count_abandoned(const CountedLocation& location)
{
    if (location.counters != nullptr) {
        ++location.counters->abandoned;
    }
}


void ngx_http_logout_count_timeout(const CountedLocation& location)
{
    if (location.counters != nullptr) {
        ++location.counters->timeouts;
    }
}


void ngx_http_logout_count_event(const CountedLocation& location, bool sent)
{
    if (location.counters != nullptr) {
        ++(sent ? location.counters->events_sent
                : location.counters->events_failed);
    }
}
