// The directives logout_audience, logout_bearer and logout_signals, and what a
// location with ssf or universal makes of them.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/conf/file.hpp"

#include "core/request/bearer.hpp"
#include "core/session/reader.hpp"

#include <algorithm>


namespace {

bool read_audiences(ngx_conf_t* cf, Audiences& audiences)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const std::string_view name = to_view(value[i]);

        if (name.empty() || name.find('$') != name.npos) {
            return ngx_http_logout_refuse(
                cf, name, "an audience is a text without variables");
        }

        audiences.emplace_back(name);
    }

    return true;
}


bool read_bearer(ngx_conf_t* cf, BearerSecrets& secrets)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const std::string_view argument = to_view(value[1]);
    const Parameter parameter(argument);
    std::string content;

    if (parameter.name != "secret_file" || parameter.value.empty()) {
        return ngx_http_logout_unknown_parameter(cf, "logout_bearer", argument,
                                                 {"secret_file="});
    }

    if (!ngx_http_logout_read_secret_file(cf, argument, parameter.value,
                                          content)) {
        return false;
    }

    for (const std::string_view secret : logout::session_secrets(content)) {
        if (!logout::is_access_token(secret)) {
            return ngx_http_logout_refuse(
                cf, argument,
                "a line of the file is not what an Authorization header can"
                " hold: letters, digits, \"-._~+/\", and \"=\" at the end");
        }

        secrets.emplace_back(secret);
    }

    return true;
}


bool read_signals(ngx_conf_t* cf, logout::SignalSet& signals)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const auto signal = logout::find_signal(to_view(value[i]));

        if (!signal) {
            return ngx_http_logout_refuse(cf, to_view(value[i]),
                                          std::string("it must be one of ")
                                              .append(logout::signal_names()));
        }

        signals.add(*signal);
    }

    return true;
}

void take_over(const ngx_http_logout_loc_conf_t* conf,
               logout::ProviderPolicy& provider)
{
    provider.events.issuers = conf->issuers;

    if (conf->audiences != nullptr) {
        provider.events.audiences = *conf->audiences;
    }

    if (conf->bearer_secrets != nullptr) {
        provider.bearer_secrets = *conf->bearer_secrets;
    }
}

}  // namespace


char* ngx_http_logout_audience(ngx_conf_t* cf, ngx_command_t* command,
                               void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_more(cf, command, llcf->audiences,
                                    read_audiences);
}


char* ngx_http_logout_bearer(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->bearer_secrets,
                                    read_bearer);
}


char* ngx_http_logout_signals(ngx_conf_t* cf, ngx_command_t* command,
                              void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->signals, read_signals);
}


std::string
ngx_http_logout_compile_signals(const ngx_http_logout_loc_conf_t* conf,
                                logout::ProviderPolicy& provider)
{
    if (conf->issuers == nullptr) {
        return "\"logout ssf\" needs logout_jwks: the keys that verify its"
               " tokens";
    }

    if (conf->audiences == nullptr) {
        return "\"logout ssf\" needs logout_audience: whom its tokens are for";
    }

    if (conf->oidc_index == nullptr) {
        return "\"logout ssf\" needs logout_oidc_index to find sessions by";
    }

    take_over(conf, provider);
    provider.events.signals =
        conf->signals != nullptr ? *conf->signals : logout::all_signals();
    return {};
}


std::string
ngx_http_logout_compile_revocation(const ngx_http_logout_loc_conf_t* conf,
                                   logout::ProviderPolicy& provider)
{
    if (conf->issuers == nullptr && conf->bearer_secrets == nullptr) {
        return "\"logout universal\" needs logout_bearer or logout_jwks:"
               " otherwise everybody could end everybody's sessions";
    }

    if (conf->issuers != nullptr && conf->audiences == nullptr) {
        return "\"logout universal\" with logout_jwks needs logout_audience:"
               " whom its tokens are for";
    }

    if (conf->oidc_index == nullptr) {
        return "\"logout universal\" needs logout_oidc_index to find sessions"
               " by";
    }

    take_over(conf, provider);
    return {};
}
