#include "logout_plan.hpp"

#include <cstring>

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


// client_id and client_sdrn may both be there, if they name the same client.
RequestError named_client(const Parameters& parameters,
                          std::string_view& client_id)
{
    client_id = parameters.text(Parameter::client_id);

    const std::string_view sdrn = parameters.text(Parameter::client_sdrn);
    if (sdrn.empty()) {
        return RequestError::none;
    }

    const auto from_sdrn = client_id_of_sdrn(sdrn);
    if (!from_sdrn) {
        return RequestError::unknown_client;
    }

    if (!client_id.empty() && client_id != *from_sdrn) {
        return RequestError::malformed_request;
    }

    client_id = *from_sdrn;
    return RequestError::none;
}


RequestError find_client(const Parameters& parameters,
                         const LogoutPolicy& policy, const Client*& client)
{
    std::string_view client_id;

    const RequestError error = named_client(parameters, client_id);
    if (error != RequestError::none) {
        return error;
    }

    if (client_id.empty()) {
        return policy.protocol->client == ClientRule::required
                   ? RequestError::client_required
                   : RequestError::none;
    }

    client =
        policy.clients != nullptr ? policy.clients->find(client_id) : nullptr;

    return client != nullptr ? RequestError::none
                             : RequestError::unknown_client;
}


const Allowlist* list_in_use(const Client* client, const LogoutPolicy& policy)
{
    return client != nullptr ? &client->return_urls : policy.tenant_urls;
}


std::string_view default_url(const Allowlist* list)
{
    return list != nullptr ? list->default_url() : std::string_view();
}


std::string_view copy(std::string_view text, std::pmr::memory_resource* memory)
{
    void* const place = memory->allocate(text.size(), 1);

    std::memcpy(place, text.data(), text.size());
    return {static_cast<const char*>(place), text.size()};
}


AllowlistVerdict match_return_url(std::string_view asked, const Allowlist* list,
                                  QueryMatching matching,
                                  std::pmr::memory_resource* memory,
                                  std::string_view& canonical)
{
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
        canonical = copy(url.text, memory);
    }

    return verdict;
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
    }
}


bool judge_source(const LogoutRequest& request, const LogoutPolicy& policy,
                  LogoutPlan& plan)
{
    const Origins& origins =
        plan.client != nullptr ? plan.client->origins : no_origins;
    const FetchDecision decision =
        judge_fetch(request.fetch, policy.cross_site, origins, false);

    plan.fetch_reason = decision.reason;

    switch (decision.verdict) {
    case FetchVerdict::serve:
        break;
    case FetchVerdict::without_cookies:
        plan.expire_cookies = false;
        break;
    case FetchVerdict::cross_site:
        plan.refusal = Result::cross_site;
        break;
    case FetchVerdict::prefetch:
        plan.refusal = Result::prefetch;
        break;
    }

    return !plan.refusal;
}


void apply_bad_request_policy(const LogoutPolicy& policy, LogoutPlan& plan)
{
    switch (policy.bad_request) {
    case BadRequestPolicy::page:
        break;
    case BadRequestPolicy::default_url:
        plan.return_url = default_url(list_in_use(plan.client, policy));
        break;
    case BadRequestPolicy::refuse:
        plan.refusal = Result::bad_request;
        break;
    }
}


void find_sessions(const LogoutRequest& request, const LogoutPolicy& policy,
                   std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    std::pmr::vector<DerivedSession> derived(memory);

    for (std::size_t rule = 0; rule < policy.sessions.size(); ++rule) {
        derived.clear();
        policy.sessions[rule]->derive(request.cookie_headers,
                                      request.cookie_header_count, memory,
                                      derived);

        for (DerivedSession& session : derived) {
            plan.sessions.push_back({rule, std::move(session)});
        }
    }
}


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

}  // namespace


LogoutPlan plan_logout(const LogoutRequest& request, const LogoutPolicy& policy,
                       std::pmr::memory_resource* memory)
{
    LogoutPlan plan(memory);

    plan.data_wanted = wants_data(request.fetch);
    plan.refusal = refuse_unread(request, policy);
    if (plan.refusal) {
        plan.fetch_reason = FetchReason::speculative;
        return plan;
    }

    Parameters parameters;

    plan.parameter_verdict = read_parameters(
        request, policy.protocol->parameters, memory, parameters);
    plan.error = plan.parameter_verdict
                     ? find_client(parameters, policy, plan.client)
                     : RequestError::malformed_request;

    if (!judge_source(request, policy, plan)) {
        return plan;
    }

    if (plan.error == RequestError::none) {
        plan.federated = parameters[Parameter::federated].given;
        choose_return_url(parameters, policy, memory, plan);
    }

    if (plan.error != RequestError::none) {
        apply_bad_request_policy(policy, plan);
    }

    if (!plan.refusal && plan.expire_cookies) {
        find_sessions(request, policy, memory, plan);
    }

    return plan;
}

}  // namespace logout
