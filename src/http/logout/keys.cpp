// What a plan needs from nginx's variables: keys that key= makes, indexes that
// all= names, and the federated URL.

#include "http/logout/context.hpp"
#include "http/complex_value.hpp"

#include "redis/conf.hpp"


namespace {

// A key that is empty, because a variable of key= was, names nothing.
void add_made_key(LogoutContext& context, const LocationPolicy::Session& rule,
                  const KeyVariables& variables, std::size_t session)
{
    if (ngx_http_logout_was_used_early(context.r)) {
        ngx_http_logout_refuse_early_use(context, *rule.store);
        return;
    }

    const KeyScope scope(context, variables);
    const std::string_view key = ngx_http_logout_evaluate(context.r, *rule.key);

    if (!key.empty()) {
        context.keys.push_back({*rule.store, key, session});
    }
}


// The session's own keys, which `context.keys` ends with from `first` on, are
// deleted by the script that deletes the others.
void add_script(LogoutContext& context, const LocationPolicy::Session& rule,
                const logout::PlannedSession& planned, std::size_t first)
{
    if (first == context.keys.size()) {
        return;
    }

    if (ngx_http_logout_was_used_early(context.r)) {
        ngx_http_logout_refuse_early_use(context, *rule.store);
        return;
    }

    std::pmr::vector<std::string_view> own(&context.memory);

    for (std::size_t i = first; i < context.keys.size(); ++i) {
        own.push_back(context.keys[i].text);
    }

    const KeyVariables variables{planned.session.id};
    auto words = ngx_http_logout_index_command(context, *rule.index, variables,
                                               own.data(), own.size());
    if (!words) {
        return;
    }

    for (std::size_t i = first; i < context.keys.size(); ++i) {
        context.keys[i].in_script = true;
    }
    context.commands.push_back(
        {*rule.store, std::move(*words), context.keys[first].session});
}

}  // namespace


std::string_view ngx_http_logout_store_name(ngx_http_request_t* r,
                                            std::size_t store)
{
    const logout::redis::StoreConfs stores(
        ngx_http_logout_main_conf(r)->stores);

    return to_view(stores[store].name);
}


void ngx_http_logout_add_session_keys(LogoutContext& context,
                                      const logout::PlannedSession& planned)
{
    const std::size_t session =
        static_cast<std::size_t>(&planned - context.plan->sessions.data());
    const LocationPolicy::Session& rule =
        context.location.sessions[planned.rule];

    if (!rule.store) {
        return;
    }

    if (rule.key != nullptr) {
        add_made_key(context, rule, {planned.session.id}, session);
        return;
    }

    for (const std::string_view key : planned.session.keys) {
        context.keys.push_back({*rule.store, key, session});
    }
}


void ngx_http_logout_add_token_keys(LogoutContext& context)
{
    if (context.plan->token.empty()) {
        return;
    }

    for (const LocationPolicy::Session& rule : context.location.tokens) {
        add_made_key(context, rule, {{}, context.plan->token},
                     LogoutContext::no_session);
    }
}


void ngx_http_logout_collect_keys(LogoutContext& context)
{
    context.keys.reserve(context.plan->sessions.size());

    for (const logout::PlannedSession& planned : context.plan->sessions) {
        const LocationPolicy::Session& rule =
            context.location.sessions[planned.rule];
        const std::size_t first = context.keys.size();

        ngx_http_logout_add_session_keys(context, planned);
        if (rule.index != nullptr) {
            add_script(context, rule, planned, first);
        }
    }

    ngx_http_logout_add_token_keys(context);
    ngx_http_logout_add_provider_script(context);
}


std::string_view ngx_http_logout_federated_url(LogoutContext& context)
{
    const FederatedUrl* federated = context.location.federated;
    const logout::Client* const client = context.plan->client;

    if (client != nullptr && client->tag > 0) {
        federated = &context.location.clients->federated[client->tag - 1];
    }

    if (!context.plan->federated || federated == nullptr) {
        return {};
    }

    logout::UrlBuffer buffer;
    const std::string_view url = logout::check_federated(
        ngx_http_logout_evaluate(context.r, *federated->value),
        federated->origin, buffer);

    if (url.empty()) {
        ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0,
                      "logout: the federated URL is not a URL of the origin it"
                      " was configured with, the return URL is used");
        return {};
    }

    return to_view(copy_to_pool(context.r->pool, url));
}
