#include "core/plan/provider.hpp"

#include "core/plan/frontchannel.hpp"
#include "core/token/bearer_assertion.hpp"
#include "core/token/logout_token.hpp"
#include "core/plan/steps.hpp"
#include "core/base/digest.hpp"
#include "core/base/text.hpp"
#include "core/request/bearer.hpp"

#include <algorithm>

namespace logout {

namespace {

const Origins no_origins;


void refuse(LogoutPlan& plan, RequestError error, std::string_view reason)
{
    plan.refusal = Result::bad_request;
    plan.error = error;
    plan.token_problem = reason;
}


// Providers' pages often send no Referer header. One that names somebody else's
// page says that this is not the provider's frame.
bool may_frame(const FetchMetadata& request, const ProviderPolicy& provider)
{
    const std::string_view source = request.origin.empty()
                                        ? referer_origin(request.referer)
                                        : request.origin;

    return source.empty() || provider.frames.contains(source);
}


// Nobody waits for a redirect here: what may not read cookies is refused.
bool judge_frame(const LogoutRequest& request, const LogoutPolicy& policy,
                 LogoutPlan& plan)
{
    const FetchDecision decision =
        judge_fetch(request.fetch, plan.asker, policy.cross_site, no_origins,
                    may_frame(request.fetch, *policy.provider));

    plan.fetch_reason = decision.reason;
    if (decision.verdict != FetchVerdict::serve) {
        plan.refusal = Result::cross_site;
    }

    return !plan.refusal;
}


void plan_frame(const Parameters& parameters, const LogoutRequest& request,
                const LogoutPolicy& policy, std::pmr::memory_resource* memory,
                LogoutPlan& plan)
{
    const ProviderPolicy& provider = *policy.provider;
    const std::string_view sid = parameters.text(Parameter::sid);
    std::string_view issuer;

    const FrontchannelProblem problem = check_frontchannel(
        parameters.text(Parameter::iss), sid, provider.frontchannel, issuer);

    if (problem == FrontchannelProblem::issuer_mismatch) {
        refuse(plan, RequestError::unknown_issuer, describe(problem));
        return;
    }

    if (problem != FrontchannelProblem::none) {
        refuse(plan, RequestError::malformed_request, describe(problem));
        return;
    }

    // anybody's page can frame this and make up a sid: the session of the
    // cookie, which may be another one, is not its to end
    if (!sid.empty() && provider.finds_sid) {
        plan.provider.session_id = sid;
        plan.provider.issuer = issuer;
    } else {
        find_sessions(request, policy, memory, plan);
        demand_cookie(request, policy, plan);
    }
}


// Without "sid" all of the user's sessions are meant (section 2.4). An index of
// users alone is used for a token with both, too, and so is the user's where
// the configuration says that the provider means all of them.
LogoutTokenProblem find_index(const LogoutToken& token,
                              const ProviderPolicy& provider,
                              std::pmr::memory_resource* memory,
                              ProviderLogout& logout)
{
    const bool means_user = token.session_id.empty() ||
                            (provider.all_of_user && !token.subject.empty());

    if (!means_user && provider.finds_sid) {
        logout.session_id = copy_text(token.session_id, memory);
    } else if (!token.subject.empty() && provider.finds_sub) {
        logout.subject = copy_text(token.subject, memory);
    } else {
        return LogoutTokenProblem::nobody_findable;
    }

    logout.issuer = token.issuer->issuer;
    logout.token_id = copy_text(token.identifier, memory);
    logout.remember_for = token.remember_for;
    return LogoutTokenProblem::none;
}


void plan_token(std::string_view text, const LogoutRequest& request,
                const LogoutPolicy& policy, std::pmr::memory_resource* memory,
                LogoutPlan& plan)
{
    if (text.size() > policy.token_max_length) {
        refuse(plan, RequestError::invalid_logout_token,
               describe(JwtProblem::too_long));
        return;
    }

    const LogoutToken token =
        read_logout_token(text, policy.provider->tokens, request.now, memory);

    const LogoutTokenProblem problem =
        token.problem == LogoutTokenProblem::none
            ? find_index(token, *policy.provider, memory, plan.provider)
            : token.problem;

    if (problem != LogoutTokenProblem::none) {
        refuse(plan, RequestError::invalid_logout_token,
               describe(problem, token.token_problem));
    }
}

// E-mail addresses are compared without case by those who look them up: the
// domain has none (RFC 9493, section 3.2.2), and mail servers ignore that of
// the rest.
std::string_view copy_lower_case(std::string_view text,
                                 std::pmr::memory_resource* memory)
{
    auto* const copy = static_cast<char*>(memory->allocate(text.size(), 1));

    std::transform(text.begin(), text.end(), copy, [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20)
                                          : byte;
    });
    return {copy, text.size()};
}


bool has_secret(const LogoutRequest& request, const ProviderPolicy& provider)
{
    const std::string_view token = bearer_token(request.authorization);
    bool found = false;

    for (const std::string& secret : provider.bearer_secrets) {
        found = equal_secretly(token, secret) || found;
    }

    return found;
}


// What is about one session is not about all, unless that is configured. The
// subject's problems are none.
bool find_index(const Subject& subject, const ProviderPolicy& provider,
                std::pmr::memory_resource* memory, ProviderLogout& logout)
{
    const bool names_user = !subject.user.empty() || !subject.email.empty();
    const bool means_user =
        subject.session.empty() || (provider.all_of_user && names_user);

    if (!means_user) {
        logout.session_id = provider.finds_sid
                                ? copy_text(subject.session, memory)
                                : std::string_view();
    } else if (!subject.user.empty() && provider.finds_sub) {
        logout.subject = copy_text(subject.user, memory);
    } else if (!subject.email.empty() && provider.finds_email) {
        logout.email = copy_lower_case(subject.email, memory);
    }

    return logout.any();
}


void plan_signal(const SecurityEvent& event, const ProviderPolicy& provider,
                 std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    plan.signal = name(event.signal);

    if (!event.ends_sessions || !find_index({SubjectProblem::none, event.user,
                                             event.email, event.session},
                                            provider, memory, plan.provider)) {
        return;
    }

    plan.provider.issuer = event.issuer->issuer;
    plan.provider.token_id = copy_text(event.identifier, memory);
    plan.provider.remember_for = event.remember_for;
}


SecurityEvent read_event(const LogoutRequest& request,
                         const LogoutPolicy& policy,
                         std::pmr::memory_resource* memory)
{
    SecurityEvent event(memory);

    if (!policy.provider->bearer_secrets.empty() &&
        !has_secret(request, *policy.provider)) {
        event.problem = SecurityEventProblem::not_authenticated;
        return event;
    }

    if (request.body_type != BodyType::security_event) {
        event.problem = SecurityEventProblem::missing;
        return event;
    }

    if (request.body.size() > policy.token_max_length) {
        event.problem = SecurityEventProblem::bad_token;
        event.token_problem = JwtProblem::too_long;
        return event;
    }

    return read_security_event(request.body, policy.provider->events,
                               request.now, memory);
}


void plan_event(const LogoutRequest& request, const LogoutPolicy& policy,
                std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    SecurityEvent event = read_event(request, policy, memory);

    if (event.problem == SecurityEventProblem::none) {
        plan_signal(event, *policy.provider, memory, plan);

        if (event.ends_sessions && !plan.provider.any()) {
            event.problem = SecurityEventProblem::nobody_findable;
        }
    }

    if (event.problem != SecurityEventProblem::none) {
        plan.event_error = error_code(event);
        refuse(plan, RequestError::invalid_event, describe(event));
    }
}

// Who asks: an operator, or an issuer, whose token is good for one revocation.
bool authenticate(const LogoutRequest& request, const LogoutPolicy& policy,
                  std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    const ProviderPolicy& provider = *policy.provider;
    const std::string_view token = bearer_credentials(request.authorization);

    plan.by_operator = has_secret(request, provider);
    if (plan.by_operator) {
        return true;
    }

    BearerAssertion assertion(memory);
    assertion.problem = AssertionProblem::missing;

    if (provider.events.issuers != nullptr &&
        token.size() <= policy.token_max_length) {
        assertion = read_bearer_assertion(token, *provider.events.issuers,
                                          provider.events.audiences,
                                          request.now, memory);
    }

    if (assertion.problem != AssertionProblem::none) {
        refuse(plan, RequestError::unauthorized,
               describe(assertion.problem, assertion.token_problem));
        return false;
    }

    plan.provider.issuer = assertion.issuer->issuer;
    plan.provider.token_id = copy_text(assertion.identifier, memory);
    plan.provider.remember_for = assertion.remember_for;
    return true;
}


// Okta and the first drafts say "subject".
const json_t* subject_of(const json_t* body)
{
    const json_t* const subject = json_object_get(body, "subject");
    const json_t* const sub_id = json_object_get(body, "sub_id");

    return subject != nullptr && sub_id != nullptr ? nullptr
           : sub_id != nullptr                     ? sub_id
                                                   : subject;
}


// An operator speaks for each issuer, a token for its own.
std::string_view issuer_for(const LogoutPlan& plan, const json_t* subject,
                            const ProviderPolicy& provider)
{
    if (!plan.by_operator) {
        return plan.provider.issuer;
    }

    const std::string_view named =
        json_string_member(subject, "iss").value_or(std::string_view());

    if (provider.events.issuers == nullptr) {
        return named;
    }

    for (const TokenIssuer& issuer : *provider.events.issuers) {
        if (issuer.issuer == named) {
            return issuer.issuer;
        }
    }

    return provider.events.issuers->front().issuer;
}


void plan_subject(const json_t* body, const ProviderPolicy& provider,
                  std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    const json_t* const identifier = subject_of(body);
    const std::string_view issuer = issuer_for(plan, identifier, provider);
    const Subject subject = read_subject(identifier, issuer);

    if (subject.problem != SubjectProblem::none) {
        refuse(plan, RequestError::malformed_request,
               describe(subject.problem));
    } else if (find_index(subject, provider, memory, plan.provider)) {
        plan.provider.issuer = copy_text(issuer, memory);
    } else {
        refuse(plan, RequestError::unknown_subject,
               "there is no index for this kind of subject");
    }
}


void plan_user(const LogoutRequest& request, const LogoutPolicy& policy,
               std::pmr::memory_resource* memory, LogoutPlan& plan)
{
    if (!authenticate(request, policy, memory, plan)) {
        return;
    }

    const Json body = request.body_type == BodyType::json
                          ? parse_json_object(request.body)
                          : nullptr;

    if (body) {
        plan_subject(body.get(), *policy.provider, memory, plan);
    } else {
        refuse(plan, RequestError::malformed_request,
               "the body is not a JSON object of type application/json");
    }
}

}  // namespace


LogoutPlan plan_frontchannel(const LogoutRequest& request,
                             const LogoutPolicy& policy,
                             std::pmr::memory_resource* memory)
{
    LogoutPlan plan(memory);
    Parameters parameters;

    plan.page_policy = policy.provider->page_policy;
    plan.asker = who_asks(request.fetch, {});
    plan.refusal = refuse_unread(request, policy);
    if (plan.refusal) {
        plan.fetch_reason = FetchReason::speculative;
        return plan;
    }

    if (!judge_frame(request, policy, plan)) {
        return plan;
    }

    plan.parameter_verdict = read_form(
        request.query, policy.protocol->parameters, memory, parameters);

    if (plan.parameter_verdict) {
        plan_frame(parameters, request, policy, memory, plan);
    } else {
        refuse(plan, RequestError::malformed_request, {});
    }

    return plan;
}


LogoutPlan plan_backchannel(const LogoutRequest& request,
                            const LogoutPolicy& policy,
                            std::pmr::memory_resource* memory)
{
    LogoutPlan plan(memory);
    Parameters parameters;

    plan.server_answer = ServerAnswer::logout_token;
    plan.expire_cookies = false;
    plan.refusal = refuse_unread(request, policy);
    if (plan.refusal) {
        plan.fetch_reason = FetchReason::speculative;
        return plan;
    }

    // a token in the query would be in everybody's log: only the body is read
    if (request.body_type == BodyType::form) {
        plan.parameter_verdict = read_form(
            request.body, policy.protocol->parameters, memory, parameters);
    }

    if (plan.parameter_verdict) {
        plan_token(parameters.text(Parameter::logout_token), request, policy,
                   memory, plan);
    } else {
        refuse(plan, RequestError::malformed_request, {});
    }

    return plan;
}


LogoutPlan plan_security_event(const LogoutRequest& request,
                               const LogoutPolicy& policy,
                               std::pmr::memory_resource* memory)
{
    LogoutPlan plan(memory);

    plan.server_answer = ServerAnswer::event;
    plan.expire_cookies = false;
    plan.refusal = refuse_unread(request, policy);
    if (plan.refusal) {
        plan.fetch_reason = FetchReason::speculative;
        return plan;
    }

    plan_event(request, policy, memory, plan);
    return plan;
}


LogoutPlan plan_revocation(const LogoutRequest& request,
                           const LogoutPolicy& policy,
                           std::pmr::memory_resource* memory)
{
    LogoutPlan plan(memory);

    plan.server_answer = ServerAnswer::revocation;
    plan.expire_cookies = false;
    plan.refusal = refuse_unread(request, policy);
    if (plan.refusal) {
        plan.fetch_reason = FetchReason::speculative;
        return plan;
    }

    plan_user(request, policy, memory, plan);
    return plan;
}


void note_replay(LogoutPlan& plan)
{
    if (plan.server_answer == ServerAnswer::event) {
        return;
    }

    if (plan.server_answer == ServerAnswer::revocation) {
        refuse(plan, RequestError::unauthorized,
               describe(AssertionProblem::replayed, JwtProblem::none));
        return;
    }

    refuse(plan, RequestError::invalid_logout_token,
           describe(LogoutTokenProblem::replayed, JwtProblem::none));
}


std::string frontchannel_page_policy(const std::vector<std::string>& frames)
{
    std::string policy = "default-src 'none'; base-uri 'none'; frame-ancestors";

    for (const std::string& origin : frames) {
        policy += ' ';
        policy += origin;
    }

    return policy;
}

}  // namespace logout
