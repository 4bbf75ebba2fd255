// The directives logout_frontchannel and logout_oidc_index, and what a location
// that a provider calls makes of them.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/conf/redis_block.hpp"
#include "http/complex_value.hpp"

#include "core/plan/provider.hpp"
#include "core/session/key_template.hpp"

#include <algorithm>
#include <set>


namespace {

// Both return what is wrong, or an empty string.
std::string read_issuer(std::string_view value, FrontchannelRule& rule)
{
    const char* const problem = logout::issuer_problem(value);

    rule.policy.issuers.emplace_back(value);
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
        rule.policy.session_required = true;
        return {};
    }

    if (argument == "iss=optional") {
        rule.policy.issuer_optional = true;
        return {};
    }

    return "it must be issuer=URL, origin=ORIGIN, session_required or"
           " iss=optional";
}


// A provider's pages usually are where its name is.
bool add_issuers_frame(ngx_conf_t* cf, const std::string& issuer,
                       FrontchannelRule& rule)
{
    const std::string origin(logout::referer_origin(issuer));
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


bool finish_frontchannel(ngx_conf_t* cf, FrontchannelRule& rule)
{
    const std::vector<std::string>& issuers = rule.policy.issuers;

    if (issuers.empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_frontchannel\" needs issuer=URL");
        return false;
    }

    if (rule.policy.issuer_optional && issuers.size() > 1) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0,
            "\"logout_frontchannel\": with \"iss=optional\" there"
            " can be one \"issuer=\" only: nothing else says"
            " whose \"sid\" it is");
        return false;
    }

    if (!rule.frames.empty()) {
        return true;
    }

    for (const std::string& issuer : issuers) {
        if (!add_issuers_frame(cf, issuer, rule)) {
            return false;
        }
    }

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

    if (argument == "all_of_user") {
        index.all_of_user = true;
        return true;
    }

    if (parameter.name == "sid_key") {
        return read_key(cf, argument, parameter.value, "logout_sid",
                        index.sid_text, index.sid_key);
    }

    if (parameter.name == "sub_key") {
        return read_key(cf, argument, parameter.value, "logout_sub",
                        index.sub_text, index.sub_key);
    }

    if (parameter.name == "email_key") {
        return read_key(cf, argument, parameter.value, "logout_email",
                        index.email_text, index.email_key);
    }

    if (parameter.name == "max") {
        return read_max(cf, argument, parameter.value, index.max);
    }

    if (logout::has_variable(parameter.value)) {
        return ngx_http_logout_refuse(cf, argument, "it takes no variables");
    }

    return set_text(parameter, index) ||
           ngx_http_logout_refuse(
               cf, argument,
               "it must be one of sid_key=, sub_key=,"
               " email_key=, prefix=, jti_prefix=, max=, redis=, with a"
               " value, or all_of_user");
}


bool read_index(ngx_conf_t* cf, ProviderIndex& index)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        if (!read_index_parameter(cf, to_view(value[i]), index)) {
            return false;
        }
    }

    if (!index.sid_key && !index.sub_key && !index.email_key) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_oidc_index\" needs sid_key=, sub_key= or"
                           " email_key=");
        return false;
    }

    if (index.all_of_user && !index.sub_key && !index.email_key) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_oidc_index\": \"all_of_user\" needs"
                           " \"sub_key=\" or \"email_key=\", the user's"
                           " sessions");
        return false;
    }

    return true;
}


std::size_t count_issuers(const logout::ProviderPolicy& provider)
{
    std::set<std::string> names(provider.frontchannel.issuers.begin(),
                                provider.frontchannel.issuers.end());

    for (const logout::BelievedIssuer& believed : provider.tokens) {
        names.insert(believed.issuer->issuer);
    }

    if (provider.events.issuers != nullptr) {
        for (const logout::TokenIssuer& issuer : *provider.events.issuers) {
            names.insert(issuer.issuer);
        }
    }

    return names.size();
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

    provider.frontchannel = conf->frontchannel->policy;
    provider.page_policy =
        logout::frontchannel_page_policy(conf->frontchannel->frames);
    for (const std::string& frame : conf->frontchannel->frames) {
        provider.frames.add(frame);
    }

    return {};
}


// Of a client, its own issuers are believed, or those of the location.
void believe(const logout::TokenIssuers* issuers, const std::string& client_id,
             logout::LogoutTokenPolicy& policy)
{
    if (issuers == nullptr) {
        return;
    }

    for (const logout::TokenIssuer& issuer : *issuers) {
        const auto believed =
            std::find_if(policy.begin(), policy.end(),
                         [&issuer](const logout::BelievedIssuer& other) {
                             return other.issuer == &issuer;
                         });

        if (believed != policy.end()) {
            believed->client_ids.push_back(client_id);
        } else {
            policy.push_back({&issuer, {client_id}});
        }
    }
}


std::string compile_backchannel(const ngx_http_logout_loc_conf_t* conf,
                                logout::ProviderPolicy& provider)
{

    if (!provider.finds_sid && !provider.finds_sub) {
        return "\"logout oidc-backchannel\" needs logout_oidc_index with"
               " sid_key= or sub_key= to find sessions by";
    }

    if (conf->clients == nullptr) {
        return "\"logout oidc-backchannel\" needs a logout_client: the"
               " audience of its tokens";
    }

    for (const logout::Client& client : conf->clients->registry) {
        believe(client.issuers != nullptr ? client.issuers : conf->issuers,
                client.id, provider.tokens);
    }

    if (provider.tokens.empty()) {
        return "\"logout oidc-backchannel\" needs logout_jwks: the keys that"
               " verify its tokens";
    }

    return {};
}


std::string check_cluster(const ProviderIndex& index,
                          const logout::redis::StoreConf& store)
{
    if (!store.cluster) {
        return {};
    }

    for (const std::string& key :
         {index.sid_text, index.sub_text, index.email_text}) {
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
    const bool by_server = is_server(conf->protocol->asked_by);

    location.policy.provider = &provider;
    location.policy.methods = {};
    location.policy.methods.add(by_server ? logout::Method::post
                                          : logout::Method::get);
    location.allow = logout::allow_header(location.policy.methods);

    if (conf->oidc_index != nullptr) {
        provider.finds_sid = conf->oidc_index->sid_key.has_value();
        provider.finds_sub = conf->oidc_index->sub_key.has_value();
        provider.finds_email = conf->oidc_index->email_key.has_value();
        provider.all_of_user = conf->oidc_index->all_of_user;
    }

    switch (conf->protocol->asked_by) {
    case logout::AskedBy::transmitter:
        return ngx_http_logout_compile_signals(conf, provider);
    case logout::AskedBy::revoker:
        return ngx_http_logout_compile_revocation(conf, provider);
    case logout::AskedBy::provider:
        return compile_backchannel(conf, provider);
    case logout::AskedBy::provider_frame:
    case logout::AskedBy::user:
        break;
    }

    return compile_frontchannel(conf, provider);
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


void ngx_http_logout_warn_of_issuers(ngx_conf_t* cf,
                                     const ngx_http_logout_loc_conf_t& conf,
                                     const LocationPolicy& location)
{
    if (location.index == nullptr || count_issuers(*location.provider) < 2) {
        return;
    }

    for (const std::string& key :
         {location.index->sid_text, location.index->sub_text,
          location.index->email_text}) {
        if (!key.empty() && key.find("logout_iss") == key.npos) {
            ngx_str_t text = to_ngx_str(key);

            ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                          "logout_oidc_index: each of several providers can"
                          " end the sessions of the others, there is no"
                          " $logout_iss in \"%V\" in %s:%ui",
                          &text, conf.place->file.c_str(), conf.place->line);
        }
    }
}
