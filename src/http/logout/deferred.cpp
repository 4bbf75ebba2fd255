#include "http/conf.hpp"
#include "http/conf/directive.hpp"


namespace {


// Each is an entry in shared memory.
constexpr std::size_t again_max_delays = 8;

// A second deletion of a key is worth nothing once new sessions have long
// replaced the one that ended.
constexpr time_t again_lifetime = 60 * 60;


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


}  // namespace


bool DeferredPolicy::defer(std::string_view store, std::string_view key) const
{
    return on_failure != nullptr &&
           on_failure->queue->defer_key(store, key, lifetime);
}


bool DeferredPolicy::defer_command(
    std::string_view store,
    const std::pmr::vector<std::string_view>& words) const
{
    return on_failure != nullptr &&
           on_failure->queue->defer_command(store, words.data(), words.size(),
                                            lifetime);
}


bool DeferredPolicy::delete_again(std::string_view store,
                                  std::string_view key) const
{
    bool queued = true;

    for (const ngx_msec_t delay : delays) {
        queued =
            again->queue->defer_key_again(store, key, delay, again_lifetime) &&
            queued;
    }

    return queued;
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
            {&*zone->queue, lmcf->stores, lmcf->workers, cycle->pool,
             cycle->log});

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
