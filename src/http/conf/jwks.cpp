// The directive logout_jwks: the keys and the name of the OpenID Connect
// provider whose tokens are believed.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/conf/file.hpp"

#include "core/token/issuer.hpp"


namespace {

struct Arguments {
    std::string_view file;
    std::string_view issuer;
};


bool read_arguments(ngx_conf_t* cf, Arguments& arguments)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const Parameter parameter(to_view(value[i]));

        if (parameter.name == "issuer" && parameter.has_value) {
            arguments.issuer = parameter.value;
        } else {
            arguments.file = to_view(value[i]);
        }
    }

    if (arguments.file.empty() || arguments.issuer.empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" needs a file and issuer=URL", &value[0]);
        return false;
    }

    return true;
}


bool check_issuer(ngx_conf_t* cf, std::string_view issuer)
{
    const char* const problem = logout::issuer_problem(issuer);

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


logout::TokenIssuer* ngx_http_logout_read_issuer(ngx_conf_t* cf)
{
    Arguments arguments;

    if (!read_arguments(cf, arguments) || !check_issuer(cf, arguments.issuer)) {
        return nullptr;
    }

    auto keys = read_keys(cf, arguments.file);
    if (!keys) {
        return nullptr;
    }

    return create_in_pool<logout::TokenIssuer>(
        cf->pool,
        logout::TokenIssuer{std::string(arguments.issuer), std::move(*keys)});
}


char* ngx_http_logout_jwks(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    if (llcf->issuer != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    return ngx_http_logout_set(cf, to_view(command->name), [&] {
        llcf->issuer = ngx_http_logout_read_issuer(cf);
        return llcf->issuer != nullptr;
    });
}
