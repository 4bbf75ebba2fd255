// What a logout leaves to be done later, and what the log says where there is
// no room for it.

#include "http/logout/context.hpp"


namespace {

// Between two lines about the same zone, in milliseconds.
constexpr ngx_msec_t tell_interval = 10000;


void note_not_queued(const LogoutContext& context)
{
    DeferredZone& zone = *context.location.deferred.again;

    ++zone.untold;
    if (zone.told_at != 0 && ngx_current_msec - zone.told_at < tell_interval) {
        return;
    }

    ngx_str_t name = to_ngx_str(zone.name);

    ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0,
                  "logout: %ui keys are deleted only once, the logout_zone"
                  " \"%V\" is full",
                  zone.untold, &name);
    zone.untold = 0;
    zone.told_at = ngx_current_msec;
}


void queue_again(const LogoutContext& context, std::size_t store,
                 std::string_view key)
{
    const DeferredPolicy& policy = context.location.deferred;

    if (policy.again != nullptr &&
        !policy.delete_again(ngx_http_logout_store_name(context.r, store),
                             key)) {
        note_not_queued(context);
    }
}

}  // namespace


bool ngx_http_logout_defer(const LogoutContext::Waiting& waiting)
{
    const DeferredPolicy& policy = waiting.context->location.deferred;
    const auto store =
        ngx_http_logout_store_name(waiting.context->r, waiting.store);

    return waiting.command != nullptr
               ? policy.defer_command(store, waiting.command->words)
               : policy.defer(store, waiting.key->text);
}


void ngx_http_logout_delete_again(const LogoutContext& context,
                                  const LogoutContext::Key& key)
{
    queue_again(context, key.store, key.text);
}


void ngx_http_logout_delete_listed_again(const LogoutContext& context,
                                         std::size_t store,
                                         const logout::SessionIndexReply& reply)
{
    std::string_view keys = reply.keys;

    for (auto key = logout::next_listed_key(keys); !key.empty();
         key = logout::next_listed_key(keys)) {
        queue_again(context, store, key);
    }

    if (reply.unlisted > 0) {
        ngx_log_error(NGX_LOG_ERR, context.r->connection->log, 0,
                      "logout: %uz keys of an index are deleted only once, the"
                      " reply had no room to name them",
                      reply.unlisted);
    }
}
