// The directives logout_frontchannel and logout_oidc_index, and what a location
// with oidc-frontchannel or oidc-backchannel makes of them.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/conf/redis_block.hpp"
#include "http/complex_value.hpp"

#include "core/plan/provider.hpp"
#include "core/session/key_template.hpp"


namespace {

// Both return what is wrong, or an empty string.
std::string read_issuer(std::string_view value, FrontchannelRule& rule)
{
    const char* const problem = logout::issuer_problem(value);

    rule.issuer = value;
    return problem != nullptr ? problem : std::string();
}


std::string read_frame(std::string_view value, FrontchannelRule& rule)
{
    logout::Origins checked;

    rule.frames.emplace_back(value);
    return checked.add(value).value_or(std::string());
}


std::string read_frontchannel_parameter(std::string_view argument,
                                        FrontchannelRule& rule)
{
    const Parameter parameter(argument);

    if (parameter.name == "issuer") {
        return read_issuer(parameter.value, rule);
    }

    if (parameter.name == "origin") {
        return read_frame(parameter.value, rule);
    }

    if (argument == "session_required") {
        rule.session_required = true;
        return {};
    }

    return "it must be issuer=URL, origin=ORIGIN or session_required";
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
        const std::string_view argument = to_view(value[i]);
        const std::string problem = read_frontchannel_parameter(argument, rule);

        if (!problem.empty()) {
            return ngx_http_logout_refuse(cf, argument, problem);
        }
    }

    return finish_frontchannel(cf, rule);
}


// What stands before the variable keeps a provider, or whoever makes up a
// "sid", from naming any key of the database.
bool read_key(ngx_conf_t* cf, std::string_view argument, std::string_view value,
              std::string_view variable, std::string& text,
              std::optional<ngx_http_complex_value_t>& key)
{
    if (value.find(variable) == value.npos || value.find('$') == 0) {
        return ngx_http_logout_refuse(cf, argument,
                                      "it must be a text and then $" +
                                          std::string(variable));
    }

    text = value;
    return ngx_http_logout_compile_value(cf, value, key.emplace());
}


bool read_max(ngx_conf_t* cf, std::string_view argument, std::string_view value,
              std::size_t& max)
{
    const auto problem = logout::read_session_index_max(value, max);

    return !problem || ngx_http_logout_refuse(cf, argument, *problem);
}


bool set_text(const Parameter& parameter, ProviderIndex& index)
{
    if (parameter.value.empty()) {
        return false;
    }

    if (parameter.name == "prefix") {
        index.member_prefix = parameter.value;
    } else if (parameter.name == "jti_prefix") {
        index.token_prefix = parameter.value;
    } else if (parameter.name == "redis") {
        index.store_name = parameter.value;
    } else {
        return false;
    }

    return true;
}


bool read_index_parameter(ngx_conf_t* cf, std::string_view argument,
                          ProviderIndex& index)
{
    const Parameter parameter(argument);

    if (parameter.name == "sid_key") {
        return read_key(cf, argument, parameter.value, "logout_sid",
                        index.sid_text, index.sid_key);
    }

    if (parameter.name == "sub_key") {
        return read_key(cf, argument, parameter.value, "logout_sub",
                        index.sub_text, index.sub_key);
    }

    if (parameter.name == "max") {
        return read_max(cf, argument, parameter.value, index.max);
    }

    if (logout::has_variable(parameter.value)) {
        return ngx_http_logout_refuse(cf, argument, "it takes no variables");
    }

    return set_text(parameter, index) ||
           ngx_http_logout_refuse(cf, argument,
                                  "it must be one of sid_key=, sub_key=,"
                                  " prefix=, jti_prefix=, max=, redis=, with a"
                                  " value");
}


bool read_index(ngx_conf_t* cf, ProviderIndex& index)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        if (!read_index_parameter(cf, to_view(value[i]), index)) {
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
                          const logout::redis::StoreConf& store)
{
    if (!store.cluster) {
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


char* ngx_http_logout_frontchannel(ngx_conf_t* cf, ngx_command_t* command,
                                   void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->frontchannel,
                                    read_frontchannel);
}


char* ngx_http_logout_oidc_index(ngx_conf_t* cf, ngx_command_t* command,
                                 void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->oidc_index, read_index);
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

    return check_cluster(*conf->oidc_index,
                         logout::redis::StoreConfs(stores)[*store]);
}
