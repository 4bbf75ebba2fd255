// Which locations a logout_explain explains, and to whom.

#include "http/explain/explain.hpp"

#include "http/conf/directive.hpp"

#include "core/base/did_you_mean.hpp"
#include "core/base/html_page.hpp"

#include <deque>
#include <exception>


struct Explaining {
    std::deque<ExplainedLocation> locations;
    std::vector<ExplainRule*> rules;
};


namespace {

constexpr char handler_conflict[] =
    "conflicts with another handler of this location";

std::string unknown_parameter(std::string_view word)
{
    constexpr std::string_view words[] = {"show_keys", "unprotected"};
    const std::string_view nearest = logout::nearest_word(word, words, 2);
    std::string message = "unknown parameter \"" + std::string(word) + "\"";

    if (!nearest.empty()) {
        message += ", did you mean \"" + std::string(nearest) + "\"?";
    } else {
        message += ": it is neither a location, which begins with \"/\" or"
                   " \"@\", nor show_keys, nor unprotected";
    }

    return message;
}


// Returns a problem, or an empty string.
std::string read_parameter(std::string_view word, ExplainRule& rule)
{
    if (word == "show_keys") {
        rule.show_keys = true;
    } else if (word == "unprotected") {
        rule.unprotected = true;
    } else if (!word.empty() && (word[0] == '/' || word[0] == '@')) {
        rule.names.emplace_back(word);
    } else {
        return unknown_parameter(word);
    }

    return {};
}


bool read_explain(ngx_conf_t* cf, ExplainRule& rule)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const std::string problem = read_parameter(to_view(value[i]), rule);

        if (!problem.empty()) {
            ngx_str_t message = to_ngx_str(problem);

            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"logout_explain\": %V",
                               &message);
            return false;
        }
    }

    return true;
}


Explaining& explaining_of(ngx_conf_t* cf)
{
    auto* const lmcf = ngx_http_logout_main_conf(cf);

    if (lmcf->explaining == nullptr) {
        lmcf->explaining = create_in_pool<Explaining>(cf->pool);
    }

    return *lmcf->explaining;
}


bool is_named(const ExplainRule& rule, const ExplainedLocation& location)
{
    if (rule.names.empty()) {
        return true;
    }

    for (const std::string& name : rule.names) {
        if (name == location.name) {
            return true;
        }
    }

    return false;
}


void find_locations(const Explaining& explaining, ExplainRule& rule)
{
    for (const ExplainedLocation& location : explaining.locations) {
        if (location.server == rule.server && is_named(rule, location)) {
            rule.explained.push_back(&location);
        }
    }
}


void note_location(ngx_conf_t* cf, ngx_http_logout_loc_conf_t* conf)
{
    const auto* const cscf = static_cast<ngx_http_core_srv_conf_t*>(
        ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module));
    const auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));

    if (conf->protocol != nullptr) {
        explaining_of(cf).locations.push_back(
            {to_view(clcf->name), cscf, conf});
    }

    if (conf->explain != nullptr) {
        conf->explain->server = cscf;
        conf->explain->location = clcf;
        explaining_of(cf).rules.push_back(conf->explain);
    }
}


// The first name that is no location with "logout" of the server; empty if
// there is none.
std::string_view unknown_name(const ExplainRule& rule)
{
    for (const std::string& name : rule.names) {
        bool is_known = false;

        for (const ExplainedLocation* const location : rule.explained) {
            is_known = is_known || location->name == name;
        }

        if (!is_known) {
            return name;
        }
    }

    return {};
}


// Why strangers can read it; empty if they cannot.
std::string openness_of(const ngx_cycle_t* cycle, const ExplainRule& rule)
{
    switch (ngx_http_logout_protection(cycle, rule.location)) {
    case Protection::complete:
        break;
    case Protection::partial:
        return "\"logout_explain\" tells what the configuration allows, and"
               " \"allow\" and \"deny\" let strangers ask here: end them with"
               " \"deny all\", or add \"unprotected\" if something else keeps"
               " strangers out";
    case Protection::none:
        return "\"logout_explain\" tells what the configuration allows:"
               " restrict who may ask with \"allow\" and \"deny\","
               " \"auth_basic\", \"auth_request\" or \"internal\", or add"
               " \"unprotected\" if something else does";
    }

    return {};
}


// What is wrong; empty if nothing is.
std::string problem_of(const ngx_cycle_t* cycle, const ExplainRule& rule)
{
    const std::string_view name = unknown_name(rule);

    if (rule.location->handler != ngx_http_logout_explain_handler) {
        return std::string("\"logout_explain\" ") + handler_conflict;
    }

    if (!name.empty()) {
        return "\"logout_explain\": \"" + std::string(name) +
               "\" is not a location of this server with \"logout\"";
    }

    if (rule.explained.empty()) {
        return "\"logout_explain\": there is no location with \"logout\" in"
               " this server";
    }

    return rule.unprotected ? std::string() : openness_of(cycle, rule);
}

}  // namespace


char* ngx_http_logout_explain(ngx_conf_t* cf, ngx_command_t* command,
                              void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);
    auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));

    if (llcf->explain != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    if (clcf->handler != nullptr) {
        return const_cast<char*>(handler_conflict);
    }

    clcf->handler = ngx_http_logout_explain_handler;

    return ngx_http_logout_set(cf, to_view(command->name), [&] {
        llcf->explain = create_in_pool<ExplainRule>(cf->pool, cf);
        return read_explain(cf, *llcf->explain);
    });
}


bool ngx_http_logout_note_location(ngx_conf_t* cf,
                                   ngx_http_logout_loc_conf_t* conf) noexcept
{
    try {
        note_location(cf, conf);
        return true;

    } catch (const std::bad_alloc&) {
        return false;
    }
}


ngx_int_t ngx_http_logout_resolve_explain(ngx_conf_t* cf)
{
    const auto* const lmcf = ngx_http_logout_main_conf(cf);

    if (lmcf->explaining == nullptr) {
        return NGX_OK;
    }

    try {
        for (ExplainRule* const rule : lmcf->explaining->rules) {
            find_locations(*lmcf->explaining, *rule);
            rule->page_policy = logout::page_policy();

            const std::string problem = problem_of(cf->cycle, *rule);
            if (!problem.empty()) {
                ngx_http_logout_conf_error(cf, rule->place, problem);
                return NGX_ERROR;
            }
        }

        return NGX_OK;

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "logout_explain: %s",
                      e.what());
        return NGX_ERROR;
    }
}
