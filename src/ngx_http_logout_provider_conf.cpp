// The directives logout_frontchannel and logout_oidc_index, and what a location
// with oidc-frontchannel or oidc-backchannel makes of them.

#include "ngx_http_logout_conf.hpp"
#include "ngx_http_logout_pool.hpp"
#include "ngx_http_logout_redis_conf.hpp"

#include "core/logout_plan_provider.hpp"

#include <charconv>
#include <exception>


namespace {

char* const conf_error = static_cast<char*>(NGX_CONF_ERROR);


struct NameValue {
    std::string_view name;
    std::string_view value;
};


NameValue split(std::string_view argument)
{
    const std::size_t equals = argument.find('=');

    if (equals == argument.npos) {
        return {argument, {}};
    }

    return {argument.substr(0, equals), argument.substr(equals + 1)};
}


bool refuse(ngx_conf_t* cf, ngx_str_t argument, const std::string& problem)
{
    ngx_str_t message = to_ngx_str(problem);

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\": %V",
                       &argument, &message);
    return false;
}


bool read_issuer(ngx_conf_t* cf, ngx_str_t argument, std::string_view value,
                 FrontchannelRule& rule)
{
    const char* const problem = logout::issuer_problem(value);

    if (problem != nullptr) {
        return refuse(cf, argument, problem);
    }

    rule.issuer = value;
    return true;
}


bool read_frame(ngx_conf_t* cf, ngx_str_t argument, std::string_view value,
                FrontchannelRule& rule)
{
    logout::Origins checked;
    const auto problem = checked.add(value);

    if (problem) {
        return refuse(cf, argument, *problem);
    }

    rule.frames.emplace_back(value);
    return true;
}


bool read_frontchannel_parameter(ngx_conf_t* cf, ngx_str_t argument,
                                 FrontchannelRule& rule)
{
    const NameValue parameter = split(to_view(argument));

    if (parameter.name == "issuer") {
        return read_issuer(cf, argument, parameter.value, rule);
    }

    if (parameter.name == "origin") {
        return read_frame(cf, argument, parameter.value, rule);
    }

    if (to_view(argument) == "session_required") {
        rule.session_required = true;
        return true;
    }

    return refuse(cf, argument,
                  "it must be issuer=URL, origin=ORIGIN or session_required");
}


bool finish_frontchannel(ngx_conf_t* cf, FrontchannelRule& rule)
{
    if (rule.issuer.empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_frontchannel\" needs issuer=URL");
        return false;
    }

    if (!rule.frames.empty()) {
        return true;
    }

    // a provider's pages usually are where its name is
    const std::string origin(logout::referer_origin(rule.issuer));
    logout::Origins checked;

    if (checked.add(origin)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_frontchannel\" needs origin=ORIGIN:"
                           " browsers do not write that of the issuer so");
        return false;
    }

    rule.frames.push_back(origin);
    return true;
}


bool read_frontchannel(ngx_conf_t* cf, FrontchannelRule& rule)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        if (!read_frontchannel_parameter(cf, value[i], rule)) {
            return false;
        }
    }

    return finish_frontchannel(cf, rule);
}


// What stands before the variable keeps a provider, or whoever makes up a
// "sid", from naming any key of the database.
bool read_key(ngx_conf_t* cf, ngx_str_t argument, const NameValue& parameter,
              std::string_view variable, std::string& text,
              std::optional<ngx_http_complex_value_t>& key)
{
    const std::size_t first = parameter.value.find('$');

    if (parameter.value.find(variable) == parameter.value.npos || first == 0) {
        return refuse(cf, argument,
                      "it must be a text and then $" + std::string(variable));
    }

    ngx_str_t source = copy_to_pool(cf->pool, parameter.value);
    ngx_http_compile_complex_value_t ccv = {};

    text = parameter.value;
    key.emplace();
    ccv.cf = cf;
    ccv.value = &source;
    ccv.complex_value = &*key;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK;
}


bool read_max(ngx_conf_t* cf, ngx_str_t argument, std::string_view value,
              std::size_t& max)
{
    const char* const end = value.data() + value.size();
    const auto result = std::from_chars(value.data(), end, max);

    if (result.ec != std::errc() || result.ptr != end || max == 0 ||
        max > logout::session_index_max_limit) {
        return refuse(cf, argument,
                      "it must be a number from 1 to " +
                          std::to_string(logout::session_index_max_limit));
    }

    return true;
}


bool read_index_parameter(ngx_conf_t* cf, ngx_str_t argument,
                          ProviderIndex& index)
{
    const NameValue parameter = split(to_view(argument));

    if (parameter.name == "sid_key") {
        return read_key(cf, argument, parameter, "logout_sid", index.sid_text,
                        index.sid_key);
    }

    if (parameter.name == "sub_key") {
        return read_key(cf, argument, parameter, "logout_sub", index.sub_text,
                        index.sub_key);
    }

    if (parameter.name == "max") {
        return read_max(cf, argument, parameter.value, index.max);
    }

    if (parameter.value.empty()) {
        return refuse(cf, argument,
                      "it must be one of sid_key=, sub_key=, prefix=,"
                      " jti_prefix=, max=, redis=, with a value");
    }

    if (parameter.name == "prefix") {
        index.member_prefix = parameter.value;
    } else if (parameter.name == "jti_prefix") {
        index.token_prefix = parameter.value;
    } else if (parameter.name == "redis") {
        index.store_name = parameter.value;
    } else {
        return refuse(cf, argument,
                      "it must be one of sid_key=, sub_key=, prefix=,"
                      " jti_prefix=, max=, redis=, with a value");
    }

    return true;
}


bool read_index(ngx_conf_t* cf, ProviderIndex& index)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        if (!read_index_parameter(cf, value[i], index)) {
            return false;
        }
    }

    if (!index.sid_key && !index.sub_key) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_oidc_index\" needs sid_key= or sub_key=");
        return false;
    }

    return true;
}


// Reads a directive that is there once on a level.
template <typename Rule>
char* read_once(ngx_conf_t* cf, Rule*& place,
                bool (*read)(ngx_conf_t*, Rule&)) noexcept
{
    if (place != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    try {
        place = create_in_pool<Rule>(cf->pool);
        return read(cf, *place) ? NGX_CONF_OK : conf_error;

    } catch (const std::exception& e) {
        const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V: %s", &value[0], e.what());
        return conf_error;
    }
}


std::string compile_frontchannel(const ngx_http_logout_loc_conf_t* conf,
                                 logout::ProviderPolicy& provider)
{
    if (conf->frontchannel == nullptr) {
        return "\"logout oidc-frontchannel\" needs logout_frontchannel, which"
               " names the provider";
    }

    if (conf->sessions == nullptr && !provider.finds_sid) {
        return "\"logout oidc-frontchannel\" has neither a logout_session nor"
               " a logout_oidc_index with sid_key= to find sessions by";
    }

    provider.issuer = conf->frontchannel->issuer;
    provider.session_required = conf->frontchannel->session_required;
    provider.page_policy =
        logout::frontchannel_page_policy(conf->frontchannel->frames);
    for (const std::string& frame : conf->frontchannel->frames) {
        provider.frames.add(frame);
    }

    return {};
}


std::string compile_backchannel(const ngx_http_logout_loc_conf_t* conf,
                                logout::ProviderPolicy& provider)
{
    if (conf->issuer == nullptr) {
        return "\"logout oidc-backchannel\" needs logout_jwks: the keys that"
               " verify its tokens";
    }

    if (conf->oidc_index == nullptr) {
        return "\"logout oidc-backchannel\" needs logout_oidc_index to find"
               " sessions by";
    }

    if (conf->clients == nullptr) {
        return "\"logout oidc-backchannel\" needs a logout_client: the"
               " audience of its tokens";
    }

    for (const logout::Client& client : conf->clients->registry) {
        if (client.issuer == nullptr) {
            provider.client_ids.push_back(client.id);
        }
    }

    return {};
}


std::string check_cluster(const ProviderIndex& index,
                          const logout::redis::StoreConf* store)
{
    if (!store->cluster) {
        return {};
    }

    for (const std::string& key : {index.sid_text, index.sub_text}) {
        if (key.empty()) {
            continue;
        }

        const auto problem = logout::session_index_cluster_problem(
            key, key, index.member_prefix);
        if (problem) {
            return "logout_oidc_index: " + *problem;
        }
    }

    return {};
}

}  // namespace


char* ngx_http_logout_frontchannel(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return read_once(cf, llcf->frontchannel, read_frontchannel);
}


char* ngx_http_logout_oidc_index(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return read_once(cf, llcf->oidc_index, read_index);
}


std::string
ngx_http_logout_compile_provider(const ngx_http_logout_loc_conf_t* conf,
                                 LocationPolicy& location)
{
    logout::ProviderPolicy& provider = location.provider.emplace();
    const bool by_server =
        conf->protocol->asked_by == logout::AskedBy::provider;

    location.policy.provider = &provider;
    location.policy.methods = {};
    location.policy.methods.add(by_server ? logout::Method::post
                                          : logout::Method::get);
    location.allow = logout::allow_header(location.policy.methods);

    if (conf->oidc_index != nullptr) {
        provider.finds_sid = conf->oidc_index->sid_key.has_value();
        provider.finds_sub = conf->oidc_index->sub_key.has_value();
    }

    return by_server ? compile_backchannel(conf, provider)
                     : compile_frontchannel(conf, provider);
}


std::string
ngx_http_logout_compile_oidc_index(const ngx_http_logout_loc_conf_t* conf,
                                   ngx_array_t* stores,
                                   LocationPolicy& location)
{
    std::string problem;
    const auto store = ngx_http_logout_store_index(
        stores, conf->oidc_index->store_name, problem);

    if (!store) {
        return "logout_oidc_index: " + problem;
    }

    location.index = conf->oidc_index;
    location.index_store = *store;

    return check_cluster(
        *conf->oidc_index,
        static_cast<logout::redis::StoreConf* const*>(stores->elts)[*store]);
}
