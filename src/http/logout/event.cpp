// What a logout tells applications by logout_event.

#include "http/logout/context.hpp"
#include "http/complex_value.hpp"

#include <exception>


namespace {

std::string_view request_id(ngx_http_request_t* r, const EventRule& rule)
{
    const ngx_http_variable_value_t* const value =
        ngx_http_get_indexed_variable(r,
                                      static_cast<ngx_uint_t>(rule.request_id));

    if (value == nullptr || value->not_found) {
        return {};
    }

    return {reinterpret_cast<const char*>(value->data), value->len};
}


std::uint64_t milliseconds_now()
{
    const ngx_time_t* const now = ngx_timeofday();

    return static_cast<std::uint64_t>(now->sec) * 1000 + now->msec;
}


void add_fields(LogoutContext& context, const EventRule& rule,
                logout::LogoutEvent& event)
{
    for (const EventRule::Field& field : rule.fields) {
        event.fields.push_back(
            {field.name, ngx_http_logout_evaluate(context.r, field.value)});
    }
}


bool has_ended(const LogoutContext& context, std::size_t session)
{
    for (const LogoutContext::Key& key : context.keys) {
        if (key.session == session && key.ended) {
            return true;
        }
    }

    return false;
}


// `result` is what the event says of the deletions.
std::pmr::vector<std::string_view> make_command(LogoutContext& context,
                                                const EventRule& rule,
                                                logout::Result result)
{
    const logout::LogoutPlan& plan = *context.plan;
    logout::LogoutEvent event(&context.memory);

    event.result = result;
    event.protocol = context.location.policy.protocol->name;
    event.token = has_ended(context, LogoutContext::no_session)
                      ? plan.token
                      : std::string_view();
    event.request = request_id(context.r, rule);
    event.milliseconds = milliseconds_now();

    if (plan.client != nullptr) {
        event.client = plan.client->id;
    }

    for (std::size_t i = 0; i < plan.sessions.size(); ++i) {
        if (has_ended(context, i)) {
            event.session_ids.push_back(plan.sessions[i].session.id);
        }
    }

    add_fields(context, rule, event);
    return logout::event_command(rule.target, event, &context.memory);
}


bool postpone(LogoutContext& context, const LocationPolicy::Event& event)
{
    const DeferredPolicy& deferred = context.location.deferred;

    return deferred.on_failure != nullptr &&
           deferred.defer_command(
               ngx_http_logout_store_name(context.r, event.store),
               make_command(context, *event.rule, logout::Result::deferred));
}


void lose(LogoutContext& context, const LocationPolicy::Event& event,
          std::string_view reason)
{
    ngx_http_logout_count_event(*context.location.counted, false);

    if (context.lost_event == nullptr) {
        context.lost_event = &event;
        context.event_failure = copy_to_pool(context.r->pool, reason);
    }
}


// Redis would say the same another time.
bool is_final(std::string_view error)
{
    return error == "NOPERM" || error == "WRONGTYPE";
}


void note_event(LogoutContext& context, const LocationPolicy::Event& event,
                const logout::redis::Reply& reply)
{
    using logout::redis::ReplyStatus;

    switch (reply.status) {
    case ReplyStatus::text:
    case ReplyStatus::integer:
        ngx_http_logout_count_event(*context.location.counted, true);
        return;
    case ReplyStatus::error:
    case ReplyStatus::unavailable:
        if (is_final(reply.text)) {
            lose(context, event, failure_of(reply));
        } else {
            ngx_http_logout_postpone_event(context, event, failure_of(reply));
        }
        return;
    case ReplyStatus::nil:
        lose(context, event, failure_of(reply));
        return;
    }
}

}  // namespace


std::pmr::vector<std::string_view>
ngx_http_logout_event_command(LogoutContext& context,
                              const LocationPolicy::Event& event)
{
    return make_command(context, *event.rule, logout::Result::logged_out);
}


bool ngx_http_logout_has_ended_any(const LogoutContext& context)
{
    for (const LogoutContext::Key& key : context.keys) {
        if (key.ended) {
            return true;
        }
    }

    return false;
}


void ngx_http_logout_note_event(LogoutContext& context,
                                const LocationPolicy::Event& event,
                                const logout::redis::Reply& reply) noexcept
{
    try {
        note_event(context, event, reply);

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0,
                      "logout_event: %s", e.what());
    }
}


void ngx_http_logout_postpone_event(LogoutContext& context,
                                    const LocationPolicy::Event& event,
                                    std::string_view reason) noexcept
{
    try {
        if (!postpone(context, event)) {
            lose(context, event, reason);
        }

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0,
                      "logout_event: %s", e.what());
    }
}
