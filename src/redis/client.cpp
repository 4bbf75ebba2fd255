#include "redis/client.hpp"

#include "redis/store.hpp"

#include <new>

namespace logout::redis {

static_assert(alignof(Store) <= NGX_ALIGNMENT,
              "ngx_palloc() aligns to no more than that");


Pending* delete_key(Store* store, std::string_view key, ReplyHandler handler,
                    void* data)
{
    return store == nullptr ? nullptr : store->unlink(key, handler, data);
}


Pending* send_command(Store* store, const std::string_view* arguments,
                      std::size_t count, ReplyHandler handler, void* data)
{
    if (store == nullptr) {
        return nullptr;
    }

    return store->send(arguments, count, handler, data);
}


bool is_down(const Store* store)
{
    return store->is_down();
}


void forget(Pending* pending)
{
    pending->handler = nullptr;
}


Reply give_up(Pending* pending)
{
    forget(pending);

    if (!pending->on_hold) {
        return {ReplyStatus::unavailable, 0, {}};
    }

    return {ReplyStatus::integer, pending->integer, {}, pending->integer == 0};
}


Store* create_store(const StoreConf* conf, ngx_cycle_t* cycle,
                    CounterBook* book)
{
    void* place = ngx_palloc(cycle->pool, sizeof(Store));

    if (place == nullptr) {
        return nullptr;
    }

    try {
        return new (place) Store(*conf, cycle, book);
    } catch (const std::bad_alloc&) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "logout_redis \"%V\": out of memory", &conf->name);
        return nullptr;
    }
}


void close_store(Store* store)
{
    if (store != nullptr) {
        store->~Store();
    }
}

}  // namespace logout::redis
