// From the directives in force for a location to what it does.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/conf/redis_block.hpp"


namespace {

void compile_return_urls(ngx_conf_t* cf, ReturnUrlList* list)
{
    if (list == nullptr || list->compiled) {
        return;
    }

    list->compiled = true;
    list->places.warn(cf, list->urls.compile(&list->memory));
    list->places = {};
}


void warn_of_list(ngx_conf_t* cf, const logout::Allowlist& list,
                  logout::QueryMatching matching, std::size_t& left)
{
    for (const logout::AllowlistProblem& problem : list.lint(matching)) {
        if (left == 0) {
            return;
        }
        --left;

        ngx_str_t message = to_ngx_str(problem.message);
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "return URLs: %V", &message);
    }
}


// Warns of entries that allow more in this location than they seem to. A few
// are enough: there may be thousands of clients.
void warn_of_lists(ngx_conf_t* cf, const logout::LogoutPolicy& policy)
{
    std::size_t left = 10;

    if (policy.tenant_urls != nullptr) {
        warn_of_list(cf, *policy.tenant_urls, policy.query_matching, left);
    }

    if (policy.clients != nullptr) {
        for (const logout::Client& client : *policy.clients) {
            warn_of_list(cf, client.return_urls, policy.query_matching, left);
        }
    }
}


// Warns where the browser may take a query along that the provider, who knows
// whole URLs, does not know: its user would stay there.
void warn_of_federated(ngx_conf_t* cf, const ConfPlace& place,
                       const LocationPolicy& location)
{
    const auto is_compared = [](const FederatedUrl& federated) {
        return federated.return_url_compared;
    };

    const bool compared =
        (location.federated != nullptr && is_compared(*location.federated)) ||
        (location.clients != nullptr &&
         std::any_of(location.clients->federated.begin(),
                     location.clients->federated.end(), is_compared));

    if (compared &&
        location.policy.query_matching == logout::QueryMatching::ignored) {
        ngx_str_t file = to_ngx_str(place.file);

        ngx_log_error(
            NGX_LOG_WARN, cf->log, 0,
            "the federated URL tells the provider the return URL, whose query"
            " is not compared here: a provider that compares it refuses what"
            " is not registered there, and its user stays there; see"
            " \"logout_match_query\", for the location in %V:%ui",
            &file, place.line);
    }
}


template <typename Rule>
std::optional<std::size_t> resolve_store(ngx_conf_t* cf, const Rule& rule)
{
    std::string problem;

    const auto store = ngx_http_logout_store_index(
        ngx_http_logout_main_conf(cf)->stores, rule.store_name, problem);
    if (!store) {
        ngx_http_logout_conf_error(cf, rule.place, problem);
    }

    return store;
}


// What the keys of a session begin with, as far as it is written.
std::string key_text(const SessionRule& rule)
{
    return rule.key ? *rule.settings.key
                    : rule.settings.prefix.value_or("") +
                          rule.settings.name_space.value_or("");
}


bool check_index(ngx_conf_t* cf, const SessionRule& rule, std::size_t store)
{
    const logout::redis::StoreConfs stores(
        ngx_http_logout_main_conf(cf)->stores);

    if (!rule.index || !stores[store].cluster) {
        return true;
    }

    const auto problem = logout::session_index_cluster_problem(
        key_text(rule), rule.index->text, rule.index->member_prefix);
    if (problem) {
        ngx_http_logout_conf_error(cf, rule.place,
                                   "logout_session: \"all=\": " + *problem);
    }

    return !problem;
}


// What is not in Redis ends in a table of revocations, or not at all.
bool check_revocations(ngx_conf_t* cf, const SessionRule& rule,
                       const LocationPolicy& policy)
{
    if (policy.revocations != nullptr) {
        return true;
    }

    ngx_http_logout_conf_error(
        cf, rule.place,
        "logout_session: Redis does not have these sessions, only a"
        " \"logout_guard\" in force for the logout location ends them");
    return false;
}


bool compile_session(ngx_conf_t* cf, const SessionRule& rule,
                     LocationPolicy& policy)
{
    std::optional<std::size_t> store;

    if (rule.in_redis) {
        store = resolve_store(cf, rule);
        if (!store || !check_index(cf, rule, *store)) {
            return false;
        }
    } else if (!check_revocations(cf, rule, policy)) {
        return false;
    }

    policy.policy.sessions.push_back(&*rule.reader);
    policy.sessions.push_back({store, rule.key ? &*rule.key : nullptr,
                               rule.index ? &*rule.index : nullptr});

    policy.expiry.lines.push_back(
        logout::expire_cookie(rule.reader->cookie_name(), rule.cookie));

    for (const std::string& name : rule.reader->companion_cookies()) {
        policy.expiry.lines.push_back(logout::expire_cookie(name, rule.cookie));
    }

    if (rule.reader->is_sealed()) {  // and its chunks
        policy.expiry.by_prefix.push_back(
            {rule.reader->cookie_name() + ".",
             logout::expire_cookie_suffix(rule.cookie)});
    }

    return true;
}


bool compile_token(ngx_conf_t* cf, const TokenRule& rule,
                   LocationPolicy& policy)
{
    const auto store = resolve_store(cf, rule);
    if (!store) {
        return false;
    }

    policy.tokens.push_back({*store, &*rule.key});
    policy.policy.ends_tokens = true;
    return true;
}


bool compile_event(ngx_conf_t* cf, const EventRule& rule,
                   LocationPolicy& policy)
{
    const auto store = resolve_store(cf, rule);
    if (!store) {
        return false;
    }

    policy.events.push_back({*store, &rule});
    return true;
}


bool compile_rules(ngx_conf_t* cf, const ngx_http_logout_loc_conf_t* conf,
                   LocationPolicy& policy)
{
    if (conf->sessions != nullptr) {
        for (const SessionRule& rule : *conf->sessions) {
            if (!compile_session(cf, rule, policy)) {
                return false;
            }
        }

        policy.policy.base_domain = conf->sessions->front().cookie.domain;
    }

    if (conf->tokens != nullptr) {
        for (const TokenRule& rule : *conf->tokens) {
            if (!compile_token(cf, rule, policy)) {
                return false;
            }
        }
    }

    if (conf->events != nullptr) {
        for (const EventRule& rule : *conf->events) {
            if (!compile_event(cf, rule, policy)) {
                return false;
            }
        }
    }

    return true;
}


void compile_clear_cookie(const ClearCookieRule& rule,
                          logout::CookieExpiry& expiry)
{
    if (rule.by_prefix) {
        expiry.by_prefix.push_back(
            {rule.name, logout::expire_cookie_suffix(rule.attributes)});
    } else {
        expiry.lines.push_back(
            logout::expire_cookie(rule.name, rule.attributes));
    }
}


logout::MethodSet method_set(ngx_uint_t methods)
{
    logout::MethodSet set;

    if ((methods & NGX_HTTP_GET) != 0) {
        set.add(logout::Method::get);
    }

    if ((methods & NGX_HTTP_POST) != 0) {
        set.add(logout::Method::post);
    }

    if ((methods & NGX_HTTP_DELETE) != 0) {
        set.add(logout::Method::delete_);
    }

    return set;
}


logout::QueryMatching query_matching(const ngx_http_logout_loc_conf_t* conf)
{
    if (conf->match_query == NGX_CONF_UNSET) {
        return conf->protocol->query_matching;
    }

    return conf->match_query ? logout::QueryMatching::compared
                             : logout::QueryMatching::ignored;
}


bool is_called_by_provider(const ngx_http_logout_loc_conf_t* conf)
{
    return conf->protocol->asked_by != logout::AskedBy::user;
}


bool compile_provider(ngx_conf_t* cf, const ngx_http_logout_loc_conf_t* conf,
                      LocationPolicy& location)
{
    std::string problem = ngx_http_logout_compile_provider(conf, location);

    if (problem.empty() && conf->oidc_index != nullptr) {
        problem = ngx_http_logout_compile_oidc_index(
            conf, ngx_http_logout_main_conf(cf)->stores, location);
    }

    if (!problem.empty()) {
        ngx_http_logout_conf_error(cf, *conf->place, problem);
        return false;
    }

    ngx_http_logout_warn_of_issuers(cf, *conf, location);
    return true;
}


// Nobody is asked whether a provider is right.
bool compile_asking(ngx_conf_t* cf, const ngx_http_logout_loc_conf_t* conf,
                    LocationPolicy& location)
{
    return is_called_by_provider(conf)
               ? compile_provider(cf, conf, location)
               : ngx_http_logout_compile_confirmation(cf, conf, location);
}


bool has_anything_to_do(const ngx_http_logout_loc_conf_t* conf)
{
    return is_called_by_provider(conf) || conf->return_urls != nullptr ||
           conf->clients != nullptr || conf->sessions != nullptr ||
           conf->tokens != nullptr || conf->clear_cookies != nullptr;
}


void fill_policy(const ngx_http_logout_loc_conf_t* conf,
                 LocationPolicy& location)
{
    logout::LogoutPolicy& policy = location.policy;

    policy.protocol = conf->protocol;
    policy.query_matching = query_matching(conf);
    policy.token_max_length = conf->max_token_size;
    policy.bad_request =
        static_cast<logout::BadRequestPolicy>(conf->bad_request);
    policy.cross_site = static_cast<logout::CrossSitePolicy>(conf->cross_site);
    policy.navigation_only = conf->navigation_only == 1;
    policy.methods = method_set(conf->methods);

    if (conf->return_urls != nullptr) {
        policy.tenant_urls = &conf->return_urls->urls;
    }

    if (conf->clients != nullptr) {
        policy.clients = &conf->clients->registry;
    }

    if (conf->clear_site_data != nullptr) {
        location.clear_site_data = *conf->clear_site_data;
    }

    policy.issuers = conf->issuers;
    if (conf->guard_policy != nullptr) {
        location.revocations = conf->guard_policy->zone;
    }
    location.clients = conf->clients;
    location.federated = conf->federated;
    location.https = conf->https;
    location.log_level = conf->log_level;
    location.timeout = conf->timeout;
    location.allow = logout::allow_header(policy.methods);
}


// "example.com/v2/logout", where logout_status_zone does not say otherwise.
std::string zone_of(ngx_conf_t* cf, const ngx_http_logout_loc_conf_t* conf)
{
    if (conf->status_zone.len > 0) {
        return std::string(to_view(conf->status_zone));
    }

    const auto* const cscf = static_cast<ngx_http_core_srv_conf_t*>(
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module));
    const auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));

    return std::string(to_view(cscf->server_name)).append(to_view(clcf->name));
}


bool compile_location(ngx_conf_t* cf, ngx_http_logout_loc_conf_t* conf)
{
    if (!has_anything_to_do(conf)) {
        ngx_http_logout_conf_error(cf, *conf->place,
                                   "\"logout\" has neither a logout_session to"
                                   " end nor a logout_return_url to send to");
        return false;
    }

    compile_return_urls(cf, conf->return_urls);

    auto* const location = create_in_pool<LocationPolicy>(cf->pool);

    fill_policy(conf, *location);
    warn_of_lists(cf, location->policy);
    warn_of_federated(cf, *conf->place, *location);
    location->counted = ngx_http_logout_count_location(cf, zone_of(cf, conf),
                                                       conf->protocol->name);

    if (!compile_rules(cf, conf, *location) ||
        !compile_asking(cf, conf, *location)) {
        return false;
    }

    const std::string problem = ngx_http_logout_compile_deferred(
        ngx_http_logout_main_conf(cf), conf, location->deferred);
    if (!problem.empty()) {
        ngx_http_logout_conf_error(cf, *conf->place, problem);
        return false;
    }

    if (conf->clear_cookies != nullptr) {
        for (const ClearCookieRule& rule : *conf->clear_cookies) {
            compile_clear_cookie(rule, location->expiry);
        }
    }

    ngx_http_logout_use_stores(
        cf, *conf->place, ngx_http_logout_main_conf(cf)->stores, *location);

    conf->policy = location;
    return true;
}

}  // namespace


std::optional<std::size_t> ngx_http_logout_store_index(ngx_array_t* stores,
                                                       const std::string& name,
                                                       std::string& problem)
{
    const logout::redis::StoreConfs all(stores);

    if (name.empty()) {
        if (all.size() == 1) {
            return 0;
        }

        problem = all.size() == 0 ? "there is no logout_redis block"
                                  : "redis=NAME is needed, there are several"
                                    " logout_redis blocks";
        return std::nullopt;
    }

    const auto* const found = all.find(name);

    if (found == all.end()) {
        problem = "unknown logout_redis \"" + name + "\"";
        return std::nullopt;
    }

    return found - all.begin();
}


char* ngx_http_logout_compile_location(ngx_conf_t* cf,
                                       ngx_http_logout_loc_conf_t* conf)
{
    return ngx_http_logout_set(cf, "logout",
                               [&] { return compile_location(cf, conf); });
}
