#include "ngx_http_logout_conf.hpp"
#include "ngx_http_logout_pool.hpp"

#include <exception>


namespace {

char* const conf_error = static_cast<char*>(NGX_CONF_ERROR);

// Less leaves no page for a key beside the queue.
constexpr ssize_t zone_min_size = 8 * 4096;

// Each is an entry in shared memory.
constexpr std::size_t again_max_delays = 8;

// A second deletion of a key is worth nothing once new sessions have long
// replaced the one that ended.
constexpr time_t again_lifetime = 60 * 60;


// `zone->data` is this configuration's DeferredZone, `old_data` that of the
// configuration before, whose queue goes on.
ngx_int_t init_zone(ngx_shm_zone_t* shm, void* old_data)
{
    auto* const zone = static_cast<DeferredZone*>(shm->data);
    ngx_slab_pool_t* const pool = zone->pool();

    if (old_data != nullptr) {
        zone->queue = static_cast<DeferredZone*>(old_data)->queue;
        return NGX_OK;
    }

    if (shm->shm.exists) {
        zone->queue = static_cast<logout::redis::DeferredQueue*>(pool->data);
        return NGX_OK;
    }

    zone->queue = logout::redis::create_deferred_queue(pool);
    pool->data = zone->queue;

    // a zone that is full is counted, and told by the logouts it concerns
    pool->log_nomem = 0;

    return zone->queue != nullptr ? NGX_OK : NGX_ERROR;
}


std::string zone_name(const DeferredZone& zone)
{
    return std::string(to_view(zone.shm->shm.name));
}


DeferredZone* find_zone(const ngx_http_logout_main_conf_t* lmcf,
                        const std::string& name, std::string& problem)
{
    const std::size_t count = lmcf->zones != nullptr ? lmcf->zones->size() : 0;

    if (name.empty() && count == 1) {
        return lmcf->zones->front();
    }

    for (std::size_t i = 0; i < count; ++i) {
        if (zone_name(*(*lmcf->zones)[i]) == name) {
            return (*lmcf->zones)[i];
        }
    }

    if (!name.empty()) {
        problem = "unknown logout_zone \"" + name + "\"";
    } else if (count == 0) {
        problem = "a logout_zone is needed to keep deletions for later";
    } else {
        problem = "zone=NAME is needed, there are several logout_zone";
    }

    return nullptr;
}


char* refuse(ngx_conf_t* cf, const ngx_str_t& argument, const char* reason)
{
    ngx_str_t text = argument;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\": %s",
                       &text, reason);
    return conf_error;
}


// The value of "NAME=VALUE"; data is nullptr for another name.
ngx_str_t value_of(const ngx_str_t& argument, std::string_view name)
{
    const std::string_view text = to_view(argument);

    if (text.substr(0, name.size()) != name) {
        return ngx_null_string;
    }

    return to_ngx_str(text.substr(name.size()));
}


char* read_failure(ngx_conf_t* cf, RedisFailure& failure)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const std::string_view policy = to_view(value[1]);

    if (policy != "refuse" && policy != "defer") {
        return refuse(cf, value[1], "it must be refuse or defer");
    }

    failure.defer = policy == "defer";

    for (ngx_uint_t i = 2; i < cf->args->nelts; ++i) {
        const ngx_str_t zone = value_of(value[i], "zone=");
        ngx_str_t lifetime = value_of(value[i], "for=");

        if (failure.defer && zone.len > 0) {
            failure.zone_name = to_view(zone);
        } else if (failure.defer && lifetime.len > 0) {
            failure.lifetime = ngx_parse_time(&lifetime, 1);
            if (failure.lifetime <= 0) {
                return refuse(cf, value[i], "it is no time");
            }
        } else if (!failure.defer) {
            return refuse(cf, value[i], "only \"defer\" has parameters");
        } else {
            return ngx_http_logout_unknown_parameter(cf, "logout_redis_failure",
                                                     to_view(value[i]),
                                                     {"zone=", "for="});
        }
    }

    return NGX_CONF_OK;
}


char* read_again(ngx_conf_t* cf, Again& again)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const ngx_str_t zone = value_of(value[i], "zone=");

        if (zone.len > 0) {
            again.zone_name = to_view(zone);
            continue;
        }

        const ngx_int_t delay = ngx_parse_time(&value[i], 0);
        if (delay == NGX_ERROR || delay == 0) {
            return refuse(cf, value[i], "it must be a time or zone=NAME");
        }

        again.delays.push_back(static_cast<ngx_msec_t>(delay));
    }

    if (again.delays.empty() || again.delays.size() > again_max_delays) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_again\" takes 1 to %uz times",
                           again_max_delays);
        return conf_error;
    }

    return NGX_CONF_OK;
}


char* add_zone(ngx_conf_t* cf, ngx_http_logout_main_conf_t* lmcf)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const ssize_t size = ngx_parse_size(&value[2]);

    if (size < zone_min_size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone size \"%V\" must be a size of at least %z",
                           &value[2], zone_min_size);
        return conf_error;
    }

    ngx_shm_zone_t* const shm = ngx_shared_memory_add(
        cf, &value[1], static_cast<size_t>(size), &ngx_http_logout_module);
    if (shm == nullptr) {
        return conf_error;
    }

    if (shm->data != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "duplicate logout_zone \"%V\"",
                           &value[1]);
        return conf_error;
    }

    if (lmcf->zones == nullptr) {
        lmcf->zones = create_in_pool<std::vector<DeferredZone*>>(cf->pool);
    }

    auto* const zone = create_in_pool<DeferredZone>(cf->pool);

    zone->shm = shm;
    shm->init = init_zone;
    shm->data = zone;
    lmcf->zones->push_back(zone);

    return NGX_CONF_OK;
}

}  // namespace


bool DeferredPolicy::defer(std::string_view store, std::string_view key) const
{
    return on_failure != nullptr &&
           defer_key(on_failure->queue, on_failure->pool(), store, key, 0,
                     lifetime);
}


bool DeferredPolicy::defer_command(
    std::string_view store,
    const std::pmr::vector<std::string_view>& words) const
{
    return on_failure != nullptr &&
           logout::redis::defer_command(on_failure->queue, on_failure->pool(),
                                        store, words.data(), words.size(),
                                        lifetime);
}


bool DeferredPolicy::delete_again(std::string_view store,
                                  std::string_view key) const
{
    bool queued = true;

    for (const ngx_msec_t delay : delays) {
        queued = defer_key(again->queue, again->pool(), store, key, delay,
                           again_lifetime) &&
                 queued;
    }

    return queued;
}


char* ngx_http_logout_zone(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    try {
        return add_zone(cf, static_cast<ngx_http_logout_main_conf_t*>(conf));

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_zone: %s", e.what());
        return conf_error;
    }
}


char* ngx_http_logout_redis_failure(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    if (llcf->redis_failure != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    try {
        llcf->redis_failure = create_in_pool<RedisFailure>(cf->pool);
        return read_failure(cf, *llcf->redis_failure);

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_redis_failure: %s",
                           e.what());
        return conf_error;
    }
}


char* ngx_http_logout_again(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    if (llcf->again != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    try {
        llcf->again = create_in_pool<Again>(cf->pool);
        return read_again(cf, *llcf->again);

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_again: %s", e.what());
        return conf_error;
    }
}


std::string
ngx_http_logout_compile_deferred(const ngx_http_logout_main_conf_t* lmcf,
                                 const ngx_http_logout_loc_conf_t* llcf,
                                 DeferredPolicy& policy)
{
    std::string problem;

    if (llcf->redis_failure != nullptr && llcf->redis_failure->defer) {
        policy.lifetime = llcf->redis_failure->lifetime;
        policy.on_failure =
            find_zone(lmcf, llcf->redis_failure->zone_name, problem);
    }

    if (llcf->again != nullptr && problem.empty()) {
        policy.delays = llcf->again->delays;
        policy.again = find_zone(lmcf, llcf->again->zone_name, problem);
    }

    return problem;
}


ngx_int_t ngx_http_logout_start_deferred(ngx_http_logout_main_conf_t* lmcf,
                                         ngx_cycle_t* cycle)
{
    if (lmcf->zones == nullptr) {
        return NGX_OK;
    }

    for (DeferredZone* zone : *lmcf->zones) {
        zone->runner = logout::redis::start_deferred_runner(
            {zone->queue, zone->pool(), lmcf->stores, lmcf->workers,
             cycle->pool, cycle->log});

        if (zone->runner == nullptr) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void ngx_http_logout_stop_deferred(ngx_http_logout_main_conf_t* lmcf)
{
    if (lmcf->zones == nullptr) {
        return;
    }

    for (DeferredZone* zone : *lmcf->zones) {
        if (zone->runner != nullptr) {
            logout::redis::stop_deferred_runner(zone->runner);
        }
    }
}
