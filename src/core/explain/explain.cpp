#include "core/explain/explain.hpp"

#include "core/explain/parameters.hpp"
#include "core/explain/text.hpp"

namespace logout {

namespace {

// A step for each part of the decision, in the order in which it is taken.
class Explainer {
public:
    Explainer(const Explained& explained, const SecretView& secrets,
              std::pmr::memory_resource* memory)
        : request_(explained.request), policy_(explained.policy),
          plan_(explained.plan), response_(explained.response),
          explained_(explained), text_(secrets, memory), result_(memory)
    {
    }

    Explanation explain();

private:
    Step& begin(std::string_view name, std::string_view title);
    std::string_view join(std::initializer_list<std::string_view> parts) const
    {
        return text_.join(parts);
    }

    void explain_request();
    void explain_refusal_unread(Step& step);

    void explain_client();
    void explain_source();

    void explain_question();
    void explain_return_url();
    void explain_default_url(Step& step);
    std::string_view list_name() const;
    void explain_refused_url(Step& step);
    void explain_allowed_url(Step& step);
    void explain_federated();

    void explain_signal();
    void explain_sessions();
    void explain_session(std::size_t rule, Step& step);
    void explain_guard();
    void explain_token();
    void explain_events();
    void explain_cookies();
    void explain_answer();

    const LogoutRequest& request_;
    const LogoutPolicy& policy_;
    const LogoutPlan& plan_;
    const LogoutResponse& response_;
    const Explained& explained_;
    const ExplainText text_;
    Explanation result_;
};


const Allowlist* list_in_use(const LogoutPlan& plan, const LogoutPolicy& policy)
{
    return plan.client != nullptr ? &plan.client->return_urls
                                  : policy.tenant_urls;
}


bool is_refused_unread(const LogoutPlan& plan)
{
    return plan.refusal == Result::method_not_allowed ||
           plan.refusal == Result::prefetch ||
           plan.refusal == Result::body_too_large ||
           plan.refusal == Result::preflight;
}


Step& Explainer::begin(std::string_view name, std::string_view title)
{
    return result_.steps.emplace_back(name, title, text_.memory());
}


Explanation Explainer::explain()
{
    result_.result = response_.result;
    result_.error = plan_.error;
    result_.status = response_.status;
    result_.location = response_.location;

    explain_request();

    if (!is_refused_unread(plan_)) {
        explain_parameters(explained_, text_,
                           begin("parameters", "The parameters"));
        explain_client();
        explain_source();
    }

    if (!plan_.refusal || plan_.refusal == Result::bad_request ||
        plan_.refusal == Result::confirmation_required) {
        explain_return_url();
        explain_federated();
    }

    if (plan_.refusal == Result::confirmation_required) {
        explain_question();
    }

    if (!plan_.refusal) {
        explain_signal();
        explain_sessions();
        explain_guard();
        explain_token();
        explain_events();
        explain_cookies();
    }

    explain_answer();
    return std::move(result_);
}


void Explainer::explain_request()
{
    Step& step = begin("request", "The request");

    step.facts.push_back({"method", explained_.method});
    step.facts.push_back({"protocol", policy_.protocol->name});
    step.facts.push_back({"host", request_.fetch.host});
    step.facts.push_back({"scheme", name(request_.fetch.scheme)});

    if (is_refused_unread(plan_)) {
        explain_refusal_unread(step);
    } else {
        step.text = join({explained_.method, " is a method that logs out."});
    }
}


void Explainer::explain_refusal_unread(Step& step)
{
    step.verdict = StepVerdict::problem;

    switch (*plan_.refusal) {
    case Result::method_not_allowed:
        step.text =
            join({explained_.method, " logs nobody out here. Methods that do: ",
                  allow_header(policy_.methods), "."});
        break;
    case Result::prefetch:
        step.text = "The request is a speculative one (prefetch, prerender or"
                    " preview): it is never a logout.";
        break;
    case Result::body_too_large:
        step.text = join({"The body is larger than ",
                          text_.number(policy_.body_max_length()), " bytes."});
        break;
    default:
        step.verdict = StepVerdict::note;
        step.text = "A CORS preflight: the script's origin belongs to the"
                    " client, and it may go on.";
        break;
    }
}


void Explainer::explain_client()
{
    Step& step = begin("client", "The client");

    if (plan_.client != nullptr) {
        step.facts.push_back({"client", plan_.client->id});
        step.text = "There is a logout_client of this name: its return URLs"
                    " are used.";
    } else {
        step.text = policy_.tenant_urls != nullptr
                        ? "No client is named: logout_return_url is used."
                        : "No client is named, and there is no"
                          " logout_return_url.";
    }

    if (plan_.error == RequestError::client_required ||
        plan_.error == RequestError::unknown_client) {
        step.verdict = StepVerdict::problem;
        step.text = explain_to_user(plan_.error);
        step.facts.push_back({"error", name(plan_.error)});
    }

    if (!plan_.token_problem.empty()) {
        step.verdict = StepVerdict::problem;
        step.facts.push_back({plan_.server_answer == ServerAnswer::none
                                  ? "id_token_hint"
                                  : "token",
                              plan_.token_problem});
    }

    if (plan_.hint_unread) {
        step.verdict = std::max(step.verdict, StepVerdict::note);
        step.facts.push_back({"id_token_hint",
                              "longer than logout_max_token_size: not read, and"
                              " not needed"});
    }
}


void Explainer::explain_source()
{
    Step& step = begin("source", "Who asks");

    step.text = text_.sentence(describe(plan_.fetch_reason));
    step.facts.push_back({"asked by", describe(plan_.asker)});

    if (plan_.refusal && is_about_source(*plan_.refusal)) {
        step.verdict = StepVerdict::problem;
    } else if (!plan_.expire_cookies) {
        step.verdict = StepVerdict::note;
        step.text =
            join({step.text, " No cookie is read, and none is expired."});
    }

    if (!plan_.allowed_origin.empty()) {
        step.facts.push_back({"may read the answer", plan_.allowed_origin});
    }
}


void Explainer::explain_question()
{
    Step& step = begin("question", "The question");

    step.verdict = StepVerdict::note;
    step.text = "logout_confirm: the user is asked first. What the button"
                " sends ends the session.";
}


void Explainer::explain_return_url()
{
    Step& step = begin("return_url", "The return URL");

    if (!plan_.callback.empty()) {
        step.facts.push_back({"callback", plan_.callback});
        step.text = "The answer is a script: there is no return URL.";
        return;
    }

    if (plan_.asked_return_url.empty()) {
        explain_default_url(step);
        return;
    }

    step.facts.push_back({"asked for", plan_.asked_return_url});

    if (plan_.return_url_verdict) {
        explain_allowed_url(step);
    } else {
        explain_refused_url(step);
    }
}


void Explainer::explain_default_url(Step& step)
{
    if (plan_.error != RequestError::none) {
        step.verdict = StepVerdict::note;
        step.text = "It is not looked at, because of the problem above.";
    } else if (plan_.return_url.empty()) {
        step.text = "None is asked for: the browser gets a page that says it"
                    " is signed out.";
    } else {
        step.text = "None is asked for: the first of the list is used.";
    }

    if (!plan_.return_url.empty()) {
        step.facts.push_back({"used", plan_.return_url});
    }
}


std::string_view Explainer::list_name() const
{
    if (plan_.client != nullptr) {
        return join({"return_url of logout_client ", plan_.client->id});
    }

    return policy_.tenant_urls != nullptr
               ? "logout_return_url"
               : "none: there is no logout_return_url, and no client is named";
}


void Explainer::explain_refused_url(Step& step)
{
    const Allowlist* const list = list_in_use(plan_, policy_);

    step.verdict = StepVerdict::problem;
    step.text = text_.sentence(describe(plan_.return_url_verdict));
    step.facts.push_back({"list", list_name()});

    UrlBuffer buffer;
    Url url;

    if (parse_url(plan_.asked_return_url, buffer, url) == UrlRule::ok) {
        step.facts.push_back({"read as", join({url.text})});

        const std::string_view nearest =
            list != nullptr ? list->nearest_entry(url) : std::string_view();
        step.facts.push_back(
            {"nearest entry", nearest.empty() ? "none is like it" : nearest});
    }

    if (!plan_.return_url.empty()) {
        step.facts.push_back({"used instead", plan_.return_url});
    }
}


void Explainer::explain_allowed_url(Step& step)
{
    const Allowlist* const list = list_in_use(plan_, policy_);
    UrlBuffer buffer;
    Url url;

    step.text = "It is allowed.";
    step.facts.push_back({"list", list_name()});
    step.facts.push_back({"sent", plan_.return_url});

    if (list != nullptr &&
        parse_url(plan_.asked_return_url, buffer, url) == UrlRule::ok) {
        step.facts.push_back(
            {"by the entry",
             list->matching_entry(url, policy_.query_matching)});
    }

    if (policy_.query_matching == QueryMatching::ignored &&
        (url.has_query || url.has_fragment)) {
        step.text = "It is allowed. Query and fragment are kept, but are not"
                    " compared with the list.";
    }
}


void Explainer::explain_federated()
{
    if (!plan_.federated) {
        return;
    }

    Step& step = begin("federated", "Federated logout");

    if (!explained_.federated_url.empty()) {
        step.text = "The browser goes to the identity provider first.";
        step.facts.push_back({"sent", explained_.federated_url});
    } else {
        step.verdict = StepVerdict::note;
        step.text = explained_.federated_configured
                        ? "The federated URL is not one of the origin that it"
                          " was configured with: the return URL is used."
                        : "It is asked for, but there is no logout_federated:"
                          " the return URL is used.";
    }
}


void Explainer::explain_signal()
{
    if (plan_.signal.empty()) {
        return;
    }

    Step& step = begin("event", "The security event");
    step.facts.push_back({"event", plan_.signal});
    step.text = plan_.provider.any() ? "It ends its subject's sessions."
                                     : "It ends no sessions here.";
}


void Explainer::explain_sessions()
{
    if (plan_.provider.any()) {
        Step& step = begin("session", "The session");
        step.text = "What logout_oidc_index finds would be deleted.";
        return;
    }

    if (policy_.sessions.empty()) {
        Step& step = begin("session", "The session");
        step.verdict = StepVerdict::note;
        step.text = "There is no logout_session here: no key is deleted.";
        return;
    }

    for (std::size_t rule = 0; rule < policy_.sessions.size(); ++rule) {
        Step& step = begin("session", "The session");
        explain_session(rule, step);
    }
}


void Explainer::explain_session(std::size_t rule, Step& step)
{
    const std::string& cookie = policy_.sessions[rule]->cookie_name();
    CookieValues values;

    for (std::size_t i = 0; i < request_.cookie_header_count; ++i) {
        find_cookie(request_.cookie_headers[i], cookie, values);
    }

    step.facts.push_back({"cookie", cookie});

    std::size_t sessions = 0;
    for (const PlannedSession& planned : plan_.sessions) {
        if (planned.rule == rule) {
            ++sessions;
            step.facts.push_back(
                {"session", text_.session_id(planned.session.id)});
        }
    }

    std::size_t keys = 0;
    bool with_index = false;
    for (const ExplainedKey& key : explained_.keys) {
        if (key.rule == rule && !key.is_token) {
            ++keys;
            with_index = with_index || key.with_index;
            step.facts.push_back(
                {"key", join({text_.key(key), " in ", key.store})});
        }
    }

    if (with_index) {
        step.facts.push_back(
            {"besides", "the user's other sessions, which all= finds"});
    }

    if (keys == 0 && sessions > 0 && explained_.guard) {
        step.text = "Redis does not have the session: it would be entered into"
                    " the table of revocations.";
        return;
    }

    if (keys > 0) {
        step.text = keys == 1
                        ? "One key would be deleted."
                        : join({text_.number(keys), " keys would be deleted."});
        return;
    }

    step.verdict = StepVerdict::note;

    if (!plan_.expire_cookies) {
        step.text = "Cookies are not read for a request like this.";
    } else if (values.empty()) {
        step.text = "The request has no cookie of this name: no key is"
                    " deleted.";
    } else {
        step.text =
            "The request has the cookie, but it is not one that the"
            " configured format accepts (malformed, too short, forged,"
            " signed with another secret, or of another framework): no key is"
            " deleted.";
    }
}


void Explainer::explain_guard()
{
    if (!explained_.guard) {
        return;
    }

    const ExplainedGuard& guard = *explained_.guard;
    Step& step = begin("guard", "The guard");

    step.facts.push_back({"logout_revocations", guard.zone});
    step.facts.push_back({"verdict", name(guard.verdict)});

    switch (guard.verdict) {
    case GuardVerdict::revoked:
        step.verdict = StepVerdict::note;
        step.facts.push_back({"ended at", guard.since});
        step.text = "The session has ended: with this cookie, guarded locations"
                    " refuse a request now.";
        break;
    case GuardVerdict::passed:
        step.text = "The session has not ended: with this cookie, guarded"
                    " locations let a request pass, until this logout.";
        break;
    case GuardVerdict::no_session:
        step.text = "It sees no session in the request.";
        break;
    case GuardVerdict::stale:
        step.verdict = StepVerdict::problem;
        step.text = "The table has not heard from Redis for too long to say.";
        break;
    }
}


void Explainer::explain_token()
{
    if (!policy_.ends_tokens) {
        return;
    }

    Step& step = begin("token", "The access token");

    if (plan_.token.empty()) {
        step.text = "The request has none.";
        return;
    }

    step.text = "It would be ended.";

    for (const ExplainedKey& key : explained_.keys) {
        if (key.is_token) {
            step.facts.push_back(
                {"key", join({text_.key(key), " in ", key.store})});
        }
    }
}


void Explainer::explain_events()
{
    if (explained_.events.empty() || explained_.keys.empty()) {
        return;
    }

    Step& step = begin("events", "The events");
    step.text = "Applications would be told.";

    for (const std::string_view event : explained_.events) {
        step.facts.push_back({"goes to", event});
    }
}


void Explainer::explain_cookies()
{
    Step& step = begin("cookies", "The cookies");

    for (const std::string_view line : response_.set_cookies) {
        step.facts.push_back({"Set-Cookie", line});
    }

    step.text = step.facts.empty()
                    ? "None is expired."
                    : "The browser is told to forget them. It does so only if"
                      " Path and Domain are those that the cookie was set"
                      " with.";
}


void Explainer::explain_answer()
{
    Step& step = begin("answer", "The answer");
    const bool has_keys = !explained_.keys.empty() && !plan_.refusal;

    if (response_.status >= 400) {
        step.verdict = StepVerdict::problem;
    }

    step.facts.push_back({"status", text_.number(response_.status)});

    if (!response_.location.empty()) {
        step.facts.push_back({"Location", response_.location});
    }

    if (has_keys) {
        step.facts.push_back(
            {"result", "logged_out if a key exists, no_session if none does"});
        step.facts.push_back(
            {"if Redis is away", explained_.defers
                                     ? "deferred: the same answer, and the"
                                       " keys are deleted later"
                                     : "redis_unavailable: 503, and the cookie"
                                       " is kept"});
    } else {
        step.facts.push_back({"result", name(response_.result)});
    }

    if (plan_.error != RequestError::none) {
        step.facts.push_back({"error", name(plan_.error)});
    }

    step.text = plan_.refusal ? explain_to_user(*plan_.refusal)
                : plan_.error != RequestError::none
                    ? "The session is ended, in spite of the problem above."
                    : "The session is ended.";

    if (!plan_.refusal && plan_.sessions.empty() && plan_.token.empty()) {
        step.text = plan_.error != RequestError::none
                        ? explain_to_user(plan_.error)
                        : "There is no session to end. That is no error: who"
                          " is signed out may sign out again.";
    }
}

}  // namespace


std::string_view name(StepVerdict verdict)
{
    switch (verdict) {
    case StepVerdict::ok:
        break;
    case StepVerdict::note:
        return "note";
    case StepVerdict::problem:
        return "problem";
    }

    return "ok";
}


Explanation explain_logout(const Explained& explained,
                           const SecretView& secrets,
                           std::pmr::memory_resource* memory)
{
    return Explainer(explained, secrets, memory).explain();
}

}  // namespace logout
