// The directives logout_session and logout_clear_cookie: what a logout ends
// and what browsers are made to forget.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/conf/file.hpp"
#include "http/complex_value.hpp"

#include "core/session/key_template.hpp"


namespace {

bool parse_same_site(std::string_view word, logout::SameSite& same_site)
{
    if (word == "strict" || word == "Strict") {
        same_site = logout::SameSite::strict;
    } else if (word == "lax" || word == "Lax") {
        same_site = logout::SameSite::lax;
    } else if (word == "none" || word == "None") {
        same_site = logout::SameSite::none;
    } else {
        return false;
    }

    return true;
}


// Which of two is meant cannot be known.
bool is_repeated(ngx_conf_t* cf, ngx_uint_t index)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const std::string_view name = Parameter(to_view(value[index])).name;

    for (ngx_uint_t i = 1; i < index; ++i) {
        if (Parameter(to_view(value[i])).name == name) {
            ngx_http_logout_refuse(cf, name, "it is given twice");
            return true;
        }
    }

    return false;
}


enum class Read { done, unknown, invalid };


Read read_cookie_flag(std::string_view flag,
                      logout::CookieAttributes& attributes)
{
    if (flag == "secure") {
        attributes.secure = true;
    } else if (flag == "httponly") {
        attributes.http_only = true;
    } else if (flag == "partitioned") {
        attributes.partitioned = true;
    } else {
        return Read::unknown;
    }

    return Read::done;
}


Read read_cookie_attribute(const Parameter& argument,
                           logout::CookieAttributes& attributes)
{
    if (!argument.has_value) {
        return read_cookie_flag(argument.name, attributes);
    }

    if (argument.name == "path") {
        attributes.path = argument.value;
    } else if (argument.name == "domain") {
        attributes.domain = argument.value;
    } else if (argument.name == "samesite") {
        return parse_same_site(argument.value, attributes.same_site)
                   ? Read::done
                   : Read::invalid;
    } else {
        return Read::unknown;
    }

    return Read::done;
}


bool refuse_same_site(ngx_conf_t* cf, std::string_view argument)
{
    return ngx_http_logout_refuse(cf, argument,
                                  "it must be strict, lax or none");
}


bool read_key(ngx_conf_t* cf, std::string_view argument, std::string_view value,
              SessionRule& rule)
{
    rule.settings.key = value;

    if (!ngx_http_logout_compile_value(cf, value, rule.key.emplace())) {
        return false;
    }

    return rule.key->lengths != nullptr ||
           ngx_http_logout_refuse(cf, argument,
                                  "everybody's session would have this key, it"
                                  " needs $logout_session_id in it");
}


bool read_secrets(ngx_conf_t* cf, std::string_view argument,
                  std::string_view file, SessionRule& rule)
{
    std::string content;

    if (!ngx_http_logout_read_secret_file(cf, argument, file, content)) {
        return false;
    }

    rule.settings.secrets = logout::session_secrets(content);
    return true;
}


bool read_format_parameter(ngx_conf_t* cf, const Parameter& parameter,
                           SessionRule& rule)
{
    const auto problem = logout::set_session_parameter(
        rule.settings, parameter.name, parameter.value);

    // the value may be a secret, behind a misspelled name
    return !problem || ngx_http_logout_refuse(cf, parameter.name, *problem);
}


bool read_session_parameter(ngx_conf_t* cf, std::string_view argument,
                            SessionRule& rule)
{
    const Parameter parameter(argument);

    switch (read_cookie_attribute(parameter, rule.cookie)) {
    case Read::done:
        return true;
    case Read::invalid:
        return refuse_same_site(cf, argument);
    case Read::unknown:
        break;
    }

    if (parameter.name == "key" && !parameter.value.empty()) {
        return read_key(cf, argument, parameter.value, rule);
    }

    if (parameter.name == "redis" && !parameter.value.empty()) {
        rule.in_redis = parameter.value != "off";
        rule.store_name = rule.in_redis ? parameter.value : "";
        return true;
    }

    if (parameter.name == "secret_file" && !parameter.value.empty()) {
        return read_secrets(cf, argument, parameter.value, rule);
    }

    std::string problem;

    if (ngx_http_logout_read_index_parameter(parameter.name, parameter.value,
                                             rule.index, problem)) {
        return problem.empty() || ngx_http_logout_refuse(cf, argument, problem);
    }

    return read_format_parameter(cf, parameter, rule);
}


void report_warnings(ngx_conf_t* cf, const std::vector<std::string>& warnings)
{
    for (const std::string& warning : warnings) {
        ngx_str_t text = to_ngx_str(warning);

        ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "logout_session: %V", &text);
    }
}


bool check_cookie(ngx_conf_t* cf, std::string_view name,
                  const logout::CookieAttributes& attributes)
{
    const auto problem = logout::cookie_problem(name, attributes);

    if (problem) {
        ngx_str_t cookie = to_ngx_str(name);
        ngx_str_t message = to_ngx_str(*problem);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "cookie \"%V\": %V", &cookie,
                           &message);
        return false;
    }

    return true;
}


// The whole key and parts of a key cannot both be meant.
bool check_key(ngx_conf_t* cf, const SessionRule& rule)
{
    if (!rule.key || (!rule.settings.prefix && !rule.settings.suffix)) {
        return true;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "logout_session: \"key=\" is the whole key, \"%s\" has"
                       " no place in it",
                       rule.settings.prefix ? "prefix=" : "suffix=");
    return false;
}


bool refuse_in_session(ngx_conf_t* cf, const std::string& problem)
{
    ngx_str_t message = to_ngx_str(problem);

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_session: %V", &message);
    return false;
}


// What says where and how sessions are stored means nothing without a store.
bool check_without_redis(ngx_conf_t* cf, SessionRule& rule)
{
    const std::string format = "\"format=" + rule.settings.format + '"';

    if (rule.reader->is_sealed() && !rule.store_name.empty()) {
        return refuse_in_session(cf, "\"redis\" means nothing with " + format);
    }

    rule.in_redis = rule.in_redis && !rule.reader->is_sealed();

    if (!rule.in_redis && rule.index) {
        return refuse_in_session(
            cf, "\"all\" means nothing with " +
                    (rule.reader->is_sealed() ? format : "\"redis=off\""));
    }

    return true;
}


bool finish_session(ngx_conf_t* cf, SessionRule& rule)
{
    if (!check_key(cf, rule)) {
        return false;
    }

    std::string problem;
    std::vector<std::string> warnings;

    rule.reader =
        logout::SessionReader::compile(rule.settings, problem, &warnings);
    report_warnings(cf, warnings);

    if (!rule.reader) {
        return refuse_in_session(cf, problem);
    }

    if (!check_without_redis(cf, rule)) {
        return false;
    }

    // the reader has its own, prepared form of them
    rule.settings.secrets.clear();

    if (!check_cookie(cf, rule.reader->cookie_name(), rule.cookie)) {
        return false;
    }

    for (const std::string& name : rule.reader->companion_cookies()) {
        if (!check_cookie(cf, name, rule.cookie)) {
            return false;
        }
    }

    return !rule.index || ngx_http_logout_finish_index(cf, *rule.index);
}


bool read_session(ngx_conf_t* cf, std::vector<SessionRule>& sessions)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    SessionRule rule(cf);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        if (is_repeated(cf, i) ||
            !read_session_parameter(cf, to_view(value[i]), rule)) {
            return false;
        }
    }

    if (!finish_session(cf, rule)) {
        return false;
    }

    sessions.push_back(std::move(rule));
    return true;
}


void warn_of_any_key(ngx_conf_t* cf, std::string_view key)
{
    if (logout::is_bare_variable(key, "logout_token")) {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "logout_token: a client can name any key of the"
                           " database; give a text in \"key=\", and let"
                           " nginx's Redis user delete nothing else");
    }
}


bool read_token_parameter(ngx_conf_t* cf, std::string_view argument,
                          TokenRule& rule)
{
    const Parameter parameter(argument);

    if (parameter.name == "redis" && !parameter.value.empty()) {
        rule.store_name = parameter.value;
        return true;
    }

    if (parameter.name == "key" && !parameter.value.empty()) {
        warn_of_any_key(cf, parameter.value);
        return ngx_http_logout_compile_value(cf, parameter.value,
                                             rule.key.emplace());
    }

    return ngx_http_logout_unknown_parameter(cf, "logout_token", argument,
                                             {"key=", "redis="});
}


bool read_token(ngx_conf_t* cf, std::vector<TokenRule>& tokens)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    TokenRule rule(cf);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        if (is_repeated(cf, i) ||
            !read_token_parameter(cf, to_view(value[i]), rule)) {
            return false;
        }
    }

    if (!rule.key || rule.key->lengths == nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_token\" needs key= with $logout_token in"
                           " it");
        return false;
    }

    tokens.push_back(std::move(rule));
    return true;
}


bool read_clear_cookie_parameter(ngx_conf_t* cf, std::string_view argument,
                                 ClearCookieRule& rule)
{
    switch (read_cookie_attribute(Parameter(argument), rule.attributes)) {
    case Read::done:
        break;
    case Read::invalid:
        return refuse_same_site(cf, argument);
    case Read::unknown:
        return ngx_http_logout_unknown_parameter(
            cf, "logout_clear_cookie", argument,
            {"path=", "domain=", "samesite=", "secure", "httponly",
             "partitioned"});
    }

    return true;
}


bool read_clear_cookie(ngx_conf_t* cf, std::vector<ClearCookieRule>& cookies)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    ClearCookieRule rule;

    rule.name = to_view(value[1]);
    if (!rule.name.empty() && rule.name.back() == '*') {
        rule.by_prefix = true;
        rule.name.pop_back();
    }

    for (ngx_uint_t i = 2; i < cf->args->nelts; ++i) {
        if (is_repeated(cf, i) ||
            !read_clear_cookie_parameter(cf, to_view(value[i]), rule)) {
            return false;
        }
    }

    if (!check_cookie(cf, rule.name, rule.attributes)) {
        return false;
    }

    cookies.push_back(std::move(rule));
    return true;
}

}  // namespace


char* ngx_http_logout_session(ngx_conf_t* cf, ngx_command_t* command,
                              void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_more(cf, command, llcf->sessions, read_session);
}


char* ngx_http_logout_token(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_more(cf, command, llcf->tokens, read_token);
}


char* ngx_http_logout_clear_cookie(ngx_conf_t* cf, ngx_command_t* command,
                                   void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_more(cf, command, llcf->clear_cookies,
                                    read_clear_cookie);
}
