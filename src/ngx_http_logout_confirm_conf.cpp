// The directive logout_confirm: the user is asked first.

#include "ngx_http_logout_conf.hpp"
#include "ngx_http_logout_file.hpp"
#include "ngx_http_logout_pool.hpp"

#include <exception>


namespace {

char* const conf_error = static_cast<char*>(NGX_CONF_ERROR);
constexpr std::string_view secret_parameter = "secret_file=";


bool read_switch(ngx_conf_t* cf, ngx_str_t word, Confirmation& confirmation)
{
    const std::string_view text = to_view(word);

    if (text != "on" && text != "off") {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"logout_confirm\", it must"
                           " be \"on\" or \"off\"",
                           &word);
        return false;
    }

    confirmation.on = text == "on";
    return true;
}


bool read_secret(ngx_conf_t* cf, ngx_str_t argument, Confirmation& confirmation)
{
    const std::string_view text = to_view(argument);

    if (text.substr(0, secret_parameter.size()) != secret_parameter ||
        text.size() == secret_parameter.size()) {
        ngx_http_logout_unknown_parameter(cf, "logout_confirm", text,
                                          {secret_parameter});
        return false;
    }

    if (!ngx_http_logout_read_secret_file(
            cf, text.substr(secret_parameter.size()), confirmation.secret)) {
        return false;
    }

    if (logout::session_secrets(confirmation.secret).empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\": there is no secret in"
                           " the file",
                           &argument);
        return false;
    }

    return true;
}


char* read_confirm(ngx_conf_t* cf, ngx_http_logout_loc_conf_t* llcf)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    llcf->confirmation = create_in_pool<Confirmation>(cf->pool);

    if (!read_switch(cf, value[1], *llcf->confirmation)) {
        return conf_error;
    }

    if (cf->args->nelts > 2 &&
        !read_secret(cf, value[2], *llcf->confirmation)) {
        return conf_error;
    }

    return NGX_CONF_OK;
}


logout::HmacKey make_key(ngx_conf_t* cf, const Confirmation& confirmation)
{
    const auto* const lmcf = static_cast<ngx_http_logout_main_conf_t*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_logout_module));

    // hash_key has other uses: what is made here is good for nothing else
    const std::string_view made(reinterpret_cast<const char*>(lmcf->hash_key),
                                sizeof(lmcf->hash_key));
    const std::string_view secret =
        confirmation.secret.empty() ? made : confirmation.secret;
    const logout::DigestValue key =
        logout::HmacKey(logout::DigestAlgorithm::sha256, secret)
            .sign({"the key of logout_confirm"});

    return {logout::DigestAlgorithm::sha256, key.view()};
}

}  // namespace


char* ngx_http_logout_confirm(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    if (llcf->confirmation != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    try {
        return read_confirm(cf, llcf);

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_confirm: %s",
                           e.what());
        return conf_error;
    }
}


bool ngx_http_logout_compile_confirmation(
    ngx_conf_t* cf, const ngx_http_logout_loc_conf_t* conf,
    LocationPolicy& location)
{
    if (conf->confirmation == nullptr || !conf->confirmation->on) {
        return true;
    }

    if (location.policy.sessions.empty()) {
        ngx_http_logout_conf_error(cf, *conf->place,
                                   "\"logout_confirm\" needs a logout_session:"
                                   " what is confirmed is its end");
        return false;
    }

    if (!location.policy.methods.contains(logout::Method::post)) {
        ngx_http_logout_conf_error(
            cf, *conf->place,
            "\"logout_confirm\" needs POST in logout_methods");
        return false;
    }

    if (location.policy.cross_site == logout::CrossSitePolicy::any) {
        ngx_http_logout_conf_error(
            cf, *conf->place,
            "\"logout_confirm\" asks no script, and with \"logout_cross_site"
            " any\" those of all sites are served");
        return false;
    }

    location.confirmation_key = make_key(cf, *conf->confirmation);
    location.policy.confirmation_key = &*location.confirmation_key;
    return true;
}
