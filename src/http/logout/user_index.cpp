#include "http/logout/user_index.hpp"

#include "http/logout/context.hpp"
#include "http/complex_value.hpp"

#include "core/session/key_template.hpp"


namespace {

constexpr std::string_view user_variable = "$logout_user";
constexpr std::string_view braced_user_variable = "${logout_user}";


struct Place {
    std::size_t begin;
    std::size_t end;
};


bool is_name_byte(char byte)
{
    return byte == '_' || (byte >= '0' && byte <= '9') ||
           (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}


std::optional<Place> find_user(std::string_view text, std::size_t from)
{
    const std::size_t braced = text.find(braced_user_variable, from);

    if (braced != text.npos) {
        return Place{braced, braced + braced_user_variable.size()};
    }

    const std::size_t plain = text.find(user_variable, from);
    if (plain == text.npos) {
        return std::nullopt;
    }

    const std::size_t end = plain + user_variable.size();
    if (end < text.size() && is_name_byte(text[end])) {
        return find_user(text, end);
    }

    return Place{plain, end};
}


bool refuse(ngx_conf_t* cf, const char* problem)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_session: %s", problem);
    return false;
}


bool compile_around_user(ngx_conf_t* cf, IndexRule& rule)
{
    const auto place = find_user(rule.text, 0);

    if (!place) {
        return refuse(cf, "\"user_field=\" needs \"$logout_user\" in \"all=\","
                          " where the user is to stand");
    }

    const std::string_view text = rule.text;
    const std::string_view behind = text.substr(place->end);

    if (find_user(behind, 0)) {
        return refuse(cf, "\"$logout_user\" is twice in \"all=\"");
    }

    return ngx_http_logout_compile_value(cf, text.substr(0, place->begin),
                                         rule.key.emplace()) &&
           ngx_http_logout_compile_value(cf, behind, rule.key_end.emplace());
}


// What a request may say freely lets everybody name any user.
void warn_of_request_variables(ngx_conf_t* cf, const IndexRule& rule)
{
    for (const char* const name :
         {"$arg_", "${arg_", "$cookie_", "${cookie_", "$http_", "${http_"}) {
        if (rule.text.find(name) != std::string::npos) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "logout_session: a client can put any user into"
                               " \"all=\", and end that user's sessions, by"
                               " \"%s...\"",
                               name);
        }
    }
}


// A key that lacks what a variable should have given is nobody's index.
bool has_empty_variable(LogoutContext& context,
                        const ngx_http_complex_value_t& value)
{
    const ngx_uint_t* index = value.flushes;

    for (; index != nullptr && *index != static_cast<ngx_uint_t>(-1); ++index) {
        const ngx_http_variable_value_t* const variable =
            ngx_http_get_flushed_variable(context.r, *index);

        if (variable == nullptr || variable->not_found || variable->len == 0) {
            return true;
        }
    }

    return false;
}

}  // namespace


bool ngx_http_logout_read_index_parameter(std::string_view name,
                                          std::string_view value,
                                          std::optional<IndexRule>& rule,
                                          std::string& problem)
{
    IndexRule read = rule.value_or(IndexRule());

    if (name == "all") {
        read.text = value;
    } else if (name == "all_prefix") {
        read.member_prefix = value;
    } else if (name == "user_field") {
        read.user_field = value;
    } else if (name == "all_max") {
        problem = logout::read_session_index_max(value, read.max)
                      .value_or(std::string());
    } else {
        return false;
    }

    if (value.empty()) {
        problem = "it is empty";
    } else if (name != "all" && logout::has_variable(value)) {
        problem = "it takes no variables";
    }

    rule = std::move(read);
    return true;
}


bool ngx_http_logout_finish_index(ngx_conf_t* cf, IndexRule& rule)
{
    if (rule.text.empty()) {
        return refuse(cf, "\"all_prefix=\", \"all_max=\" and \"user_field=\""
                          " mean nothing without \"all=\"");
    }

    warn_of_request_variables(cf, rule);

    if (!rule.user_field.empty()) {
        return compile_around_user(cf, rule);
    }

    if (find_user(rule.text, 0)) {
        return refuse(cf, "\"$logout_user\" in \"all=\" needs \"user_field=\","
                          " the field of the session that has it");
    }

    if (!ngx_http_logout_compile_value(cf, rule.text, rule.key.emplace())) {
        return false;
    }

    return rule.key->lengths != nullptr ||
           refuse(cf, "\"all=\" names no user: it has no variable");
}


std::optional<std::pmr::vector<std::string_view>>
ngx_http_logout_index_command(LogoutContext& context, const IndexRule& rule,
                              const KeyVariables& variables,
                              const std::string_view* own_keys,
                              std::size_t count)
{
    const KeyScope scope(context, variables);
    logout::SessionIndex index;

    if (has_empty_variable(context, *rule.key) ||
        (rule.key_end && has_empty_variable(context, *rule.key_end))) {
        return std::nullopt;
    }

    index.key = ngx_http_logout_evaluate(context.r, *rule.key);
    if (rule.key_end) {
        index.key_end = ngx_http_logout_evaluate(context.r, *rule.key_end);
    }

    index.user_field = rule.user_field;
    index.member_prefix = rule.member_prefix;
    index.max = rule.max;
    index.own_keys = own_keys;
    index.own_key_count = count;
    index.list_keys = context.location.deferred.again != nullptr;

    return logout::session_index_command(index, &context.memory);
}
