// The directive logout_event: where a logout is told, and what of it.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/complex_value.hpp"

#include "core/base/did_you_mean.hpp"
#include "redis/deferred_queue.hpp"


namespace {

// As many as fit into a command that is kept for later, with those that every
// event has.
constexpr std::size_t most_fields = 16;

static_assert(6 + 2 * (8 + most_fields) <= logout::redis::deferred_words_max,
              "an event must fit");


// What is wrong with a field whose value is no variable: the name of another
// parameter may have been meant.
std::string no_field(std::string_view name)
{
    constexpr std::string_view names[] = {"stream", "channel", "maxlen",
                                          "redis"};
    const std::string_view nearest = logout::nearest_word(name, names, 4);

    if (!nearest.empty()) {
        return "did you mean \"" + std::string(nearest) + "=\"?";
    }

    return "it must be stream=, channel=, maxlen=, redis=, or a field with a"
           " variable, NAME=$VARIABLE";
}


std::string add_field(ngx_conf_t* cf, const Parameter& argument,
                      EventRule& rule)
{
    if (argument.value.find('$') == argument.value.npos) {
        return no_field(argument.name);
    }

    const auto problem = logout::event_field_problem(argument.name);
    if (problem) {
        return std::string(*problem);
    }

    for (const EventRule::Field& field : rule.fields) {
        if (field.name == argument.name) {
            return "there is a field of this name already";
        }
    }

    if (rule.fields.size() == most_fields) {
        return "there may be " + std::to_string(most_fields) + " fields";
    }

    rule.fields.push_back({std::string(argument.name), {}});

    // it says what is wrong by itself
    return ngx_http_logout_compile_value(cf, argument.value,
                                         rule.fields.back().value)
               ? std::string()
               : "it cannot be compiled";
}


std::string set_target(logout::EventTarget::Kind kind, std::string_view name,
                       logout::EventTarget& target)
{
    if (!target.name.empty()) {
        return "an event goes to one stream or channel";
    }

    if (name.find('$') != name.npos) {
        return "the name takes no variables";
    }

    target.kind = kind;
    target.name = name;
    return {};
}


std::string set_max_length(std::string_view text, logout::EventTarget& target)
{
    ngx_str_t digits = to_ngx_str(text);
    const ngx_int_t length = ngx_atoi(digits.data, digits.len);

    if (length == NGX_ERROR || length == 0) {
        return "it must be a number of entries";
    }

    target.max_length = std::to_string(length);
    return {};
}


// Returns a problem, or an empty string.
std::string read_argument(ngx_conf_t* cf, const Parameter& argument,
                          EventRule& rule, bool& has_max_length)
{
    using Kind = logout::EventTarget::Kind;

    if (argument.value.empty()) {
        return no_field(argument.name);
    }

    if (argument.name == "stream") {
        return set_target(Kind::stream, argument.value, rule.target);
    }

    if (argument.name == "channel") {
        return set_target(Kind::channel, argument.value, rule.target);
    }

    if (argument.name == "maxlen") {
        has_max_length = true;
        return set_max_length(argument.value, rule.target);
    }

    if (argument.name == "redis") {
        rule.store_name = argument.value;
        return {};
    }

    return add_field(cf, argument, rule);
}


bool check_target(ngx_conf_t* cf, const EventRule& rule, bool has_max_length)
{
    if (rule.target.name.empty()) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_event\" needs stream=NAME or"
                           " channel=NAME");
        return false;
    }

    if (has_max_length &&
        rule.target.kind == logout::EventTarget::Kind::channel) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_event\": maxlen= is for a stream");
        return false;
    }

    return true;
}


bool read_event(ngx_conf_t* cf, std::vector<EventRule>& events)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    bool has_max_length = false;
    EventRule rule(cf);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const std::string_view argument = to_view(value[i]);
        const std::string problem =
            read_argument(cf, Parameter(argument), rule, has_max_length);

        if (!problem.empty()) {
            return ngx_http_logout_refuse(cf, argument, problem);
        }
    }

    ngx_str_t name = ngx_string("request_id");
    rule.request_id = ngx_http_get_variable_index(cf, &name);
    if (rule.request_id == NGX_ERROR) {
        return false;
    }

    events.push_back(std::move(rule));
    return check_target(cf, events.back(), has_max_length);
}

}  // namespace


char* ngx_http_logout_event(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_more(cf, command, llcf->events, read_event);
}
