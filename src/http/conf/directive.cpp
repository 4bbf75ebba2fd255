#include "http/conf/directive.hpp"

#include "core/base/did_you_mean.hpp"


Parameter::Parameter(std::string_view argument)
{
    const std::size_t equals = argument.find('=');

    has_value = equals != argument.npos;
    name = argument.substr(0, equals);
    value = has_value ? argument.substr(equals + 1) : std::string_view();
}


bool ngx_http_logout_refuse(ngx_conf_t* cf, std::string_view argument,
                            std::string_view problem)
{
    ngx_str_t text = to_ngx_str(argument);
    ngx_str_t message = to_ngx_str(problem);

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\": %V",
                       &text, &message);
    return false;
}


bool ngx_http_logout_unknown_parameter(
    ngx_conf_t* cf, std::string_view directive, std::string_view argument,
    std::initializer_list<std::string_view> candidates)
{
    const Parameter parameter(argument);
    const std::string_view name =
        argument.substr(0, parameter.name.size() + parameter.has_value);

    const std::string problem = logout::unknown_parameter(
        name, directive, candidates.begin(), candidates.size());
    ngx_str_t text = to_ngx_str(problem);

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V", &text);
    return false;
}


bool ngx_http_logout_unknown_word(ngx_conf_t* cf, std::string_view directive,
                                  std::string_view word,
                                  const std::vector<std::string_view>& words)
{
    const std::string problem =
        logout::unknown_word(word, directive, words.data(), words.size());
    ngx_str_t text = to_ngx_str(problem);

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V", &text);
    return false;
}
