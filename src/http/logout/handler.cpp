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


// Returns whether it will be done later.
bool defer(const LogoutContext::Waiting& waiting)
{
    const DeferredPolicy& policy = waiting.context->location.deferred;
    const auto store =
        ngx_http_logout_store_name(waiting.context->r, waiting.store);

    return waiting.command != nullptr
               ? policy.defer_command(store, waiting.command->words)
               : policy.defer(store, waiting.key);
}


// Nobody waits any more. An event is told by what is on its way.
void abandon(const LogoutContext::Waiting& waiting)
{
    if (event_of(waiting) != nullptr) {
        ngx_http_logout_count_event(*waiting.context->location.counted, false);
    } else {
        defer(waiting);
    }
}


void stop_deadline(LogoutContext& context)
{
    if (context.deadline != nullptr) {
        ngx_http_logout_stop_deadline(context);
    }
}


// Lets go of Redis when the client left: the keys are deleted all the same, and
// where failures are deferred this one will be, though nobody is left to see
// it.
void request_cleanup(void* data)
{
    auto* const context = static_cast<LogoutContext*>(data);

    if (context->replies_due > 0) {
        ngx_http_logout_count_abandoned(*context->location.counted);
    }

    stop_deadline(*context);
    ngx_http_logout_drop_claim(*context);

    for (LogoutContext::Waiting& waiting : context->waiting) {
        if (waiting.pending != nullptr) {
            logout::redis::forget(waiting.pending);
            waiting.pending = nullptr;
            abandon(waiting);
        }
    }

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
    return ngx_http_logout_send(context);
}


// A deletion that Redis would refuse another time, too, is no use later.
void defer_or_fail(const LogoutContext::Waiting& waiting,
                   std::string_view reason)
{
    LogoutContext& context = *waiting.context;

    if (reason != "NOPERM" && defer(waiting)) {
        ++context.outcome.deferred;
    } else {
        ngx_http_logout_note_failure(context, waiting.store, reason);
    }
}


// Queues the second deletions of a key.
bool queue_again(const LogoutContext& context, std::size_t store,
                 std::string_view key)
{
    return context.location.deferred.delete_again(
        ngx_http_logout_store_name(context.r, store), key);
}


void log_not_queued(const LogoutContext& context)
{
    ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0,
                  "logout: a session's keys are deleted only once, the"
                  " logout_zone is full");
}


void delete_listed_again(const LogoutContext& context, std::size_t store,
                         const logout::SessionIndexReply& reply)
{
    std::string_view keys = reply.keys;
    bool queued = reply.unlisted == 0;

    for (auto key = logout::next_listed_key(keys); !key.empty();
         key = logout::next_listed_key(keys)) {
        queued = queue_again(context, store, key) && queued;
    }

    if (!queued) {
        log_not_queued(context);
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

    context.outcome.deleted += reply->deleted;
    delete_listed_again(context, waiting.store, *reply);

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
        if (waiting.command != nullptr) {
            note_script_reply(waiting, reply.text);
            return;
        }
        break;
    case ReplyStatus::integer:
        if (waiting.command == nullptr) {
            logout::RedisOutcome& outcome = waiting.context->outcome;

            outcome.deleted += reply.integer > 0 ? 1 : 0;
            outcome.replicated &= reply.replicated;
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
        finish(context);
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
            : logout::redis::delete_key(store, waiting.key, reply_handler,
                                        &waiting);

    if (waiting.pending == nullptr) {
        fail(waiting, "not connected");
        return;
    }

    ++context.replies_due;
}


// The events come last: what Redis has done, it tells.
void send_commands(LogoutContext& context)
{
    // the handlers keep pointers to the elements
    context.waiting.reserve(context.keys.size() + context.commands.size());

    for (const LogoutContext::Key& key : context.keys) {
        if (!key.in_script) {
            send(context, {&context, key.store, key.text, nullptr, nullptr});
        }
    }

    for (const LogoutContext::Command& command : context.commands) {
        send(context, {&context, command.store, {}, &command, nullptr});
    }
}


void delete_again(const LogoutContext& context)
{
    if (context.location.deferred.again == nullptr) {
        return;
    }

    bool queued = true;

    for (const LogoutContext::Key& key : context.keys) {
        queued = queue_again(context, key.store, key.text) && queued;
    }

    if (!queued) {
        log_not_queued(context);
    }
}


bool is_waiting(const LogoutContext& context)
{
    return context.replies_due > 0 || context.claim.pending != nullptr;
}


void end_sessions(LogoutContext& context)
{
    ngx_http_logout_collect_keys(context);
    ngx_http_logout_add_events(context);
    send_commands(context);
    delete_again(context);
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
        end_sessions(context);
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

    if (!context.plan->refusal) {
        ask_redis(context);
    }

    if (!is_waiting(context)) {
        return answer(context);
    }

    ngx_http_request_t* const r = context.r;

    if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->read_event_handler = ngx_http_test_reading;
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
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
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
