// Clients that leave before the answer. nginx would end their requests; here
// Redis' answer decides what follows (a second deletion, an event), and comes
// within its timeout in any case.

#include "http/logout/context.hpp"


namespace {

bool is_gone(const ngx_http_request_t* r)
{
    ngx_connection_t* const c = r->connection;
    char byte;

    if (c->error || c->read->pending_eof) {
        return true;
    }

    // a stream's connection is not its own (HTTP/2, HTTP/3)
    if (c->fd == static_cast<ngx_socket_t>(-1) || r->stream != nullptr) {
        return false;
    }

    const ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK);

    return n == 0 || (n == -1 && ngx_socket_errno != NGX_EAGAIN);
}

}  // namespace


void ngx_http_logout_watch_client(ngx_http_request_t* r)
{
    LogoutContext* const context = ngx_http_logout_context(r);
    ngx_event_t* const event = r->connection->read;

    if (context == nullptr || context->client_left) {
        return;
    }

    if (is_gone(r)) {
        context->client_left = true;
        ngx_http_logout_count_abandoned(*context->location.counted);
    }

    // what was read is known, and would be told again and again
    if (r->stream == nullptr && (ngx_event_flags & NGX_USE_LEVEL_EVENT) &&
        event->active) {
        (void) ngx_del_event(event, NGX_READ_EVENT, 0);
    }
}
