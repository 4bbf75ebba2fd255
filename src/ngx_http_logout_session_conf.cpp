// The directives logout_session and logout_clear_cookie: what a logout ends
// and what browsers are made to forget.

#include "ngx_http_logout_conf.hpp"
#include "ngx_http_logout_pool.hpp"
#include "ngx_http_logout_file.hpp"

#include <exception>


namespace {

char* const conf_error = static_cast<char*>(NGX_CONF_ERROR);


struct NameValue {
    std::string_view name;
    std::string_view value;
    bool has_value;
};


NameValue split(std::string_view argument)
{
    const std::size_t equals = argument.find('=');

    if (equals == argument.npos) {
        return {argument, {}, false};
    }

    return {argument.substr(0, equals), argument.substr(equals + 1), true};
}


char* refuse(ngx_conf_t* cf, std::string_view argument,
             const std::string& problem)
{
    ngx_str_t text = to_ngx_str(argument);
    ngx_str_t message = to_ngx_str(problem);

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\": %V",
                       &text, &message);
    return conf_error;
}


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


// Whether a parameter of the directive being read stands before it, too. Which
// of the two is meant cannot be known.
bool is_repeated(ngx_conf_t* cf, ngx_uint_t index)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const std::string_view name = split(to_view(value[index])).name;

    for (ngx_uint_t i = 1; i < index; ++i) {
        if (split(to_view(value[i])).name == name) {
            return true;
        }
    }

    return false;
}


char* refuse_repeated(ngx_conf_t* cf, ngx_uint_t index)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    return refuse(cf, split(to_view(value[index])).name, "it is given twice");
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


Read read_cookie_attribute(const NameValue& argument,
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


bool compile_key(ngx_conf_t* cf, std::string_view text,
                 std::optional<ngx_http_complex_value_t>& key)
{
    ngx_str_t value = to_ngx_str(text);
    ngx_http_compile_complex_value_t ccv = {};

    key.emplace();

    ccv.cf = cf;
    ccv.value = &value;
    ccv.complex_value = &*key;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK;
}


char* read_session_parameter(ngx_conf_t* cf, ngx_str_t argument,
                             SessionRule& rule)
{
    const std::string_view text = to_view(argument);
    const NameValue parameter = split(text);

    switch (read_cookie_attribute(parameter, rule.cookie)) {
    case Read::done:
        return NGX_CONF_OK;
    case Read::invalid:
        return refuse(cf, text, "it must be strict, lax or none");
    case Read::unknown:
        break;
    }

    if (parameter.name == "key" && !parameter.value.empty()) {
        rule.settings.id_only = true;
        rule.key_text = parameter.value;
        if (!compile_key(cf, parameter.value, rule.key)) {
            return conf_error;
        }

        return rule.key->lengths != nullptr
                   ? NGX_CONF_OK
                   : refuse(cf, text,
                            "everybody's session would have this key, it needs"
                            " $logout_session_id in it");
    }

    if (parameter.name == "redis" && !parameter.value.empty()) {
        rule.store_name = parameter.value;
        return NGX_CONF_OK;
    }

    if (parameter.name == "secret_file" && !parameter.value.empty()) {
        std::string content;

        if (!ngx_http_logout_read_secret_file(cf, parameter.value, content)) {
            return conf_error;
        }

        rule.settings.secrets = logout::session_secrets(content);
        if (rule.settings.secrets.empty()) {
            return refuse(cf, text, "there is no secret in the file");
        }

        return NGX_CONF_OK;
    }

    std::string index_problem;

    if (ngx_http_logout_read_index_parameter(parameter.name, parameter.value,
                                             rule.index, index_problem)) {
        return index_problem.empty() ? NGX_CONF_OK
                                     : refuse(cf, text, index_problem);
    }

    const auto problem = logout::set_session_parameter(
        rule.settings, parameter.name, parameter.value);

    // the value may be a secret, behind a misspelled name
    return problem ? refuse(cf, parameter.name, *problem) : NGX_CONF_OK;
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
        ngx_str_t message = to_ngx_str(problem);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_session: %V",
                           &message);
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


char* read_session(ngx_conf_t* cf, ngx_http_logout_loc_conf_t* llcf)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    if (llcf->sessions == nullptr) {
        llcf->sessions = create_in_pool<std::vector<SessionRule>>(cf->pool);
    }

    SessionRule rule(cf);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        char* const rc = is_repeated(cf, i)
                             ? refuse_repeated(cf, i)
                             : read_session_parameter(cf, value[i], rule);

        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    if (!finish_session(cf, rule)) {
        return conf_error;
    }

    llcf->sessions->push_back(std::move(rule));
    return NGX_CONF_OK;
}


char* read_token(ngx_conf_t* cf, ngx_http_logout_loc_conf_t* llcf)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    if (llcf->tokens == nullptr) {
        llcf->tokens = create_in_pool<std::vector<TokenRule>>(cf->pool);
    }

    TokenRule rule(cf);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const std::string_view text = to_view(value[i]);
        const NameValue parameter = split(text);

        if (is_repeated(cf, i)) {
            return refuse_repeated(cf, i);
        }

        if (parameter.name == "redis" && !parameter.value.empty()) {
            rule.store_name = parameter.value;
        } else if (parameter.name == "key" && !parameter.value.empty()) {
            if (!compile_key(cf, parameter.value, rule.key)) {
                return conf_error;
            }
        } else {
            return ngx_http_logout_unknown_parameter(cf, "logout_token", text,
                                                     {"key=", "redis="});
        }
    }

    if (!rule.key || rule.key->lengths == nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_token\" needs key= with $logout_token in"
                           " it");
        return conf_error;
    }

    llcf->tokens->push_back(std::move(rule));
    return NGX_CONF_OK;
}


char* read_clear_cookie(ngx_conf_t* cf, ngx_http_logout_loc_conf_t* llcf)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    if (llcf->clear_cookies == nullptr) {
        llcf->clear_cookies =
            create_in_pool<std::vector<ClearCookieRule>>(cf->pool);
    }

    ClearCookieRule rule;
    rule.name = to_view(value[1]);

    if (!rule.name.empty() && rule.name.back() == '*') {
        rule.by_prefix = true;
        rule.name.pop_back();
    }

    for (ngx_uint_t i = 2; i < cf->args->nelts; ++i) {
        const std::string_view text = to_view(value[i]);

        if (is_repeated(cf, i)) {
            return refuse_repeated(cf, i);
        }

        switch (read_cookie_attribute(split(text), rule.attributes)) {
        case Read::done:
            break;
        case Read::invalid:
            return refuse(cf, text, "it must be strict, lax or none");
        case Read::unknown:
            return ngx_http_logout_unknown_parameter(
                cf, "logout_clear_cookie", text,
                {"path=", "domain=", "samesite=", "secure", "httponly",
                 "partitioned"});
        }
    }

    if (!check_cookie(cf, rule.name, rule.attributes)) {
        return conf_error;
    }

    llcf->clear_cookies->push_back(std::move(rule));
    return NGX_CONF_OK;
}

}  // namespace


char* ngx_http_logout_session(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    try {
        return read_session(cf, static_cast<ngx_http_logout_loc_conf_t*>(conf));

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_session: %s",
                           e.what());
        return conf_error;
    }
}


char* ngx_http_logout_token(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    try {
        return read_token(cf, static_cast<ngx_http_logout_loc_conf_t*>(conf));

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_token: %s", e.what());
        return conf_error;
    }
}


char* ngx_http_logout_clear_cookie(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    try {
        return read_clear_cookie(
            cf, static_cast<ngx_http_logout_loc_conf_t*>(conf));

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_clear_cookie: %s",
                           e.what());
        return conf_error;
    }
}
