// The directives logout_guard and logout_check.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/guard/guard.hpp"
#include "http/guard/stream.hpp"

#include "core/url/url.hpp"

namespace logout::http {

namespace {

constexpr char no_sessions[] =
    " has no \"logout_session\" to look for: there must be one on the same"
    " level or above";


bool read_url(ngx_conf_t* cf, std::string_view argument, std::string_view text,
              GuardRule& rule)
{
    UrlBuffer buffer;
    Url url;
    const UrlRule problem = parse_url(text, buffer, url);

    if (problem != UrlRule::ok) {
        return ngx_http_logout_refuse(cf, argument, describe(problem));
    }

    rule.answer = GuardAnswer::redirect;
    rule.url = url.text;
    return true;
}


bool read_on_stale(ngx_conf_t* cf, std::string_view argument,
                   std::string_view text, GuardRule& rule)
{
    rule.refuse_stale = text == "refuse";

    return rule.refuse_stale || text == "allow" ||
           ngx_http_logout_refuse(cf, argument, "it must be allow or refuse");
}


bool read_parameter(ngx_conf_t* cf, std::string_view argument, GuardRule& rule)
{
    const ::Parameter parameter(argument);

    if (argument == "strip") {
        rule.answer = GuardAnswer::strip;
        return true;
    }

    if (argument == "401") {
        rule.answer = GuardAnswer::unauthorized;
        return true;
    }

    if (parameter.name == "redirect" && parameter.has_value) {
        return read_url(cf, argument, parameter.value, rule);
    }

    if (parameter.name == "on_stale" && parameter.has_value) {
        return read_on_stale(cf, argument, parameter.value, rule);
    }

    return ngx_http_logout_unknown_parameter(
        cf, "logout_guard", argument,
        {"strip", "401", "redirect=", "on_stale="});
}


bool read_guard(ngx_conf_t* cf, GuardRule& rule)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    if (to_view(value[1]) == "off") {
        return cf->args->nelts == 2 ||
               ngx_http_logout_refuse(cf, to_view(value[2]),
                                      "it means nothing with \"off\"");
    }

    rule.zone = to_view(value[1]);
    for (ngx_uint_t i = 2; i < cf->args->nelts; ++i) {
        if (!read_parameter(cf, to_view(value[i]), rule)) {
            return false;
        }
    }
    return true;
}


GuardPolicy::Expiry expiry_of(const SessionRule& rule)
{
    GuardPolicy::Expiry expiry;

    expiry.suffix = expire_cookie_suffix(rule.cookie);
    for (const std::string& name : rule.reader->companion_cookies()) {
        expiry.companions.push_back(expire_cookie(name, rule.cookie));
    }
    return expiry;
}


bool set_rule(ngx_conf_t* cf, const ngx_command_t* command, GuardRule*& place,
              bool (*read)(ngx_conf_t*, GuardRule&))
{
    place = create_in_pool<GuardRule>(cf->pool, cf);
    place->directive = to_view(command->name);
    return read(cf, *place);
}


char* set(ngx_conf_t* cf, const ngx_command_t* command, GuardRule*& place,
          bool (*read)(ngx_conf_t*, GuardRule&))
{
    if (place != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    return ngx_http_logout_set(cf, to_view(command->name), [&] {
        return set_rule(cf, command, place, read);
    });
}


bool read_check(ngx_conf_t* cf, GuardRule& rule)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    rule.zone = to_view(value[1]);
    return true;
}

}  // namespace


const GuardPolicy* compile_guard(ngx_conf_t* cf, const GuardRule& rule,
                                 const std::vector<SessionRule>* sessions)
{
    auto* const lmcf = ngx_http_logout_main_conf(cf);
    RevocationZone* const zone = find_zone(lmcf->revocations, rule.zone);

    if (zone == nullptr) {
        ngx_http_logout_conf_error(
            cf, rule.place, "unknown logout_revocations \"" + rule.zone + "\"");
        return nullptr;
    }

    if (!find_stream(cf, *zone)) {
        return nullptr;
    }

    if (rule.refuse_stale && !zone->stream) {
        ngx_http_logout_conf_error(cf, rule.place,
                                   "\"on_stale=refuse\" needs a"
                                   " logout_revocations with stream=KEY");
        return nullptr;
    }

    if (sessions == nullptr) {
        ngx_http_logout_conf_error(cf, rule.place,
                                   '"' + rule.directive + '"' + no_sessions);
        return nullptr;
    }

    auto* const policy = create_in_pool<GuardPolicy>(cf->pool);

    policy->zone = zone;
    policy->answer = rule.answer;
    policy->url = rule.url;
    policy->refuse_stale = rule.refuse_stale;
    for (const SessionRule& session : *sessions) {
        policy->readers.push_back(&*session.reader);
        policy->expiries.push_back(expiry_of(session));
    }

    lmcf->has_guards = true;
    return policy;
}

}  // namespace logout::http


char* ngx_http_logout_guard(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return logout::http::set(cf, command, llcf->guard,
                             logout::http::read_guard);
}


char* ngx_http_logout_check(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);
    auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));

    if (clcf->handler != nullptr) {
        return const_cast<char*>("conflicts with another handler of this"
                                 " location");
    }

    clcf->handler = logout::http::check_handler;
    return logout::http::set(cf, command, llcf->check,
                             logout::http::read_check);
}
