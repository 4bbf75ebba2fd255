// The directive logout_https: whether the client speaks HTTPS, where a proxy in
// front may have ended TLS.

#include "http/complex_value.hpp"
#include "http/conf.hpp"
#include "http/conf/directive.hpp"


namespace {

bool is_word(std::string_view text)
{
    return text == "auto" || text == "on" || text == "off";
}


bool read_https(ngx_conf_t* cf, ngx_http_complex_value_t& value)
{
    const auto* const argument = static_cast<ngx_str_t*>(cf->args->elts);
    const std::string_view text = to_view(argument[1]);

    if (!is_word(text) && text.find('$') == text.npos) {
        return ngx_http_logout_unknown_word(
            cf, "logout_https", text, {"auto", "on", "off", "a variable"});
    }

    return ngx_http_logout_compile_value(cf, text, value);
}

}  // namespace


char* ngx_http_logout_https(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->https, read_https);
}
