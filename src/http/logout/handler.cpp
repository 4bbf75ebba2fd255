// The life of a logout request: read, plan, ask Redis, answer.

#include "http/logout/context.hpp"

#include "core/plan/provider.hpp"

#include <exception>


namespace {

// The event that a command tells, if it does.
const LocationPolicy::Event* event_of(const LogoutContext::Waiting& waiting)
{
    return waiting.command != nullptr ? waiting.command->event : nullptr;
}


bool is_revocation(const LogoutContext::Waiting& waiting)
{
    return waiting.command != nullptr && waiting.command->is_revocation;
}


void delete_again(LogoutContext& context, const LogoutContext::Key* key)
{
    if (key != nullptr) {
        ngx_http_logout_delete_again(context, *key);
    }
}


// Nobody waits any more. An event is told by what is on its way.
void abandon(const LogoutContext::Waiting& waiting)
{
    LogoutContext& context = *waiting.context;

    if (event_of(waiting) != nullptr) {
        ngx_http_logout_count_event(*context.location.counted, false);
        return;
    }

    ngx_http_logout_defer(waiting);
    delete_again(context, waiting.key);
}


void stop_deadline(LogoutContext& context)
{
    if (context.deadline != nullptr) {
        ngx_http_logout_stop_deadline(context);
    }
}


// What was there is not known, and will not be.
void lose_events(LogoutContext& context)
{
    for (std::size_t i = 0; i < context.location.events.size(); ++i) {
        ngx_http_logout_count_event(*context.location.counted, false);
    }
}


// Lets go of Redis: the keys are deleted all the same, and where failures are
// deferred these will be, though nobody is left to see it.
void let_go(LogoutContext& context)
{
    if (context.replies_due > 0 && !context.told) {
        lose_events(context);
    }

    stop_deadline(context);
    ngx_http_logout_drop_claim(context);

    for (LogoutContext::Waiting& waiting : context.waiting) {
        if (waiting.pending != nullptr) {
            logout::redis::forget(waiting.pending);
            waiting.pending = nullptr;
            abandon(waiting);
        }
    }

    context.replies_due = 0;
}


// nginx ended the request while Redis was asked: the connection was lost, or
// the worker leaves.
void request_cleanup(void* data)
{
    auto* const context = static_cast<LogoutContext*>(data);

    if (context->replies_due > 0 && !context->client_left) {
        ngx_http_logout_count_abandoned(*context->location.counted);
    }

    let_go(*context);

    // nginx writes the access log after the cleanups
    ngx_http_logout_mask_tokens(context->r->main);
}


// Marks the pool's cleanup by which the context is found again. Those of the
// request are gone when nginx writes the access log.
void context_marker(void*) {}


LogoutContext* create_context(ngx_http_request_t* r)
{
    ngx_pool_cleanup_t* const marker =
        ngx_pool_cleanup_add(r->pool, sizeof(LogoutContext));
    ngx_http_cleanup_t* const cleanup = ngx_http_cleanup_add(r, 0);
    if (marker == nullptr || cleanup == nullptr) {
        return nullptr;
    }

    auto* const context =
        new (marker->data) LogoutContext(r, ngx_http_logout_loc_conf(r));

    marker->handler = context_marker;
    cleanup->handler = request_cleanup;
    cleanup->data = context;
    ngx_http_set_ctx(r, context, ngx_http_logout_module);

    return context;
}


void count(const LogoutContext& context)
{
    ngx_http_logout_count_answer(ngx_http_logout_main_conf(context.r),
                                 *context.location.counted,
                                 context.response->result,
                                 reported_error(*context.plan, context.outcome),
                                 context.outcome.deleted);
}


ngx_int_t answer(LogoutContext& context)
{
    std::string_view federated;

    stop_deadline(context);
    ngx_http_logout_revoke(context);

    if (context.plan->federated && !context.plan->refusal) {
        federated = ngx_http_logout_federated_url(context);
    }

    context.response = keep_result(context.memory, [&] {
        return logout::respond(context.request, *context.plan, context.outcome,
                               context.location.expiry, federated,
                               &context.memory);
    });

    if (!is_ended(context.response->result)) {
        ngx_http_logout_release_token(context);
    }

    count(context);
    ngx_http_logout_log(context);
    return context.client_left ? NGX_HTTP_CLIENT_CLOSED_REQUEST
                               : ngx_http_logout_send(context);
}


// A script's own keys are those of the session that brought its index up.
void note_ended(LogoutContext& context, std::size_t session)
{
    for (LogoutContext::Key& key : context.keys) {
        key.ended |= key.session == session && key.in_script;
    }
}


void note_ended(const LogoutContext::Waiting& waiting)
{
    if (waiting.key != nullptr) {
        waiting.key->ended = true;
    } else {
        note_ended(*waiting.context, waiting.command->session);
    }
}


// A deletion that Redis would refuse another time, too, is no use later.
void defer_or_fail(const LogoutContext::Waiting& waiting,
                   std::string_view reason)
{
    LogoutContext& context = *waiting.context;

    if (reason == "NOPERM" || !ngx_http_logout_defer(waiting)) {
        ngx_http_logout_note_failure(context, waiting.store, reason);
        return;
    }

    ++context.outcome.deferred;
    if (is_revocation(waiting)) {
        return;
    }
    note_ended(waiting);
    delete_again(context, waiting.key);
}


void note_deleted(const LogoutContext::Waiting& waiting,
                  const logout::redis::Reply& reply)
{
    LogoutContext& context = *waiting.context;

    context.outcome.replicated &= reply.replicated;

    // one that was not there costs no room for a second deletion: anybody can
    // make keys up
    context.outcome.deleted += reply.integer > 0 ? 1 : 0;
    if (reply.integer > 0 || reply.repeated) {
        note_ended(waiting);
        delete_again(context, waiting.key);
    }
}


void note_script_reply(const LogoutContext::Waiting& waiting,
                       std::string_view text)
{
    LogoutContext& context = *waiting.context;
    const auto reply = logout::read_session_index_reply(text);

    if (!reply) {
        ngx_http_logout_note_failure(context, waiting.store,
                                     "unexpected reply");
        return;
    }

    if (reply->deleted > 0) {
        context.outcome.deleted += reply->deleted;
        note_ended(waiting);
        ngx_http_logout_delete_listed_again(context, waiting.store, *reply);
    }

    const std::string_view problem = describe(reply->outcome);
    if (!problem.empty()) {
        ngx_http_logout_note_failure(context, waiting.store, problem);
    }
}


void note_reply(const LogoutContext::Waiting& waiting,
                const logout::redis::Reply& reply)
{
    using logout::redis::ReplyStatus;

    switch (reply.status) {
    case ReplyStatus::error:
    case ReplyStatus::unavailable:
        defer_or_fail(waiting, failure_of(reply));
        return;
    case ReplyStatus::text:
        if (is_revocation(waiting)) {
            return;
        }
        if (waiting.command != nullptr) {
            note_script_reply(waiting, reply.text);
            return;
        }
        break;
    case ReplyStatus::integer:
        if (waiting.command == nullptr) {
            note_deleted(waiting, reply);
            return;
        }
        break;
    case ReplyStatus::nil:
        break;
    }

    ngx_http_logout_note_failure(*waiting.context, waiting.store,
                                 failure_of(reply));
}


ngx_int_t answer_without_exceptions(LogoutContext& context) noexcept
{
    try {
        return answer(context);

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0, "logout: %s",
                      e.what());
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
}


// Answers once Redis has said all that there is to say.
void finish(LogoutContext& context) noexcept
{
    context.redis_time = ngx_current_msec - context.sent_at;

    ngx_http_request_t* const r = context.r;
    ngx_connection_t* const c = r->connection;

    ngx_http_set_log_request(c->log, r);
    ngx_http_finalize_request(r, answer_without_exceptions(context));
    ngx_http_run_posted_requests(c);
}


void tell_or_finish(LogoutContext& context);


void reply_handler(void* data, const logout::redis::Reply& reply)
{
    auto* const waiting = static_cast<LogoutContext::Waiting*>(data);
    LogoutContext& context = *waiting->context;

    const LocationPolicy::Event* const event = event_of(*waiting);

    waiting->pending = nullptr;

    if (event != nullptr) {
        ngx_http_logout_note_event(context, *event, reply);
    } else {
        note_reply(*waiting, reply);
    }

    if (--context.replies_due == 0) {
        tell_or_finish(context);
    }
}


void fail(const LogoutContext::Waiting& waiting, std::string_view reason)
{
    const LocationPolicy::Event* const event = event_of(waiting);

    if (event != nullptr) {
        ngx_http_logout_postpone_event(*waiting.context, *event, reason);
    } else {
        defer_or_fail(waiting, reason);
    }
}


void send(LogoutContext& context, const LogoutContext::Waiting& command)
{
    context.waiting.push_back(command);

    LogoutContext::Waiting& waiting = context.waiting.back();
    logout::redis::Store* const store =
        ngx_http_logout_worker_store(context, waiting.store);

    waiting.pending =
        waiting.command != nullptr
            ? logout::redis::send_command(store, waiting.command->words.data(),
                                          waiting.command->words.size(),
                                          reply_handler, &waiting)
            : logout::redis::delete_key(store, waiting.key->text, reply_handler,
                                        &waiting);

    if (waiting.pending == nullptr) {
        fail(waiting, "not connected");
        return;
    }

    ++context.replies_due;
}


std::size_t revocations_at_most(const LogoutContext& context)
{
    const auto* const zone = context.location.revocations;

    return zone != nullptr && zone->stream ? context.plan->sessions.size() : 0;
}


void send_commands(LogoutContext& context)
{
    const std::size_t events = context.location.events.size();

    // the handlers keep pointers to the elements, also when the events follow
    context.commands.reserve(context.commands.size() + events);
    context.waiting.reserve(context.keys.size() + context.commands.size() +
                            events + revocations_at_most(context));

    for (LogoutContext::Key& key : context.keys) {
        if (!key.in_script) {
            send(context, {&context, key.store, &key, nullptr, nullptr});
        }
    }

    for (const LogoutContext::Command& command : context.commands) {
        send(context, {&context, command.store, nullptr, &command, nullptr});
    }
}


void tell(LogoutContext& context, const LocationPolicy::Event& event)
{
    if (context.expired || context.outcome.deferred > 0) {
        ngx_http_logout_postpone_event(
            context, event,
            context.expired ? "no reply" : "the logout_zone is full");
        return;
    }

    context.commands.push_back({event.store,
                                ngx_http_logout_event_command(context, event),
                                LogoutContext::no_session, &event});
    send(context,
         {&context, event.store, nullptr, &context.commands.back(), nullptr});
}


// So that other hosts refuse what this one will.
void tell_hosts(LogoutContext& context)
{
    ngx_http_logout_add_revocations(context);

    for (const LogoutContext::Command& command : context.revocations) {
        const LogoutContext::Waiting waiting = {&context, command.store,
                                                nullptr, &command, nullptr};

        if (context.expired) {
            defer_or_fail(waiting, "no reply");
        } else {
            send(context, waiting);
        }
    }
}


void tell_hosts_without_exceptions(LogoutContext& context) noexcept
{
    try {
        tell_hosts(context);

    } catch (const std::exception& e) {
        ++context.outcome.failed;
        ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0, "logout: %s",
                      e.what());
    }
}


// Redis has said what was there: applications are told of nothing else, so that
// made-up cookies push no entries out of a stream.
void tell_all(LogoutContext& context) noexcept
{
    if (context.told) {
        return;
    }

    context.told = true;
    tell_hosts_without_exceptions(context);

    if (!ngx_http_logout_has_ended_any(context)) {
        return;
    }

    for (const LocationPolicy::Event& event : context.location.events) {
        try {
            tell(context, event);

        } catch (const std::exception&) {
            ngx_http_logout_postpone_event(context, event, "out of memory");
        }
    }
}


void tell_or_finish(LogoutContext& context)
{
    tell_all(context);

    if (context.replies_due == 0) {
        finish(context);
    }
}


bool is_waiting(const LogoutContext& context)
{
    return context.replies_due > 0 || context.claim.pending != nullptr;
}


void end_sessions(LogoutContext& context)
{
    ngx_http_logout_collect_keys(context);
    send_commands(context);

    if (context.replies_due == 0) {
        tell_all(context);
    }
}


void end_sessions_without_exceptions(LogoutContext& context) noexcept
{
    try {
        end_sessions(context);

    } catch (const std::exception& e) {
        ++context.outcome.failed;
        ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0, "logout: %s",
                      e.what());
    }
}


void claim_handler(LogoutContext& context, TokenClaim claim)
{
    switch (claim) {
    case TokenClaim::ours:
        end_sessions_without_exceptions(context);
        break;
    case TokenClaim::replayed:
        logout::note_replay(*context.plan);
        break;
    case TokenClaim::unknown:
        break;
    }

    if (!is_waiting(context)) {
        finish(context);
    }
}


void ask_redis(LogoutContext& context)
{
    context.sent_at = ngx_current_msec;
    if (context.location.has_deadline) {
        ngx_http_logout_start_deadline(context);
    }

    if (context.plan->provider.token_id.empty()) {
        end_sessions_without_exceptions(context);
    } else {
        ngx_http_logout_claim_token(context, claim_handler);
    }
}


// Returns NGX_AGAIN while Redis is waited for.
ngx_int_t begin(LogoutContext& context)
{
    ngx_http_logout_read_request(context);

    context.plan = keep_result(context.memory, [&] {
        return logout::plan_logout(context.request, context.location.policy,
                                   &context.memory);
    });

    ngx_http_request_t* const r = context.r;

    if (!context.plan->refusal) {
        if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        ask_redis(context);
    }

    if (!is_waiting(context)) {
        return answer(context);
    }

    r->read_event_handler = ngx_http_logout_watch_client;
    r->write_event_handler = ngx_http_request_empty_handler;
    return NGX_AGAIN;
}


ngx_int_t begin_without_exceptions(ngx_http_request_t* r,
                                   bool body_too_large) noexcept
{
    try {
        LogoutContext* const context = create_context(r);
        if (context == nullptr) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        context->request.body_too_large = body_too_large;
        return begin(*context);

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "logout: %s",
                      e.what());
    }

    // no reply may find a request that was answered without it
    if (LogoutContext* const context = ngx_http_logout_context(r)) {
        let_go(*context);
    }

    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}


void body_handler(ngx_http_request_t* r)
{
    const ngx_int_t rc = begin_without_exceptions(r, false);

    // reading the body holds the request already
    if (rc != NGX_AGAIN) {
        ngx_http_finalize_request(r, rc);
    }
}

}  // namespace


logout::redis::Store* ngx_http_logout_worker_store(const LogoutContext& context,
                                                   std::size_t store)
{
    return ngx_http_logout_main_conf(context.r)->workers[store];
}


void ngx_http_logout_expire(LogoutContext& context)
{
    // one or the other, never both: sessions wait for the claim
    if (context.claim.pending != nullptr) {
        ngx_http_logout_expire_claim(context);
        return;
    }

    std::size_t left = context.replies_due;

    context.expired = true;

    // with the last one the context may go
    for (auto* waiting = context.waiting.begin(); left > 0; ++waiting) {
        if (waiting->pending != nullptr) {
            --left;
            reply_handler(waiting, logout::redis::give_up(waiting->pending));
        }
    }
}


void ngx_http_logout_note_failure(LogoutContext& context, std::size_t store,
                                  std::string_view reason) noexcept
{
    ++context.outcome.failed;

    if (context.failure.len > 0) {
        return;
    }

    try {
        context.failed_store =
            to_ngx_str(ngx_http_logout_store_name(context.r, store));
        context.failure = copy_to_pool(context.r->pool, reason);

    } catch (const std::exception&) {
        ngx_str_null(&context.failure);
    }
}


LogoutContext* ngx_http_logout_context(ngx_http_request_t* r)
{
    auto* const context = static_cast<LogoutContext*>(
        ngx_http_get_module_ctx(r, ngx_http_logout_module));

    if (context != nullptr) {
        return context;
    }

    // the newest comes first
    for (auto* cleanup = r->pool->cleanup; cleanup != nullptr;
         cleanup = cleanup->next) {
        if (cleanup->handler == context_marker) {
            return static_cast<LogoutContext*>(cleanup->data);
        }
    }

    return nullptr;
}


LogoutContext* ngx_http_logout_context_before(const LogoutContext& context)
{
    bool is_older = false;

    // subrequests share the pool
    for (auto* cleanup = context.r->pool->cleanup; cleanup != nullptr;
         cleanup = cleanup->next) {
        if (cleanup->handler != context_marker) {
            continue;
        }

        auto* const other = static_cast<LogoutContext*>(cleanup->data);
        if (is_older && other->r == context.r) {
            return other;
        }
        is_older = is_older || other == &context;
    }

    return nullptr;
}


ngx_int_t ngx_http_logout_handler(ngx_http_request_t* r)
{
    // asked before the body is discarded, and its length with it
    const bool body_too_large = ngx_http_logout_has_large_body(r);

    ngx_http_logout_hide_query(r);

    if (ngx_http_logout_has_body(r) && !body_too_large) {
        const ngx_int_t rc = ngx_http_read_client_request_body(r, body_handler);

        return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
    }

    ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    rc = begin_without_exceptions(r, body_too_large);
    if (rc != NGX_AGAIN) {
        return rc;
    }

    ++r->main->count;
    return NGX_DONE;
}
