#include "redis/channel.hpp"

#include "redis/socket.hpp"

namespace logout::redis {

Channel::Channel(ChannelUser& user, const ChannelSettings& settings,
                 ngx_log_t* log)
    : user_(user), settings_(settings), log_(*log)
{
    if (log_.log_level < NGX_LOG_DEBUG_FIRST) {
        log_.log_level = ngx_min(log_.log_level, NGX_LOG_ALERT);
    }

    ngx_memzero(&timeout_, sizeof(timeout_));
    timeout_.data = this;
    timeout_.handler = timeout_handler;
    timeout_.log = log;
    // whoever waits for a command has a timer of its own
    timeout_.cancelable = 1;
}


Channel::~Channel()
{
    shut();
}


void Channel::set_endpoint(const Endpoint& endpoint)
{
    endpoint_ = &endpoint;
    address_ = 0;
    resolved_count_ = 0;
    tls_session_.forget();
}


void Channel::open()
{
    tried_ = 0;

    if (settings_.resolver != nullptr && endpoint_->is_name) {
        resolve();
        return;
    }

    addresses_ = endpoint_->addresses;
    address_count_ = endpoint_->address_count;

    if (address_count_ == 0) {
        fail(0, "its name needs a \"resolver\"; /etc/hosts knows names of"
                " the configuration only");
        return;
    }

    try_address();
}


void Channel::open_next()
{
    close();
    address_++;
    tried_++;
    try_address();
}


void Channel::resolve()
{
    ngx_resolver_ctx_t* context =
        ngx_resolve_start(settings_.resolver, nullptr);

    if (context == nullptr || context == NGX_NO_RESOLVER) {
        fail(0, "its name cannot be resolved");
        return;
    }

    context->name = endpoint_->host;
    context->handler = resolved_handler;
    context->data = this;
    context->timeout = settings_.connect_timeout;
    context->cancelable = 1;
    resolving_ = context;

    // the handler may be called, and the context freed, before this returns
    if (ngx_resolve_name(context) != NGX_OK) {
        resolving_ = nullptr;
        fail(0, "its name cannot be resolved");
    }
}


void Channel::resolved_handler(ngx_resolver_ctx_t* context)
{
    static_cast<Channel*>(context->data)->on_resolved(context);
}


void Channel::on_resolved(ngx_resolver_ctx_t* context)
{
    ngx_int_t state = context->state;

    if (state == NGX_OK) {
        take_addresses(*context);
    }

    resolving_ = nullptr;
    ngx_resolve_name_done(context);

    if (resolved_count_ != 0) {
        addresses_ = resolved_.data();
        address_count_ = resolved_count_;

    } else {
        // without an answer yet, those of the configuration may still do
        addresses_ = endpoint_->addresses;
        address_count_ = endpoint_->address_count;
    }

    if (address_count_ == 0) {
        fail(0, state == NGX_OK ? "its name has no address"
                                : ngx_resolver_strerror(state));
        return;
    }

    try_address();
}


void Channel::take_addresses(const ngx_resolver_ctx_t& context)
{
    resolved_count_ = ngx_min(context.naddrs, most_addresses);

    for (ngx_uint_t i = 0; i < resolved_count_; i++) {
        ngx_addr_t& address = resolved_[i];

        ngx_memcpy(&resolved_storage_[i], context.addrs[i].sockaddr,
                   context.addrs[i].socklen);
        address.sockaddr = &resolved_storage_[i].sockaddr;
        address.socklen = context.addrs[i].socklen;
        address.name = endpoint_->name;
        ngx_inet_set_port(address.sockaddr, endpoint_->port);
    }
}


void Channel::try_address()
{
    address_ %= address_count_;
    alert_ = nullptr;

    Opening opening =
        open_connection(addresses_[address_], settings_.tcp_keepalive, &log_);

    if (opening.connection == nullptr) {
        try_next(opening.error, opening.problem);
        return;
    }

    connection_ = opening.connection;
    connection_->data = this;
    connection_->read->handler = read_handler;
    connection_->write->handler = write_handler;

    if (opening.connected) {
        connected();
        return;
    }

    start_timer(timeout_, settings_.connect_timeout);
}


void Channel::try_next(ngx_err_t error, const char* what)
{
    close();

    address_++;

    if (++tried_ < address_count_) {
        try_address();
        return;
    }

    fail(error, what);
}


void Channel::fail(ngx_err_t error, const char* what)
{
    user_.channel_failed(FailureKind::connect, error, what);
}


void Channel::connected()
{
    stop_timer(timeout_);

    if (!watch()) {
        try_next(0, "its events cannot be watched");
        return;
    }

    user_.channel_connected();
}


void Channel::secure()
{
    auto done = [](ngx_connection_t* connection) {
        static_cast<Channel*>(connection->data)->handshaked();
    };
    auto save = [](ngx_connection_t* connection) {
        static_cast<Channel*>(connection->data)->tls_session_.keep(connection);
    };

    if (start_tls(connection_, *settings_.tls, *endpoint_, tls_session_,
                  &alert_, done, save) != NGX_AGAIN) {
        handshaked();
    }
}


void Channel::handshaked()
{
    connection_->read->handler = read_handler;
    connection_->write->handler = write_handler;

    const char* problem = judge_tls(connection_, *settings_.tls, *endpoint_);

    if (problem != nullptr) {
        user_.channel_failed(FailureKind::tls, 0, problem);
        return;
    }

    user_.channel_secured();
}


void Channel::shut()
{
    if (resolving_ != nullptr) {
        ngx_resolve_name_done(resolving_);
        resolving_ = nullptr;
    }

    close();
}


void Channel::close()
{
    stop_timer(timeout_);

    if (connection_ == nullptr) {
        return;
    }

    end_tls(connection_);

    ngx_pool_t* pool = connection_->pool;

    ngx_close_connection(connection_);
    connection_ = nullptr;

    if (pool != nullptr) {
        ngx_destroy_pool(pool);
    }
}


ssize_t Channel::send(std::string_view bytes)
{
    return connection_->send(
        connection_, reinterpret_cast<u_char*>(const_cast<char*>(bytes.data())),
        bytes.size());
}


ssize_t Channel::receive(u_char* buffer, std::size_t size)
{
    return connection_->recv(connection_, buffer, size);
}


void Channel::read_later()
{
    ngx_post_event(connection_->read, &ngx_posted_next_events);
}


bool Channel::watch()
{
    return ngx_handle_read_event(connection_->read, 0) == NGX_OK &&
           ngx_handle_write_event(connection_->write, 0) == NGX_OK;
}


void Channel::read_handler(ngx_event_t* event)
{
    ngx_connection_t* connection = static_cast<ngx_connection_t*>(event->data);

    static_cast<Channel*>(connection->data)->on_event(true);
}


void Channel::write_handler(ngx_event_t* event)
{
    ngx_connection_t* connection = static_cast<ngx_connection_t*>(event->data);

    static_cast<Channel*>(connection->data)->on_event(false);
}


void Channel::timeout_handler(ngx_event_t* event)
{
    static_cast<Channel*>(event->data)
        ->try_next(NGX_ETIMEDOUT, "connect() failed");
}


void Channel::on_event(bool readable)
{
    if (connection_->close) {
        user_.channel_retired();
        return;
    }

    if (!connecting()) {
        readable ? user_.channel_readable() : user_.channel_writable();
        return;
    }

    ngx_err_t error = connection_error(connection_);

    if (error != 0) {
        try_next(error, "connect() failed");
        return;
    }

    if (!readable) {
        connected();
    }
}

}  // namespace logout::redis
