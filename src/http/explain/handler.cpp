// Answers requests to a location with logout_explain: plans what is described,
// and deletes nothing.

#include "http/explain/explain.hpp"

#include "http/document.hpp"
#include "http/request_header.hpp"
#include "http/logout/context.hpp"

#include "core/explain/json.hpp"
#include "core/explain/page.hpp"
#include "core/explain/request.hpp"
#include "core/base/text.hpp"

#include <exception>


namespace {

// What a request for an explanation brings, and what comes of it. Lives in the
// request's pool; its destructor need not run.
struct Explaining {
    explicit Explaining(ngx_http_request_t* owner)
        : r(owner), memory(owner->pool), described_request(&memory),
          keys(&memory), events(&memory), body(&memory)
    {
    }

    ngx_http_request_t* r;
    PoolMemory memory;
    bool as_json = false;

    logout::DescribedRequest described;
    logout::RequestDescription described_request;
    std::pmr::vector<logout::ExplainedKey> keys;
    std::pmr::vector<std::string_view> events;
    std::string_view problem;
    std::optional<logout::Explanation> explanation;

    std::pmr::string body;
};


const ExplainRule& rule_of(ngx_http_request_t* r)
{
    return *ngx_http_logout_loc_conf(r)->explain;
}


std::string_view host_of(const ngx_http_request_t* r)
{
    return r->headers_in.host != nullptr ? to_view(r->headers_in.host->value)
                                         : std::string_view();
}


// The location that was chosen, else the one that the URL's path is, else the
// first. nullptr if one was chosen that there is not.
const ExplainedLocation* choose_location(const ExplainRule& rule,
                                         std::string_view chosen,
                                         std::string_view path)
{
    const std::string_view name = chosen.empty() ? path : chosen;

    for (const ExplainedLocation* const location : rule.explained) {
        if (location->name == name) {
            return location;
        }
    }

    return chosen.empty() ? rule.explained.front() : nullptr;
}


// Evaluates key= as for a real logout, and notes which key is whose.
void note_keys(LogoutContext& context, Explaining& explaining)
{
    for (const logout::PlannedSession& planned : context.plan->sessions) {
        const bool with_index =
            context.location.sessions[planned.rule].index != nullptr;

        context.keys.clear();
        ngx_http_logout_add_session_keys(context, planned);

        for (const LogoutContext::Key& key : context.keys) {
            explaining.keys.push_back(
                {planned.rule, planned.session.id,
                 ngx_http_logout_store_name(explaining.r, key.store), key.text,
                 false, with_index});
        }
    }

    context.keys.clear();
    ngx_http_logout_add_token_keys(context);

    for (const LogoutContext::Key& key : context.keys) {
        explaining.keys.push_back(
            {0,
             {},
             ngx_http_logout_store_name(explaining.r, key.store),
             key.text,
             true});
    }
}


// "the stream logouts in sessions"
void note_events(const LogoutContext& context, Explaining& explaining)
{
    for (const LocationPolicy::Event& event : context.location.events) {
        const logout::EventTarget& target = event.rule->target;
        const bool is_stream = target.kind == logout::EventTarget::Kind::stream;

        explaining.events.push_back(logout::join_text(
            &explaining.memory,
            {is_stream ? "the stream " : "the channel ", target.name, " in ",
             ngx_http_logout_store_name(explaining.r, event.store)}));
    }
}


bool has_federated(const LogoutContext& context)
{
    const logout::Client* const client = context.plan->client;

    return context.location.federated != nullptr ||
           (client != nullptr && client->tag > 0);
}


std::string_view format_time(logout::Milliseconds time,
                             std::pmr::memory_resource* memory)
{
    constexpr std::size_t length = sizeof("1970-01-01T00:00:00Z") - 1;
    auto* const text = static_cast<u_char*>(memory->allocate(length + 1, 1));
    ngx_tm_t tm;

    ngx_gmtime(static_cast<time_t>(time / 1000), &tm);
    ngx_sprintf(text, "%4d-%02d-%02dT%02d:%02d:%02dZ", tm.ngx_tm_year,
                tm.ngx_tm_mon, tm.ngx_tm_mday, tm.ngx_tm_hour, tm.ngx_tm_min,
                tm.ngx_tm_sec);
    return {reinterpret_cast<char*>(text), length};
}


std::optional<logout::ExplainedGuard> look_at_guard(LogoutContext& context)
{
    if (context.location.revocations == nullptr) {
        return std::nullopt;
    }

    const logout::http::RevocationZone& zone = *context.location.revocations;
    const logout::GuardDecision decision = logout::judge_cookies(
        context.request.cookie_headers, context.request.cookie_header_count,
        context.location.policy.sessions, zone.table(),
        logout::http::trust_in(zone, false),
        logout::http::now_in_milliseconds(), &context.memory);

    return logout::ExplainedGuard{zone.name, decision.verdict,
                                  format_time(decision.since, &context.memory)};
}


// Decides as for a real logout, with the described request in its place.
void plan(LogoutContext& context, Explaining& explaining)
{
    ngx_http_request_t* const r = explaining.r;
    logout::RequestDescription& description = explaining.described_request;

    context.request = description.request;
    context.request.now = ngx_time();
    if (context.request.fetch.scheme == logout::ClientScheme::unknown) {
        context.request.fetch.scheme =
            ngx_http_logout_client_scheme(r, context.location);
    }

    // variables may look at the plan as long as there is a request
    context.plan = keep_result(context.memory, [&] {
        return logout::plan_logout(context.request, context.location.policy,
                                   &context.memory);
    });

    const logout::LogoutPlan& planned = *context.plan;

    std::string_view federated;

    if (!planned.refusal) {
        note_keys(context, explaining);
        note_events(context, explaining);

        if (planned.federated) {
            federated = ngx_http_logout_federated_url(context);
        }
    }

    logout::RedisOutcome outcome;
    outcome.deleted = explaining.keys.size();
    outcome.revoked = context.plan->sessions.size();

    const logout::LogoutResponse response =
        logout::respond(context.request, planned, outcome,
                        context.location.expiry, federated, &context.memory);

    const std::string_view method = explaining.described.method;

    explaining.explanation = logout::explain_logout(
        {context.request, context.location.policy, planned, response,
         explaining.keys, explaining.events, method.empty() ? "GET" : method,
         federated, has_federated(context),
         context.location.deferred.on_failure != nullptr,
         look_at_guard(context)},
        {rule_of(r).show_keys, *ngx_http_logout_main_conf(r)->hash_key},
        &explaining.memory);
}


// Makes a request be found to be a logout while this lives, also when what is
// done meanwhile throws.
class Posing {
public:
    Posing(ngx_http_request_t* r, LogoutContext* context) : r_(r)
    {
        ngx_http_set_ctx(r_, context, ngx_http_logout_module);
    }

    ~Posing() { ngx_http_set_ctx(r_, nullptr, ngx_http_logout_module); }

    Posing(const Posing&) = delete;
    Posing& operator=(const Posing&) = delete;

private:
    ngx_http_request_t* r_;
};


void explain(Explaining& explaining)
{
    ngx_http_request_t* const r = explaining.r;
    logout::RequestDescription& description = explaining.described_request;

    // the path says which location, and the location how to read the rest
    logout::RequestDescription first_look(&explaining.memory);
    describe_request(explaining.described,
                     rule_of(r).explained.front()->conf->policy->policy,
                     host_of(r), &explaining.memory, first_look);

    const ExplainedLocation* const location = choose_location(
        rule_of(r), explaining.described.location, first_look.path);
    if (location == nullptr) {
        explaining.problem = "There is no such location";
        return;
    }

    explaining.described.location = location->name;
    describe_request(explaining.described, location->conf->policy->policy,
                     host_of(r), &explaining.memory, description);

    if (!description.problem.empty()) {
        explaining.problem = description.problem;
        return;
    }

    // $logout_session_id and its like find it by the request
    void* const place = ngx_palloc(r->pool, sizeof(LogoutContext));
    if (place == nullptr) {
        throw std::bad_alloc();
    }

    auto* const context = new (place) LogoutContext(r, location->conf);

    const Posing posing(r, context);

    plan(*context, explaining);
}


bool is_json_body(const ngx_http_request_t* r)
{
    const ngx_table_elt_t* const type = r->headers_in.content_type;

    return type != nullptr &&
           logout::body_type(to_view(type->value)) == logout::BodyType::json;
}


bool wants_json(ngx_http_request_t* r)
{
    const std::string_view format = ngx_http_logout_argument(r, "format");

    if (!format.empty()) {
        return format == "json";
    }

    return logout::body_format(ngx_http_logout_header(r, "accept")) !=
               logout::BodyFormat::html &&
           (is_json_body(r) || logout::body_format(ngx_http_logout_header(
                                   r, "accept")) == logout::BodyFormat::json);
}


ngx_int_t send(Explaining& explaining)
{
    const ExplainRule& rule = rule_of(explaining.r);
    const ngx_uint_t status =
        explaining.problem.empty() ? NGX_HTTP_OK : NGX_HTTP_BAD_REQUEST;

    explaining.body.reserve(16 * 1024);

    if (!explaining.as_json) {
        std::vector<std::string_view> names;
        for (const ExplainedLocation* const location : rule.explained) {
            names.push_back(location->name);
        }

        write_explain_page(names, explaining.described, explaining.problem,
                           explaining.explanation ? &*explaining.explanation
                                                  : nullptr,
                           explaining.body);
    } else if (explaining.explanation) {
        write_explanation_json(*explaining.explanation, explaining.body);
    } else {
        logout::write_problem_json(explaining.problem, explaining.body);
    }

    return ngx_http_logout_send_document(
        explaining.r,
        {status,
         explaining.as_json ? "application/json" : "text/html; charset=utf-8",
         explaining.as_json ? std::string_view()
                            : std::string_view(rule.page_policy),
         explaining.body});
}


void read_description(Explaining& explaining)
{
    ngx_http_request_t* const r = explaining.r;
    const auto body = ngx_http_logout_body(r, logout::description_max_length,
                                           &explaining.memory);

    if (!body) {
        explaining.problem = "The description is too long";
        return;
    }

    const auto described =
        is_json_body(r)
            ? logout::read_described_json(*body, &explaining.memory)
            : logout::read_described_form(*body, &explaining.memory);

    if (!described) {
        explaining.problem = is_json_body(r)
                                 ? "The body is not a JSON object of strings"
                                 : "The body is not a form";
        return;
    }

    explaining.described = *described;
    explain(explaining);
}


ngx_int_t answer(ngx_http_request_t* r) noexcept
{
    try {
        void* const place = ngx_palloc(r->pool, sizeof(Explaining));
        if (place == nullptr) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        auto* const explaining = new (place) Explaining(r);

        explaining->as_json = wants_json(r);
        if (r->method == NGX_HTTP_POST) {
            read_description(*explaining);
        } else {
            explaining->as_json = false;
        }

        return send(*explaining);

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "logout_explain: %s",
                      e.what());
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


void body_handler(ngx_http_request_t* r)
{
    ngx_http_finalize_request(r, answer(r));
}

}  // namespace


ngx_int_t ngx_http_logout_explain_handler(ngx_http_request_t* r)
{
    if (r->method == NGX_HTTP_POST) {
        const ngx_int_t rc = ngx_http_read_client_request_body(r, body_handler);

        return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
    }

    if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    const ngx_int_t rc = ngx_http_discard_request_body(r);

    return rc != NGX_OK ? rc : answer(r);
}
