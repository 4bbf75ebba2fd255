#include "http/conf.hpp"
#include "http/conf/directive.hpp"


namespace {


// Less leaves no page for a key beside the queue.
constexpr ssize_t zone_min_size = 8 * 4096;

// Each is an entry in shared memory.
constexpr std::size_t again_max_delays = 8;

// A second deletion of a key is worth nothing once new sessions have long
// replaced the one that ended.
constexpr time_t again_lifetime = 60 * 60;


// `shm->data` is this configuration's DeferredZone. `old_data` is that of the
// configuration before, which may be of another build: the queue goes on, and
// is found where every build leaves it.
ngx_int_t init_zone(ngx_shm_zone_t* shm, void* old_data)
{
    auto* const zone = static_cast<DeferredZone*>(shm->data);
    ngx_slab_pool_t* const pool = zone->pool();

    if (old_data != nullptr || shm->shm.exists) {
        zone->queue = static_cast<logout::redis::DeferredQueue*>(pool->data);
        return NGX_OK;
    }

    zone->queue = logout::redis::create_deferred_queue(pool);
    pool->data = zone->queue;

    // a zone that is full is counted, and told by the logouts it concerns
    pool->log_nomem = 0;

    return zone->queue != nullptr ? NGX_OK : NGX_ERROR;
}


// A queue of another layout is in a zone of another name.
ngx_str_t shared_name(ngx_pool_t* pool, std::string_view name)
{
    return copy_to_pool(pool, "logout_zone_" +
                                  logout::redis::deferred_layout() + "_" +
                                  std::string(name));
}


DeferredZone* find_zone(const ngx_http_logout_main_conf_t* lmcf,
                        const std::string& name, std::string& problem)
{
    const std::size_t count = lmcf->zones != nullptr ? lmcf->zones->size() : 0;

    if (name.empty() && count == 1) {
        return lmcf->zones->front();
    }

    for (std::size_t i = 0; i < count; ++i) {
        if ((*lmcf->zones)[i]->name == name) {
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


bool read_lifetime(ngx_conf_t* cf, std::string_view argument,
                   std::string_view text, time_t& lifetime)
{
    ngx_str_t value = to_ngx_str(text);

    lifetime = ngx_parse_time(&value, 1);
    return lifetime > 0 ||
           ngx_http_logout_refuse(cf, argument, "it is no time");
}


bool read_failure_parameter(ngx_conf_t* cf, std::string_view argument,
                            RedisFailure& failure)
{
    const Parameter parameter(argument);

    if (!failure.defer) {
        return ngx_http_logout_refuse(cf, argument,
                                      "only \"defer\" has parameters");
    }

    if (parameter.name == "zone" && !parameter.value.empty()) {
        failure.zone_name = parameter.value;
        return true;
    }

    if (parameter.name == "for" && !parameter.value.empty()) {
        return read_lifetime(cf, argument, parameter.value, failure.lifetime);
    }

    return ngx_http_logout_unknown_parameter(cf, "logout_redis_failure",
                                             argument, {"zone=", "for="});
}


bool read_failure(ngx_conf_t* cf, RedisFailure& failure)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const std::string_view policy = to_view(value[1]);

    if (policy != "refuse" && policy != "defer") {
        return ngx_http_logout_refuse(cf, policy, "it must be refuse or defer");
    }

    failure.defer = policy == "defer";

    for (ngx_uint_t i = 2; i < cf->args->nelts; ++i) {
        if (!read_failure_parameter(cf, to_view(value[i]), failure)) {
            return false;
        }
    }

    return true;
}


bool read_again_parameter(ngx_conf_t* cf, ngx_str_t& argument, Again& again)
{
    const Parameter parameter(to_view(argument));

    if (parameter.name == "zone" && !parameter.value.empty()) {
        again.zone_name = parameter.value;
        return true;
    }

    const ngx_int_t delay = ngx_parse_time(&argument, 0);
    if (delay == NGX_ERROR || delay == 0) {
        return ngx_http_logout_refuse(cf, to_view(argument),
                                      "it must be a time or zone=NAME");
    }

    again.delays.push_back(static_cast<ngx_msec_t>(delay));
    return true;
}


bool read_again(ngx_conf_t* cf, Again& again)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        if (!read_again_parameter(cf, value[i], again)) {
            return false;
        }
    }

    if (again.delays.empty() || again.delays.size() > again_max_delays) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_again\" takes 1 to %uz times",
                           again_max_delays);
        return false;
    }

    return true;
}


bool add_zone(ngx_conf_t* cf, ngx_http_logout_main_conf_t* lmcf)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const ssize_t size = ngx_parse_size(&value[2]);

    if (size < zone_min_size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone size \"%V\" must be a size of at least %z",
                           &value[2], zone_min_size);
        return false;
    }

    ngx_str_t name = shared_name(cf->pool, to_view(value[1]));
    if (name.data == nullptr) {
        return false;
    }

    // not the module's own address as the tag: that is another one when the
    // module's file was replaced, and the queue is to outlive that, too
    ngx_shm_zone_t* const shm = ngx_shared_memory_add(
        cf, &name, static_cast<size_t>(size), &ngx_http_module);
    if (shm == nullptr) {
        return false;
    }

    if (shm->data != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "duplicate logout_zone \"%V\"",
                           &value[1]);
        return false;
    }

    if (lmcf->zones == nullptr) {
        lmcf->zones = create_in_pool<std::vector<DeferredZone*>>(cf->pool);
    }

    auto* const zone = create_in_pool<DeferredZone>(cf->pool);

    zone->name = to_view(value[1]);
    zone->shm = shm;
    shm->init = init_zone;
    shm->data = zone;
    lmcf->zones->push_back(zone);

    return true;
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


char* ngx_http_logout_zone(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const lmcf = static_cast<ngx_http_logout_main_conf_t*>(conf);

    return ngx_http_logout_set(cf, to_view(command->name),
                               [&] { return add_zone(cf, lmcf); });
}


char* ngx_http_logout_redis_failure(ngx_conf_t* cf, ngx_command_t* command,
                                    void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->redis_failure,
                                    read_failure);
}


char* ngx_http_logout_again(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->again, read_again);
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
