// The directive logout_confirm: the user is asked first.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/conf/file.hpp"


namespace {

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


bool read_secret(ngx_conf_t* cf, std::string_view argument,
                 Confirmation& confirmation)
{
    const Parameter parameter(argument);

    if (parameter.name != "secret_file" || parameter.value.empty()) {
        return ngx_http_logout_unknown_parameter(cf, "logout_confirm", argument,
                                                 {"secret_file="});
    }

    return ngx_http_logout_read_secret_file(cf, argument, parameter.value,
                                            confirmation.secret);
}


bool read_confirm(ngx_conf_t* cf, Confirmation& confirmation)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    return read_switch(cf, value[1], confirmation) &&
           (cf->args->nelts == 2 ||
            read_secret(cf, to_view(value[2]), confirmation));
}


logout::HmacKey make_key(ngx_conf_t* cf, const Confirmation& confirmation)
{
    constexpr auto algorithm = logout::DigestAlgorithm::sha256;
    const logout::HmacKey master =
        confirmation.secret.empty()
            ? *ngx_http_logout_main_conf(cf)->hash_key
            : logout::HmacKey(algorithm, confirmation.secret);

    // the other has other uses: what is made here is good for nothing else
    return {algorithm, master.sign({"the key of logout_confirm"}).view()};
}

}  // namespace


char* ngx_http_logout_confirm(ngx_conf_t* cf, ngx_command_t* command,
                              void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->confirmation,
                                    read_confirm);
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
