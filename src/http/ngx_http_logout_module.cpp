#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/explain/explain.hpp"
#include "http/guard/stream.hpp"
#include "http/conf/redis_block.hpp"
#include "http/status/handler.hpp"
#include "http/conf/timer_resolution.hpp"
#include "http/conf/words.hpp"

#include <sys/random.h>

#include <stdexcept>


namespace {

char* ngx_http_logout(ngx_conf_t* cf, ngx_command_t* cmd, void* conf);

ngx_int_t ngx_http_logout_preconfiguration(ngx_conf_t* cf);
void* ngx_http_logout_create_main_conf(ngx_conf_t* cf);
void* ngx_http_logout_create_loc_conf(ngx_conf_t* cf);
char* ngx_http_logout_merge_loc_conf(ngx_conf_t* cf, void* parent, void* child);
ngx_int_t ngx_http_logout_postconfiguration(ngx_conf_t* cf);
ngx_int_t ngx_http_logout_init_module(ngx_cycle_t* cycle);
ngx_int_t ngx_http_logout_init_process(ngx_cycle_t* cycle);
void ngx_http_logout_exit_process(ngx_cycle_t* cycle);

char* ngx_http_logout_check_token_size(ngx_conf_t* cf, void* post, void* data);

ngx_conf_post_t ngx_http_logout_token_size_bounds = {
    ngx_http_logout_check_token_size,
};

// clang-format off

ngx_conf_enum_t ngx_http_logout_bad_requests[] = {
    { ngx_string("error"),
      static_cast<ngx_uint_t>(logout::BadRequestPolicy::page) },
    { ngx_string("default"),
      static_cast<ngx_uint_t>(logout::BadRequestPolicy::default_url) },
    { ngx_string("refuse"),
      static_cast<ngx_uint_t>(logout::BadRequestPolicy::refuse) },
    { ngx_null_string, 0 }
};

ngx_conf_enum_t ngx_http_logout_cross_sites[] = {
    { ngx_string("navigation"),
      static_cast<ngx_uint_t>(logout::CrossSitePolicy::navigation) },
    { ngx_string("same-site"),
      static_cast<ngx_uint_t>(logout::CrossSitePolicy::same_site) },
    { ngx_string("same-origin"),
      static_cast<ngx_uint_t>(logout::CrossSitePolicy::same_origin) },
    { ngx_string("any"),
      static_cast<ngx_uint_t>(logout::CrossSitePolicy::any) },
    { ngx_null_string, 0 }
};

ngx_conf_enum_t ngx_http_logout_log_levels[] = {
    { ngx_string("info"), NGX_LOG_INFO },
    { ngx_string("notice"), NGX_LOG_NOTICE },
    { ngx_string("warn"), NGX_LOG_WARN },
    { ngx_string("error"), NGX_LOG_ERR },
    { ngx_null_string, 0 }
};

ngx_conf_bitmask_t ngx_http_logout_method_names[] = {
    { ngx_string("GET"), NGX_HTTP_GET },
    { ngx_string("POST"), NGX_HTTP_POST },
    { ngx_string("DELETE"), NGX_HTTP_DELETE },
    { ngx_null_string, 0 }
};

constexpr ngx_uint_t ngx_http_logout_any_level =
    NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF;

ngx_command_t ngx_http_logout_commands[] = {

    { ngx_string("logout"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_logout,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_redis"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_http_logout_redis_block,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_client"),
      ngx_http_logout_any_level|NGX_CONF_BLOCK|NGX_CONF_TAKE1,
      ngx_http_logout_client_block,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_jwks"),
      ngx_http_logout_any_level|NGX_CONF_2MORE,
      ngx_http_logout_jwks,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_max_token_size"),
      ngx_http_logout_any_level|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_logout_loc_conf_t, max_token_size),
      &ngx_http_logout_token_size_bounds },

    { ngx_string("logout_return_url"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_return_url,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_match_query"),
      ngx_http_logout_any_level|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_logout_loc_conf_t, match_query),
      nullptr },

    { ngx_string("logout_session"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_session,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_confirm"),
      ngx_http_logout_any_level|NGX_CONF_TAKE12,
      ngx_http_logout_confirm,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_frontchannel"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_frontchannel,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_audience"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_audience,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_bearer"),
      ngx_http_logout_any_level|NGX_CONF_TAKE1,
      ngx_http_logout_bearer,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_signals"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_signals,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_oidc_index"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_oidc_index,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_token"),
      ngx_http_logout_any_level|NGX_CONF_TAKE12,
      ngx_http_logout_token,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_event"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_event,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_clear_site_data"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_clear_site_data,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_https"),
      ngx_http_logout_any_level|NGX_CONF_TAKE1,
      ngx_http_logout_https,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_clear_cookie"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_clear_cookie,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_federated"),
      ngx_http_logout_any_level|NGX_CONF_TAKE1,
      ngx_http_logout_federated,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE23,
      ngx_http_logout_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_revocations"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE3|NGX_CONF_TAKE4|NGX_CONF_TAKE5
          |NGX_CONF_TAKE6,
      ngx_http_logout_revocations,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_guard"),
      ngx_http_logout_any_level|NGX_CONF_TAKE123,
      ngx_http_logout_guard,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_check"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_logout_check,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_redis_failure"),
      ngx_http_logout_any_level|NGX_CONF_TAKE123,
      ngx_http_logout_redis_failure,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_again"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_again,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_bad_request"),
      ngx_http_logout_any_level|NGX_CONF_TAKE1,
      ngx_http_logout_set_word,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_logout_loc_conf_t, bad_request),
      &ngx_http_logout_bad_requests },

    { ngx_string("logout_cross_site"),
      ngx_http_logout_any_level|NGX_CONF_TAKE1,
      ngx_http_logout_set_word,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_logout_loc_conf_t, cross_site),
      &ngx_http_logout_cross_sites },

    { ngx_string("logout_navigation_only"),
      ngx_http_logout_any_level|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_logout_loc_conf_t, navigation_only),
      nullptr },

    { ngx_string("logout_methods"),
      ngx_http_logout_any_level|NGX_CONF_1MORE,
      ngx_http_logout_set_words,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_logout_loc_conf_t, methods),
      &ngx_http_logout_method_names },

    { ngx_string("logout_log_level"),
      ngx_http_logout_any_level|NGX_CONF_TAKE1,
      ngx_http_logout_set_word,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_logout_loc_conf_t, log_level),
      &ngx_http_logout_log_levels },

    { ngx_string("logout_timeout"),
      ngx_http_logout_any_level|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_logout_loc_conf_t, timeout),
      &ngx_http_logout_timeout_check },

    { ngx_string("logout_status_zone"),
      ngx_http_logout_any_level|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_logout_loc_conf_t, status_zone),
      nullptr },

    { ngx_string("logout_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_logout_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

    { ngx_string("logout_explain"),
      NGX_HTTP_LOC_CONF|NGX_CONF_ANY,
      ngx_http_logout_explain,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      nullptr },

      ngx_null_command
};

ngx_http_module_t ngx_http_logout_module_ctx = {
    ngx_http_logout_preconfiguration,  /* preconfiguration */
    ngx_http_logout_postconfiguration,    /* postconfiguration */

    ngx_http_logout_create_main_conf,  /* create main configuration */
    nullptr,                           /* init main configuration */

    nullptr,                           /* create server configuration */
    nullptr,                           /* merge server configuration */

    ngx_http_logout_create_loc_conf,   /* create location configuration */
    ngx_http_logout_merge_loc_conf     /* merge location configuration */
};

}  // namespace


ngx_module_t ngx_http_logout_module = {
    NGX_MODULE_V1,
    &ngx_http_logout_module_ctx,       /* module context */
    ngx_http_logout_commands,          /* module directives */
    NGX_HTTP_MODULE,                   /* module type */
    nullptr,                           /* init master */
    ngx_http_logout_init_module,       /* init module */
    ngx_http_logout_init_process,      /* init process */
    nullptr,                           /* init thread */
    nullptr,                           /* exit thread */
    ngx_http_logout_exit_process,      /* exit process */
    ngx_http_logout_end_zones,         /* exit master */
    NGX_MODULE_V1_PADDING
};

// clang-format on


ngx_array_t** ngx_http_logout_stores(void* main_conf)
{
    return &static_cast<ngx_http_logout_main_conf_t*>(main_conf)->stores;
}


namespace {

constexpr char handler_conflict[] =
    "conflicts with another handler of this location";


char* ngx_http_logout(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));

    if (llcf->protocol != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    if (clcf->handler != nullptr) {
        return const_cast<char*>(handler_conflict);
    }

    llcf->protocol = logout::find_protocol(to_view(value[1]));
    if (llcf->protocol == nullptr) {
        ngx_str_t names = to_ngx_str(logout::protocol_names());

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unknown logout protocol \"%V\", it must be one of"
                           " %V",
                           &value[1], &names);
        return static_cast<char*>(NGX_CONF_ERROR);
    }

    clcf->handler = ngx_http_logout_handler;

    return ngx_http_logout_set(cf, to_view(command->name), [&] {
        llcf->place = create_in_pool<ConfPlace>(cf->pool, cf);
        return true;
    });
}


ngx_int_t ngx_http_logout_preconfiguration(ngx_conf_t* cf)
{
    return ngx_http_logout_add_variables(cf) == NGX_OK
               ? logout::http::add_guard_variable(cf)
               : NGX_ERROR;
}


const logout::HmacKey* make_hash_key(ngx_pool_t* pool)
{
    char bytes[32];  // RAND_bytes() takes 170 KB of each worker's memory

    if (getentropy(bytes, sizeof(bytes)) != 0) {
        throw std::runtime_error("there are no random numbers");
    }

    return create_in_pool<logout::HmacKey>(
        pool, logout::DigestAlgorithm::sha256,
        std::string_view(bytes, sizeof(bytes)));
}


void* ngx_http_logout_create_main_conf(ngx_conf_t* cf)
{
    auto* const lmcf = static_cast<ngx_http_logout_main_conf_t*>(
        ngx_pcalloc(cf->pool, sizeof(ngx_http_logout_main_conf_t)));

    if (lmcf == nullptr) {
        return nullptr;
    }

    try {
        lmcf->hash_key = make_hash_key(cf->pool);

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "logout: %s", e.what());
        return nullptr;
    }

    return lmcf;
}


char* ngx_http_logout_check_token_size(ngx_conf_t* cf, void*, void* data)
{
    const std::size_t size = *static_cast<std::size_t*>(data);

    if (size > 0 && size <= logout::token_length_limit) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"logout_max_token_size\" must be between 1 and 1m");
    return static_cast<char*>(NGX_CONF_ERROR);
}


void* ngx_http_logout_create_loc_conf(ngx_conf_t* cf)
{
    // ngx_pcalloc() leaves the pointers, and `methods` without a bit, at zero
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(
        ngx_pcalloc(cf->pool, sizeof(ngx_http_logout_loc_conf_t)));

    if (llcf == nullptr) {
        return nullptr;
    }

    llcf->bad_request = NGX_CONF_UNSET_UINT;
    llcf->cross_site = NGX_CONF_UNSET_UINT;
    llcf->log_level = NGX_CONF_UNSET_UINT;
    llcf->navigation_only = NGX_CONF_UNSET;
    llcf->match_query = NGX_CONF_UNSET;
    llcf->max_token_size = NGX_CONF_UNSET_SIZE;
    llcf->timeout = NGX_CONF_UNSET_MSEC;

    return llcf;
}


template <typename T>
void inherit(T*& own, T* from_parent)
{
    if (own == nullptr) {
        own = from_parent;
    }
}


bool is_guarded(const ngx_http_logout_loc_conf_t* conf)
{
    return conf->guard != nullptr && !conf->guard->zone.empty();
}


// Compiles what `conf` is guarded by, which has its sessions. Returns false
// after saying what is wrong.
bool guard_location(ngx_conf_t* cf, const ngx_http_logout_loc_conf_t* prev,
                    ngx_http_logout_loc_conf_t* conf)
{
    const bool is_own = conf->check != nullptr;

    if (!is_own && !is_guarded(conf)) {
        return true;
    }

    if (!is_own && conf->guard == prev->guard &&
        conf->sessions == prev->sessions && prev->guard_policy != nullptr) {
        conf->guard_policy = prev->guard_policy;
        return true;
    }

    conf->guard_policy = logout::http::compile_guard(
        cf, is_own ? *conf->check : *conf->guard, conf->sessions);
    return conf->guard_policy != nullptr;
}


// The blocks of "if" and "limit_except" are locations of their own, and do
// what the location around them does.
bool shares_logout(const ngx_http_core_loc_conf_t* clcf,
                   const ngx_http_logout_loc_conf_t* prev)
{
    return clcf->noname && prev->policy != nullptr;
}


void share_logout(ngx_http_core_loc_conf_t* clcf,
                  const ngx_http_logout_loc_conf_t* prev,
                  ngx_http_logout_loc_conf_t* conf)
{
    conf->policy = prev->policy;

    // "if" keeps the handler of the location around it
    if (clcf->lmt_excpt && clcf->handler == nullptr) {
        clcf->handler = ngx_http_logout_handler;
    }
}


char* ngx_http_logout_merge_loc_conf(ngx_conf_t* cf, void* parent, void* child)
{
    auto* const prev = static_cast<ngx_http_logout_loc_conf_t*>(parent);
    auto* const conf = static_cast<ngx_http_logout_loc_conf_t*>(child);
    auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));

    if (shares_logout(clcf, prev)) {
        share_logout(clcf, prev, conf);
        return NGX_CONF_OK;
    }

    inherit(conf->return_urls, prev->return_urls);
    inherit(conf->clients, prev->clients);
    inherit(conf->issuers, prev->issuers);
    inherit(conf->sessions, prev->sessions);
    inherit(conf->confirmation, prev->confirmation);
    inherit(conf->frontchannel, prev->frontchannel);
    inherit(conf->oidc_index, prev->oidc_index);
    inherit(conf->audiences, prev->audiences);
    inherit(conf->bearer_secrets, prev->bearer_secrets);
    inherit(conf->signals, prev->signals);
    inherit(conf->tokens, prev->tokens);
    inherit(conf->events, prev->events);
    inherit(conf->clear_cookies, prev->clear_cookies);
    inherit(conf->clear_site_data, prev->clear_site_data);
    inherit(conf->https, prev->https);
    inherit(conf->federated, prev->federated);
    ngx_conf_merge_str_value(conf->status_zone, prev->status_zone, "");
    inherit(conf->redis_failure, prev->redis_failure);
    inherit(conf->again, prev->again);
    inherit(conf->guard, prev->guard);

    ngx_conf_merge_uint_value(
        conf->bad_request, prev->bad_request,
        static_cast<ngx_uint_t>(logout::BadRequestPolicy::page));
    ngx_conf_merge_uint_value(
        conf->cross_site, prev->cross_site,
        static_cast<ngx_uint_t>(logout::CrossSitePolicy::navigation));
    ngx_conf_merge_size_value(conf->max_token_size, prev->max_token_size,
                              logout::jwt_default_max_length);
    ngx_conf_merge_value(conf->navigation_only, prev->navigation_only, 0);
    ngx_conf_merge_uint_value(conf->log_level, prev->log_level, NGX_LOG_INFO);
    ngx_conf_merge_bitmask_value(
        conf->methods, prev->methods,
        (NGX_CONF_BITMASK_SET | NGX_HTTP_GET | NGX_HTTP_POST));

    // stay unset where nobody set them: the defaults are those of the protocol
    // and of Redis
    if (conf->match_query == NGX_CONF_UNSET) {
        conf->match_query = prev->match_query;
    }
    if (conf->timeout == NGX_CONF_UNSET_MSEC) {
        conf->timeout = prev->timeout;
    }

    if (ngx_http_logout_set(cf, "logout_guard", [&] {
            return guard_location(cf, prev, conf);
        }) != NGX_CONF_OK) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }

    if (!ngx_http_logout_note_location(cf, conf)) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }

    if (conf->protocol == nullptr) {
        return NGX_CONF_OK;
    }

    if (clcf->handler != ngx_http_logout_handler) {
        ngx_http_logout_conf_error(
            cf, *conf->place, std::string("\"logout\" ") + handler_conflict);
        return static_cast<char*>(NGX_CONF_ERROR);
    }

    return ngx_http_logout_compile_location(cf, conf);
}


ngx_int_t ngx_http_logout_postconfiguration(ngx_conf_t* cf)
{
    if (ngx_http_logout_main_conf(cf)->has_guards &&
        logout::http::add_guard(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!logout::http::find_streams(cf)) {
        return NGX_ERROR;
    }

    return ngx_http_logout_check_names(cf,
                                       ngx_http_logout_main_conf(cf)->stores) &&
                   ngx_http_logout_resolve_explain(cf) == NGX_OK
               ? ngx_http_logout_add_counting(cf)
               : NGX_ERROR;
}


ngx_http_logout_main_conf_t* main_conf(ngx_cycle_t* cycle)
{
    if (ngx_get_conf(cycle->conf_ctx, ngx_http_module) == nullptr) {
        return nullptr;
    }

    return static_cast<ngx_http_logout_main_conf_t*>(
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_logout_module));
}


bool has_workers(ngx_uint_t process)
{
    return process == NGX_PROCESS_WORKER || process == NGX_PROCESS_SINGLE;
}


bool create_stores(ngx_http_logout_main_conf_t* lmcf, ngx_cycle_t* cycle)
{
    const logout::redis::StoreConfs confs(lmcf->stores);

    if (confs.size() == 0) {
        return true;
    }

    lmcf->workers = static_cast<logout::redis::Store**>(
        ngx_pcalloc(cycle->pool, confs.size() * sizeof(logout::redis::Store*)));
    if (lmcf->workers == nullptr) {
        return false;
    }

    for (std::size_t i = 0; i < confs.size(); ++i) {
        lmcf->workers[i] = logout::redis::create_store(
            &confs[i], cycle, ngx_http_logout_counter_book(lmcf, i));
        if (lmcf->workers[i] == nullptr) {
            return false;
        }
    }

    return true;
}


void close_stores(ngx_http_logout_main_conf_t* lmcf)
{
    if (lmcf->workers == nullptr) {
        return;
    }

    ngx_http_logout_stop_deferred(lmcf);

    for (ngx_uint_t i = 0; i < lmcf->stores->nelts; ++i) {
        if (lmcf->workers[i] != nullptr) {
            logout::redis::close_store(lmcf->workers[i]);
        }
    }
}


ngx_int_t ngx_http_logout_init_module(ngx_cycle_t* cycle)
{
    const auto* const lmcf = main_conf(cycle);

    if (lmcf != nullptr) {
        ngx_http_logout_check_timer_resolution(cycle, lmcf);
    }

    ngx_http_logout_leave_zones(cycle);
    return NGX_OK;
}


ngx_int_t ngx_http_logout_init_process(ngx_cycle_t* cycle)
{
    auto* const lmcf = main_conf(cycle);

    if (lmcf == nullptr || !has_workers(ngx_process)) {
        return NGX_OK;
    }

    ngx_http_logout_join_counting(lmcf, cycle);

    if (!create_stores(lmcf, cycle)) {
        return NGX_ERROR;
    }

    return ngx_http_logout_start_deferred(lmcf, cycle) == NGX_OK
               ? logout::http::start_streams(lmcf, cycle)
               : NGX_ERROR;
}


void ngx_http_logout_exit_process(ngx_cycle_t* cycle)
{
    auto* const lmcf = main_conf(cycle);

    if (lmcf != nullptr) {
        logout::http::stop_streams(lmcf);
        ngx_http_logout_stop_deferred(lmcf);
        close_stores(lmcf);
        ngx_http_logout_leave_counting(lmcf);
    }
}

}  // namespace
