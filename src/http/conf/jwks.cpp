// The directive logout_jwks: the keys and the name of an OpenID Connect
// provider whose tokens are believed.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/conf/file.hpp"

#include "core/token/issuer.hpp"
#include "core/token/logout_token.hpp"

#include <algorithm>


namespace {

constexpr int default_max_age = 5 * 60;

struct Arguments {
    std::string_view file;
    std::string_view issuer;
    bool expiry_optional = false;
    std::optional<int> max_age;  // in seconds
};


bool read_expiry(ngx_conf_t* cf, std::string_view argument,
                 std::string_view value, Arguments& arguments)
{
    arguments.expiry_optional = value == "optional";

    return arguments.expiry_optional ||
           ngx_http_logout_refuse(cf, argument, "it must be exp=optional");
}


bool read_max_age(ngx_conf_t* cf, std::string_view argument,
                  std::string_view value, Arguments& arguments)
{
    ngx_str_t text = to_ngx_str(value);
    const ngx_int_t seconds = ngx_parse_time(&text, 1);

    if (seconds < 1 || seconds > logout::logout_token_max_lifetime) {
        return ngx_http_logout_refuse(cf, argument,
                                      "it must be a time of one second to one"
                                      " day");
    }

    arguments.max_age = static_cast<int>(seconds);
    return true;
}


bool read_argument(ngx_conf_t* cf, std::string_view argument,
                   Arguments& arguments)
{
    const Parameter parameter(argument);

    if (parameter.name == "issuer" && parameter.has_value) {
        arguments.issuer = parameter.value;
        return true;
    }

    if (parameter.name == "exp" && parameter.has_value) {
        return read_expiry(cf, argument, parameter.value, arguments);
    }

    if (parameter.name == "max_age" && parameter.has_value) {
        return read_max_age(cf, argument, parameter.value, arguments);
    }

    if (!arguments.file.empty()) {
        return ngx_http_logout_refuse(cf, argument,
                                      "it must be a file, and one only, or"
                                      " issuer=URL, exp=optional or"
                                      " max_age=TIME");
    }

    arguments.file = argument;
    return true;
}


bool read_arguments(ngx_conf_t* cf, Arguments& arguments)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        if (!read_argument(cf, to_view(value[i]), arguments)) {
            return false;
        }
    }

    if (arguments.file.empty() || arguments.issuer.empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" needs a file and issuer=URL", &value[0]);
        return false;
    }

    if (arguments.max_age && !arguments.expiry_optional) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"max_age\" means nothing without"
                           " \"exp=optional\"");
        return false;
    }

    return true;
}


bool is_listed(const logout::TokenIssuers& issuers, std::string_view name)
{
    return std::any_of(issuers.begin(), issuers.end(),
                       [name](const logout::TokenIssuer& issuer) {
                           return issuer.issuer == name;
                       });
}


bool check_issuer(ngx_conf_t* cf, std::string_view issuer,
                  const logout::TokenIssuers& others)
{
    const char* const problem = is_listed(others, issuer)
                                    ? "it is there twice"
                                    : logout::issuer_problem(issuer);

    if (problem != nullptr) {
        ngx_str_t text = to_ngx_str(issuer);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid issuer \"%V\": %s",
                           &text, problem);
        return false;
    }

    return true;
}


std::optional<logout::Jwks> read_keys(ngx_conf_t* cf, std::string_view file)
{
    std::string content;
    std::string problem;
    std::vector<std::string> passed_over;
    ngx_str_t name = to_ngx_str(file);

    if (!ngx_http_logout_read_file(
            cf, file, static_cast<off_t>(logout::jwks_max_length), content)) {
        return std::nullopt;
    }

    auto keys = logout::Jwks::parse(content, problem, passed_over);

    // usual: providers list their keys for encryption, too
    for (const std::string& reason : passed_over) {
        ngx_str_t text = to_ngx_str(reason);

        ngx_conf_log_error(NGX_LOG_NOTICE, cf, 0, "\"%V\": %V", &name, &text);
    }

    if (!keys) {
        ngx_str_t text = to_ngx_str(problem);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\": %V", &name, &text);
    }

    return keys;
}

}  // namespace


bool ngx_http_logout_add_issuer(ngx_conf_t* cf, logout::TokenIssuers& issuers)
{
    Arguments arguments;

    if (!read_arguments(cf, arguments) ||
        !check_issuer(cf, arguments.issuer, issuers)) {
        return false;
    }

    auto keys = read_keys(cf, arguments.file);
    if (!keys) {
        return false;
    }

    issuers.push_back({std::string(arguments.issuer), std::move(*keys),
                       arguments.expiry_optional
                           ? arguments.max_age.value_or(default_max_age)
                           : 0});
    return true;
}


char* ngx_http_logout_jwks(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_more(cf, command, llcf->issuers,
                                    ngx_http_logout_add_issuer);
}
