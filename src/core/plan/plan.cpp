#include "core/plan/plan.hpp"

#include "core/request/bearer.hpp"
#include "core/plan/client_choice.hpp"
#include "core/request/jsonp.hpp"
#include "core/plan/provider.hpp"
#include "core/plan/steps.hpp"
#include "core/request/oidc_state.hpp"
#include "core/base/text.hpp"

namespace logout {

namespace {

const Origins no_origins;


ParameterVerdict read_body(const LogoutRequest& request, ParameterSet wanted,
                           std::pmr::memory_resource* memory,
                           Parameters& parameters)
{
    if (request.body.empty()) {
        return {};
    }

    switch (request.body_type) {
    case BodyType::form:
        return read_form(request.body, wanted, memory, parameters);
    case BodyType::json:
        return read_json(request.body, wanted, memory, parameters);
    case BodyType::multipart:
        return {ParameterProblem::unsupported_body, {}};
    case BodyType::none:
    case BodyType::security_event:
    case BodyType::other:
        break;
    }

    return {};
}


ParameterVerdict read_parameters(const LogoutRequest& request,
                                 ParameterSet wanted,
                                 std::pmr::memory_resource* memory,
                                 Parameters& parameters)
{
    const auto verdict = read_form(request.query, wanted, memory, parameters);

    return verdict ? read_body(request, wanted, memory, parameters) : verdict;
}


KnownClients known_clients(const LogoutPolicy& policy)
{
    return {policy.protocol, policy.clients, policy.issuers,
            policy.token_max_length};
}


const Allowlist* list_in_use(const Client* client, const LogoutPolicy& policy)
{
    return client != nullptr ? &client->return_urls : policy.tenant_urls;
}


std::string_view default_url(const Allowlist* list)
{
    return list != nullptr ? list->default_url() : std::string_view();
}


AllowlistVerdict match_return_url(std::string_view asked, const Allowlist* list,
                                  QueryMatching matching,
                                  std::pmr::memory_resource* memory,
                                  std::string_view& canonical)
{
    // what most applications send
    if (list != nullptr && list->holds(asked)) {
        canonical = asked;
        return {};
    }

    UrlBuffer buffer;
    Url url;

    const UrlRule rule = parse_url(asked, buffer, url);
    if (rule != UrlRule::ok) {
        return {AllowlistRule::not_a_url, rule};
    }

    if (list == nullptr) {
        return {AllowlistRule::origin_not_listed, UrlRule::ok};
    }

    const AllowlistVerdict verdict = list->match(url, matching);
    if (verdict) {
        canonical = copy_text(url.text, memory);
    }

    return verdict;
}


void blame(Parameter parameter, LogoutPlan& plan)
{
    plan.parameter_verdict = {ParameterProblem::invalid_value,
                              parameter_name(parameter)};
    plan.error = RequestError::malformed_request;
}


void add_state(const ParameterValue& state, std::pmr::memory_resource* memory,
               LogoutPlan& plan)
{
    if (state.text.empty()) {
        return;
    }

    const std::pmr::string encoded =
        state.encoded.empty() ? encode_state(state.text, memory)
                              : std::pmr::string(state.encoded, memory);

    if (check_state(encoded) != StateProblem::none) {
        blame(Parameter::state, plan);
        plan.return_url = {};
        return;
    }

    plan.return_url =
        copy_text(append_state(plan.return_url, encoded, memory), memory);
}


void choose_return_url(const Parameters& parameters, const LogoutPolicy& policy,
                       std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    const Allowlist* const list = list_in_use(plan.client, policy);

    plan.asked_return_url = parameters.text(policy.protocol->return_url);

    if (plan.asked_return_url.empty()) {
        if (policy.protocol->default_return == DefaultReturn::first_listed) {
            plan.return_url = default_url(list);
        }

        return;
    }

    plan.return_url_verdict =
        match_return_url(plan.asked_return_url, list, policy.query_matching,
                         memory, plan.return_url);

    if (!plan.return_url_verdict) {
        plan.error = RequestError::return_url_not_allowed;
        return;
    }

    add_state(parameters[Parameter::state], memory, plan);
}


// The page that runs a script stays where it is: there is no return URL to
// check, and SDKs send the page's own. A callback in a link calls nothing.
void choose_answer(const Parameters& parameters, const LogoutPolicy& policy,
                   std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    const std::string_view callback = parameters.text(Parameter::callback);

    if (plan.asker != Asker::script || callback.empty()) {
        choose_return_url(parameters, policy, memory, plan);
        return;
    }

    if (is_jsonp_callback(callback)) {
        plan.callback = callback;
        plan.base_domain = policy.base_domain;
    } else {
        blame(Parameter::callback, plan);
    }
}


std::string_view named_token(const LogoutRequest& request,
                             const Parameters& parameters,
                             const LogoutPolicy& policy)
{
    if (!policy.ends_tokens) {
        return {};
    }

    const std::string_view token = parameters.text(Parameter::oauth_token);

    return token.empty() ? bearer_token(request.authorization) : token;
}


// A browser loads scripts with GET only.
Named named_in(const LogoutRequest& request, const Parameters& parameters,
               std::string_view token)
{
    return {request.method == Method::get &&
                !parameters.text(Parameter::callback).empty(),
            !token.empty()};
}


void choose_token(std::string_view token, LogoutPlan& plan)
{
    if (token.empty() || is_access_token(token)) {
        plan.token = token;
    } else {
        blame(Parameter::oauth_token, plan);
    }
}


// Whose scripts may ask. Where no client is named, each client's: they could
// name it.
const Origins& origins_of(const ClientChoice& choice,
                          const LogoutPolicy& policy)
{
    if (choice.client != nullptr) {
        return choice.client->origins;
    }

    return choice.none_named() && policy.clients != nullptr
               ? policy.clients->origins()
               : no_origins;
}


void allow_origin(const LogoutRequest& request, const Origins& origins,
                  LogoutPlan& plan)
{
    if (!request.fetch.origin.empty() &&
        origins.contains(request.fetch.origin)) {
        plan.allowed_origin = request.fetch.origin;
    }
}


bool judge_source(const LogoutRequest& request, const LogoutPolicy& policy,
                  const Origins& origins, LogoutPlan& plan)
{
    const FetchDecision decision = judge_fetch(
        request.fetch, plan.asker, policy.cross_site, origins, false);

    plan.fetch_reason = decision.reason;

    switch (decision.verdict) {
    case FetchVerdict::serve:
        break;
    case FetchVerdict::cross_site:
        plan.refusal = Result::cross_site;
        break;
    case FetchVerdict::prefetch:
        plan.refusal = Result::prefetch;
        break;
    }

    if (!plan.refusal && policy.navigation_only && !is_navigation(plan.asker)) {
        plan.refusal = Result::navigation_required;
        plan.fetch_reason = FetchReason::not_a_navigation;
    }

    return !plan.refusal;
}


void apply_bad_request_policy(const LogoutPolicy& policy, LogoutPlan& plan)
{
    switch (policy.bad_request) {
    case BadRequestPolicy::page:
        plan.federated = false;  // it would hide the page
        break;
    case BadRequestPolicy::default_url:
        plan.return_url = default_url(list_in_use(plan.client, policy));
        break;
    case BadRequestPolicy::refuse:
        plan.refusal = Result::bad_request;
        break;
    }
}


// A script cannot ask, and need not where judge_source() knows its page.
bool is_known_script(const LogoutPlan& plan)
{
    return (plan.asker == Asker::data || !plan.callback.empty()) &&
           plan.fetch_reason != FetchReason::no_metadata;
}


// Without a session there is nothing to lose.
bool needs_confirmation(const LogoutPolicy& policy, const LogoutPlan& plan)
{
    return policy.confirmation_key != nullptr && !plan.sessions.empty() &&
           !is_known_script(plan);
}


bool has_confirmed(const LogoutRequest& request, const LogoutPlan& plan)
{
    return request.method == Method::post &&
           request.body_type == BodyType::form &&
           is_confirmed(request.body, plan.confirmation);
}


void ask_for_confirmation(const LogoutRequest& request,
                          const LogoutPolicy& policy,
                          std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    if (!needs_confirmation(policy, plan)) {
        return;
    }

    plan.confirmation =
        confirmation_token(*policy.confirmation_key, plan.sessions, memory);

    if (has_confirmed(request, plan)) {
        return;
    }

    plan.refusal = Result::confirmation_required;

    if (!read_body(request, policy.protocol->parameters, memory, plan.resent)) {
        plan.resent = {};
    }
}


// Only scripts of a client's origins get leave to go on.
void plan_preflight(const LogoutRequest& request, const LogoutPolicy& policy,
                    std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    Parameters parameters;

    if (!policy.navigation_only &&
        read_form(request.query, policy.protocol->parameters, memory,
                  parameters)) {
        const ClientChoice choice =
            choose_client(parameters, known_clients(policy), memory);

        plan.client = choice.client;
        allow_origin(request, origins_of(choice, policy), plan);
    }

    plan.asker = Asker::data;
    plan.expire_cookies = false;
    plan.refusal = plan.allowed_origin.empty() ? Result::method_not_allowed
                                               : Result::preflight;
}


LogoutPlan plan_for_user(const LogoutRequest& request,
                         const LogoutPolicy& policy,
                         std::pmr::memory_resource* memory)
{
    LogoutPlan plan(memory);

    if (request.method == Method::options &&
        !request.preflight_method.empty()) {
        plan_preflight(request, policy, memory, plan);
        return plan;
    }

    plan.refusal = refuse_unread(request, policy);
    if (plan.refusal) {
        plan.asker = who_asks(request.fetch, {});
        plan.fetch_reason = FetchReason::speculative;
        return plan;
    }

    Parameters parameters;
    const Origins* origins = &no_origins;

    plan.parameter_verdict = read_parameters(
        request, policy.protocol->parameters, memory, parameters);

    if (plan.parameter_verdict) {
        const ClientChoice choice =
            choose_client(parameters, known_clients(policy), memory);

        plan.error = choice.error;
        plan.client = choice.client;
        plan.token_problem = choice.hint_problem;
        plan.hint_unread = choice.hint_unread;
        origins = &origins_of(choice, policy);
    } else {
        plan.error = RequestError::malformed_request;
    }

    const std::string_view token = named_token(request, parameters, policy);

    plan.asker = who_asks(request.fetch, named_in(request, parameters, token));
    allow_origin(request, *origins, plan);

    if (!judge_source(request, policy, *origins, plan)) {
        return plan;
    }

    if (plan.error == RequestError::none) {
        plan.federated = parameters[Parameter::federated].given;
        choose_answer(parameters, policy, memory, plan);
    }

    if (plan.parameter_verdict) {
        choose_token(token, plan);
    }

    if (plan.error != RequestError::none) {
        apply_bad_request_policy(policy, plan);
    }

    if (!plan.refusal) {
        find_sessions(request, policy, memory, plan);
        demand_cookie(request, policy, plan);
        ask_for_confirmation(request, policy, memory, plan);
    }

    return plan;
}

}  // namespace


std::optional<Result> refuse_unread(const LogoutRequest& request,
                                    const LogoutPolicy& policy)
{
    if (!policy.methods.contains(request.method)) {
        return Result::method_not_allowed;
    }

    if (is_speculative(request.fetch)) {
        return Result::prefetch;
    }

    if (request.body_too_large) {
        return Result::body_too_large;
    }

    return std::nullopt;
}


void find_sessions(const LogoutRequest& request, const LogoutPolicy& policy,
                   std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    DerivedSessions derived(memory);

    plan.sessions.reserve(policy.sessions.size());

    for (std::size_t rule = 0; rule < policy.sessions.size(); ++rule) {
        derived.clear();
        policy.sessions[rule]->derive(request.cookie_headers,
                                      request.cookie_header_count, memory,
                                      derived);

        for (const DerivedSession& session : derived) {
            plan.sessions.push_back({rule, session});
        }
    }
}


void demand_cookie(const LogoutRequest& request, const LogoutPolicy& policy,
                   LogoutPlan& plan)
{
    const bool goes_there =
        plan.asker == Asker::navigation || plan.asker == Asker::unknown;

    if (policy.sessions.empty() || !plan.sessions.empty() ||
        !plan.token.empty() || goes_there || !is_cross_site(request.fetch)) {
        return;
    }

    plan.refusal = Result::cookie_required;
    plan.fetch_reason = FetchReason::no_session_cookie;
}


LogoutPlan plan_logout(const LogoutRequest& request, const LogoutPolicy& policy,
                       std::pmr::memory_resource* memory)
{
    switch (policy.protocol->asked_by) {
    case AskedBy::user:
        break;
    case AskedBy::provider_frame:
        return plan_frontchannel(request, policy, memory);
    case AskedBy::provider:
        return plan_backchannel(request, policy, memory);
    case AskedBy::transmitter:
        return plan_security_event(request, policy, memory);
    case AskedBy::revoker:
        return plan_revocation(request, policy, memory);
    }

    return plan_for_user(request, policy, memory);
}

}  // namespace logout
