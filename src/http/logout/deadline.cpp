// The time that all of a request's commands to Redis may take together. Each
// command has a deadline of its own; only where those are not enough is there a
// timer for the request.

#include "http/logout/context.hpp"

#include "http/conf/timer_resolution.hpp"
#include "redis/ngx.hpp"


namespace {

void deadline_handler(ngx_event_t* event)
{
    auto& context = *static_cast<LogoutContext*>(event->data);

    context.deadline = nullptr;
    ngx_http_logout_count_timeout(*context.location.counted);
    ngx_http_logout_expire(context);
}


char* check_timeout(ngx_conf_t* cf, void*, void* time)
{
    const auto& timeout = *static_cast<const ngx_msec_t*>(time);

    if (timeout > 0) {
        return ngx_http_logout_note_timeout(cf, "logout_timeout", timeout);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"logout_timeout\" must be more than 0");
    return static_cast<char*>(NGX_CONF_ERROR);
}

}  // namespace


ngx_conf_post_t ngx_http_logout_timeout_check = {check_timeout};


void ngx_http_logout_start_deadline(LogoutContext& context)
{
    void* const place =
        context.memory.allocate(sizeof(ngx_event_t), alignof(ngx_event_t));

    context.deadline = static_cast<ngx_event_t*>(place);
    logout::redis::init_event(*context.deadline, deadline_handler, &context,
                              context.r->connection->log);
    ngx_add_timer(context.deadline, context.location.timeout);
}


void ngx_http_logout_stop_deadline(LogoutContext& context)
{
    logout::redis::stop_timer(*context.deadline);
    context.deadline = nullptr;
}
