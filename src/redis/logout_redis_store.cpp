#include "logout_redis_store.hpp"

#include <new>

namespace logout::redis {

namespace {

constexpr ReplyLimits reply_limits = {64 * 1024, 64};

// Room for the commands in flight; ten times of what keys usually need.
constexpr std::size_t output_per_command = 512;
constexpr std::size_t output_at_least = 64 * 1024;

// One line about error replies per store and second is enough.
constexpr ngx_msec_t refusal_log_interval = 1000;


ConnectionSettings settings_of(const StoreConf& conf)
{
    ConnectionSettings settings = {};

    settings.store = conf.name;
    settings.auth_command = conf.auth_command;
    settings.select_command = conf.select_command;
    settings.connect_timeout = conf.connect_timeout;
    settings.output_capacity =
        ngx_max(output_at_least, conf.max_pending * output_per_command);
    settings.limits = reply_limits;

    return settings;
}


const Endpoint& first_server(const StoreConf& conf)
{
    return *static_cast<const Endpoint*>(conf.servers.elts);
}


bool starts_with(std::string_view text, std::string_view start)
{
    return text.substr(0, start.size()) == start;
}


// The server is too old for UNLINK, or its access rules forbid it.
bool lacks_unlink(std::string_view error)
{
    return starts_with(error, "ERR unknown command") ||
           starts_with(error, "NOPERM");
}

}  // namespace


Store::Store(const StoreConf& conf, ngx_cycle_t* cycle)
    : conf_(conf), log_(cycle->log), pool_(conf.max_pending),
      settings_(settings_of(conf)),
      connection_(*this, settings_, first_server(conf), cycle->log)
{
    ngx_memzero(&deadline_, sizeof(deadline_));
    deadline_.data = this;
    deadline_.handler = deadline_handler;
    deadline_.log = log_;
}


Store::~Store()
{
    stop_timer(deadline_);
}


void Store::count_in(StoreCounters* place)
{
    *place = *counters_;
    counters_ = place;
}


Pending* Store::unlink(std::string_view key, ReplyHandler handler, void* data)
{
    bool plain = connection_.lacks_unlink();
    const std::string_view arguments[] = {plain ? "DEL" : "UNLINK", key};

    return send(plain ? CommandKind::del : CommandKind::unlink, arguments, 2,
                handler, data);
}


Pending* Store::send(CommandKind kind, const std::string_view* arguments,
                     std::size_t count, ReplyHandler handler, void* data)
{
    if (!connection_.accepts()) {
        counters_->rejected++;
        return nullptr;
    }

    Pending* pending = pool_.take(handler, data);

    if (pending == nullptr) {
        counters_->overflows++;
        return nullptr;
    }

    pending->kind = kind;
    pending->key_length =
        static_cast<std::uint32_t>(arguments[count - 1].size());

    if (!connection_.queue(*pending, arguments, count)) {
        pool_.give_back(pending);
        counters_->overflows++;
        return nullptr;
    }

    counters_->commands++;
    counters_->in_flight++;
    watch_deadline();

    return pending;
}


// The timer runs on when its command was answered, and is set anew only when
// it fires; with nothing to wait for it does not keep the worker.
void Store::watch_deadline()
{
    deadline_.cancelable = 0;

    if (!deadline_.timer_set) {
        ngx_add_timer(&deadline_, conf_.timeout);
    }
}


void Store::deadline_handler(ngx_event_t* event)
{
    static_cast<Store*>(event->data)->on_deadline();
}


void Store::on_deadline()
{
    for (Pending* pending = pool_.oldest(); pending != nullptr;
         pending = pool_.oldest()) {
        ngx_msec_t age = ngx_current_msec - pending->queued;

        if (age < conf_.timeout) {
            start_timer(deadline_, conf_.timeout - age);
            return;
        }

        pending->connection->expire();
    }
}


bool Store::replied(Connection& connection, Pending& pending,
                    const ReplyReader& replies)
{
    const ReplyNode& root = replies.root();
    std::string_view text = replies.text(root);
    Reply reply = {ReplyStatus::integer, root.integer, {}};

    switch (root.type) {

    case ReplyType::integer:
        break;

    case ReplyType::error:
        if (pending.kind == CommandKind::unlink && lacks_unlink(text) &&
            send_as_del(connection, pending)) {
            return true;
        }
        reply.status = ReplyStatus::error;
        reply.text = error_word(text);
        break;

    case ReplyType::status:
    case ReplyType::bulk:
        reply.status = ReplyStatus::text;
        reply.text = text;
        break;

    case ReplyType::nil:
        reply.status = ReplyStatus::nil;
        break;

    case ReplyType::array:
        return false;
    }

    if (reply.status == ReplyStatus::error) {
        counters_->errors++;
        note_error(connection, pending.kind, reply.text);

    } else {
        if (pending.kind != CommandKind::other &&
            reply.status != ReplyStatus::integer) {
            return false;
        }
        counters_->replies++;
        note_success(connection, pending.kind);
    }

    count_latency(*counters_, ngx_current_msec - pending.queued);
    finish(pending, reply);

    return true;
}


void Store::unavailable(Pending& pending)
{
    counters_->unavailable++;
    finish(pending, {ReplyStatus::unavailable, 0, {}});
}


void Store::finish(Pending& pending, const Reply& reply)
{
    ReplyHandler handler = pending.handler;
    void* data = pending.data;

    pool_.give_back(&pending);
    counters_->in_flight--;

    if (pool_.in_use() == 0) {
        deadline_.cancelable = 1;
    }

    if (handler != nullptr) {
        handler(data, reply);
    }
}


bool Store::send_as_del(Connection& connection, Pending& pending)
{
    connection.without_unlink();
    pending.kind = CommandKind::del;

    return connection.queue_again(pending, "DEL");
}


Store::Refusal& Store::refusal_of(CommandKind kind)
{
    return kind == CommandKind::other ? command_refusal_ : delete_refusal_;
}


void Store::note_error(const Connection& connection, CommandKind kind,
                       std::string_view word)
{
    Refusal& refusal = refusal_of(kind);

    if (word == refusal.word) {
        return;
    }

    std::size_t length = ngx_min(word.size(), sizeof(refusal.word) - 1);
    ngx_memcpy(refusal.word, word.data(), length);
    refusal.word[length] = '\0';

    if (refusal.logged != 0 &&
        ngx_current_msec - refusal.logged < refusal_log_interval) {
        return;
    }

    refusal.logged = ngx_current_msec;
    ngx_log_error(
        NGX_LOG_ERR, log_, 0, "logout_redis \"%V\": %V refuses %s: %s",
        &conf_.name, &connection.endpoint().name,
        kind == CommandKind::other ? "a command" : "to delete", refusal.word);
}


void Store::note_success(const Connection& connection, CommandKind kind)
{
    Refusal& refusal = refusal_of(kind);

    if (refusal.word[0] == '\0') {
        return;
    }

    refusal.word[0] = '\0';

    if (ngx_current_msec - refusal.logged < refusal_log_interval) {
        return;
    }

    refusal.logged = ngx_current_msec;
    ngx_log_error(NGX_LOG_NOTICE, log_, 0,
                  "logout_redis \"%V\": %V accepts %s again", &conf_.name,
                  &connection.endpoint().name,
                  kind == CommandKind::other ? "commands" : "deletes");
}

}  // namespace logout::redis
