#include "core/answer/response.hpp"

#include "core/base/json_writer.hpp"
#include "core/request/jsonp.hpp"
#include "core/token/logout_token.hpp"
#include "core/answer/user_page.hpp"

namespace logout {

namespace {

// Redis is asked again within about this time after a failure.
constexpr unsigned retry_after_seconds = 5;


Result result_of(const LogoutPlan& plan, const RedisOutcome& outcome)
{
    if (plan.refusal) {
        return *plan.refusal;
    }

    if (outcome.failed > 0) {
        return Result::redis_unavailable;
    }

    if (outcome.unrevoked > 0) {
        return Result::revocations_full;
    }

    if (outcome.deferred > 0) {
        return Result::deferred;
    }

    return outcome.deleted + outcome.revoked > 0 ? Result::logged_out
                                                 : Result::no_session;
}


unsigned refusal_status(Result result)
{
    switch (result) {
    case Result::redis_unavailable:
    case Result::revocations_full:
    case Result::prefetch:
        return 503;
    case Result::method_not_allowed:
        return 405;
    case Result::cross_site:
    case Result::navigation_required:
    case Result::cookie_required:
    case Result::confirmation_required:
        return 403;
    case Result::body_too_large:
        return 413;
    case Result::preflight:
        return 204;
    case Result::bad_request:
    case Result::logged_out:
    case Result::no_session:
    case Result::deferred:
        break;
    }

    return 400;
}


bool is_bad_request(const LogoutPlan& plan, std::string_view location)
{
    return plan.error != RequestError::none && location.empty();
}


void expire_cookies(const LogoutRequest& request, const CookieExpiry& expiry,
                    std::pmr::memory_resource* memory, LogoutResponse& response)
{
    response.set_cookies.reserve(expiry.lines.size());

    for (const std::string& line : expiry.lines) {
        response.set_cookies.push_back(line);
    }

    for (const auto& rule : expiry.by_prefix) {
        CookieValues names;

        for (std::size_t i = 0; i < request.cookie_header_count; ++i) {
            find_cookie_names(request.cookie_headers[i], rule.prefix, names);
        }

        for (const std::string_view name : names) {
            const std::size_t length = name.size() + 1 + rule.suffix.size();
            char* const line = static_cast<char*>(memory->allocate(length, 1));

            name.copy(line, name.size());
            line[name.size()] = '=';
            rule.suffix.copy(line + name.size() + 1, rule.suffix.size());
            response.set_cookies.push_back({line, length});
        }
    }
}


void add_body(const LogoutRequest& request, const LogoutPlan& plan,
              std::string_view return_url, LogoutResponse& response)
{
    const BodyFormat format = body_format(request.fetch.accept);
    const Message message{response.result, plan.error, return_url,
                          plan.parameter_verdict.name};

    response.content_type = content_type(format);
    write_body(format, message, response.body);
}


void answer_data(const LogoutRequest& request, const LogoutPlan& plan,
                 std::string_view location, LogoutResponse& response)
{
    BodyFormat format = body_format(request.fetch.accept);

    if (format != BodyFormat::json && plan.token.empty()) {
        response.status = 204;
        return;
    }

    format = BodyFormat::json;
    response.content_type = content_type(format);
    write_body(format, {response.result, plan.error, location, {}},
               response.body);
}


// A page runs scripts only with status 200: the SDK learns of a failure by what
// is passed to it.
void answer_script(const LogoutRequest& request, const LogoutPlan& plan,
                   std::pmr::memory_resource* memory, LogoutResponse& response)
{
    const JsonpAnswer answer{plan.callback, request.now, plan.base_domain};
    const Result result = response.result;

    response.body =
        is_ended(result)
            ? jsonp_logged_out(answer, memory)
            : jsonp_failed(answer, static_cast<int>(refusal_status(result)),
                           name(result), explain_to_user(result), memory);

    response.status = 200;
    response.content_type = jsonp_content_type;
    response.no_sniff = true;
}


void ask(const LogoutPlan& plan, LogoutResponse& response)
{
    response.content_type = content_type(BodyFormat::html);
    response.page_policy = confirmation_page_policy();
    write_confirmation_page(plan.confirmation, plan.resent, response.body);
}


void refuse(const LogoutRequest& request, const LogoutPlan& plan,
            LogoutResponse& response)
{
    if (response.result == Result::confirmation_required &&
        plan.asker != Asker::data) {
        ask(plan, response);
        return;
    }

    response.status = refusal_status(response.result);
    response.allow = response.result == Result::method_not_allowed;

    if (response.status == 503) {
        response.retry_after = retry_after_seconds;
    }

    if (response.status != 204) {
        add_body(request, plan, {}, response);
    }
}


// What an Access-Control-Request-Headers header may hold: names, which are
// given back as they are.
bool is_header_list(std::string_view names)
{
    constexpr std::size_t max_length = 512;

    if (names.size() > max_length) {
        return false;
    }

    for (const char byte : names) {
        const bool is_name_byte =
            (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
            (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';

        if (!is_name_byte && byte != ',' && byte != ' ') {
            return false;
        }
    }

    return true;
}


void add_cors(const LogoutRequest& request, const LogoutPlan& plan,
              LogoutResponse& response)
{
    response.vary_origin =
        plan.asker == Asker::data || !plan.allowed_origin.empty();
    response.allowed_origin = plan.allowed_origin;
    response.preflight = response.result == Result::preflight;

    if (response.preflight && is_header_list(request.preflight_headers)) {
        response.allowed_headers = request.preflight_headers;
    }
}


void write_event_error(const LogoutPlan& plan, std::pmr::string& body)
{
    JsonWriter json(body);

    json.open('{');
    json.member("err").text(plan.event_error);
    json.member("description").text(plan.token_problem);
    json.close('}');
    body += '\n';
}


// RFC 8935, section 2. That Redis is away is none of its errors: the
// transmitter tries again.
void answer_transmitter(const LogoutPlan& plan, LogoutResponse& response)
{
    if (is_ended(response.result)) {
        response.status = 202;
        return;
    }

    response.status = refusal_status(response.result);
    if (response.status == 503) {
        response.retry_after = retry_after_seconds;
        return;
    }

    response.content_type = content_type(BodyFormat::json);
    write_event_error(plan, response.body);
}


void write_operators_answer(Result result, std::size_t deleted,
                            std::pmr::string& body)
{
    JsonWriter json(body);

    json.open('{');
    json.member("result").text(name(result));
    json.member("keys_deleted").number(deleted);
    json.close('}');
    body += '\n';
}


unsigned revocation_status(const LogoutPlan& plan, Result result)
{
    if (plan.error == RequestError::unauthorized) {
        return 401;
    }

    return plan.error == RequestError::unknown_subject ? 422
                                                       : refusal_status(result);
}


// Global Token Revocation, section 4: 204, whether there were sessions or not.
// Who has a token of their own reads nothing more; an operator does.
void answer_revoker(const LogoutPlan& plan, const RedisOutcome& outcome,
                    LogoutResponse& response)
{
    const bool is_done = is_ended(response.result);

    if (is_done && !plan.by_operator) {
        response.status = 204;
        return;
    }

    response.content_type = content_type(BodyFormat::json);

    if (is_done) {
        write_operators_answer(response.result, outcome.deleted, response.body);
        return;
    }

    response.status = revocation_status(plan, response.result);
    response.authenticate = response.status == 401;

    if (response.status == 503) {
        response.retry_after = retry_after_seconds;
        write_backchannel_error("temporarily_unavailable",
                                "the sessions could not be ended",
                                response.body);
        return;
    }

    write_backchannel_error(response.authenticate ? "invalid_token"
                                                  : "invalid_request",
                            plan.token_problem, response.body);
}


// OpenID Connect Back-Channel Logout 1.0, section 2.8: 400 also where the
// request was in order and the logout failed.
void answer_provider(const LogoutPlan& plan, LogoutResponse& response)
{
    if (is_ended(response.result)) {
        return;
    }

    response.status = 400;
    response.content_type = content_type(BodyFormat::json);

    if (response.result == Result::redis_unavailable ||
        response.result == Result::revocations_full) {
        write_backchannel_error("temporarily_unavailable",
                                "the sessions could not be ended",
                                response.body);
        return;
    }

    write_backchannel_error("invalid_request",
                            plan.parameter_verdict
                                ? plan.token_problem
                                : describe(plan.parameter_verdict.problem),
                            response.body);
}


void answer_server(const LogoutPlan& plan, const RedisOutcome& outcome,
                   LogoutResponse& response)
{
    switch (plan.server_answer) {
    case ServerAnswer::event:
        answer_transmitter(plan, response);
        return;
    case ServerAnswer::revocation:
        answer_revoker(plan, outcome, response);
        return;
    case ServerAnswer::logout_token:
    case ServerAnswer::none:
        break;
    }

    answer_provider(plan, response);
}


bool is_server_answer(const LogoutPlan& plan, Result result)
{
    return plan.server_answer != ServerAnswer::none &&
           result != Result::method_not_allowed &&
           result != Result::body_too_large;
}


// Where a provider names a session that nobody has, the user may have another.
bool ends_cookies(const LogoutPlan& plan, const RedisOutcome& outcome)
{
    return plan.expire_cookies &&
           (plan.provider.session_id.empty() || outcome.deleted > 0);
}


// A script of a page that may not ask is not called.
bool is_script_answer(const LogoutPlan& plan)
{
    return !plan.callback.empty() && plan.refusal != Result::cross_site;
}


void answer(const LogoutRequest& request, const LogoutPlan& plan,
            std::string_view location, LogoutResponse& response)
{
    if (is_bad_request(plan, location)) {
        response.status = 400;
        add_body(request, plan, {}, response);
        return;
    }

    if (plan.asker == Asker::data) {
        answer_data(request, plan, location, response);
        return;
    }

    if (location.empty()) {
        add_body(request, plan, {}, response);
        return;
    }

    response.status = request.method == Method::get ? 302 : 303;
    response.location = location;
}

}  // namespace


RequestError reported_error(const LogoutPlan& plan, const RedisOutcome& outcome)
{
    if (plan.error == RequestError::none && !outcome.replicated) {
        return RequestError::not_replicated;
    }

    return plan.error;
}


BodyFormat body_format(std::string_view accept)
{
    if (accept.find("text/html") != accept.npos) {
        return BodyFormat::html;
    }

    return accept.find("application/json") != accept.npos ? BodyFormat::json
                                                          : BodyFormat::text;
}


LogoutResponse respond(const LogoutRequest& request, const LogoutPlan& plan,
                       const RedisOutcome& outcome, const CookieExpiry& expiry,
                       std::string_view federated_url,
                       std::pmr::memory_resource* memory)
{
    LogoutResponse response(memory);
    const std::string_view location =
        federated_url.empty() ? plan.return_url : federated_url;

    response.result = result_of(plan, outcome);
    add_cors(request, plan, response);

    response.page_policy = plan.page_policy;

    if (is_ended(response.result) && ends_cookies(plan, outcome)) {
        expire_cookies(request, expiry, memory, response);
    }

    if (is_server_answer(plan, response.result)) {
        answer_server(plan, outcome, response);
    } else if (is_script_answer(plan)) {
        answer_script(request, plan, memory, response);
    } else if (is_ended(response.result)) {
        answer(request, plan, location, response);
    } else {
        refuse(request, plan, response);
    }

    return response;
}


std::string_view check_federated(std::string_view url,
                                 std::string_view configured_origin,
                                 UrlBuffer& buffer)
{
    Url parsed;

    if (parse_url(url, buffer, parsed) != UrlRule::ok ||
        parsed.kind != UrlKind::web || parsed.origin != configured_origin) {
        return {};
    }

    return parsed.text;
}


std::string allow_header(const MethodSet& methods)
{
    std::string header;

    const auto add = [&](Method method, const char* word) {
        if (methods.contains(method)) {
            header += header.empty() ? "" : ", ";
            header += word;
        }
    };

    add(Method::get, "GET");
    add(Method::post, "POST");
    add(Method::delete_, "DELETE");
    return header;
}

}  // namespace logout
