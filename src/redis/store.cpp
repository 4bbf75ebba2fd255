#include "redis/store.hpp"

#include <new>

namespace logout::redis {

namespace {

constexpr ReplyLimits reply_limits = {64 * 1024, 64};
constexpr ReplyLimits stream_reply_limits = {16 * 1024 * 1024, 32 * 1024};

// Room for the commands in flight; ten times of what keys usually need.
constexpr std::size_t output_per_command = 512;
constexpr std::size_t output_at_least = 64 * 1024;

constexpr ngx_msec_t tell_interval = 1000;


ConnectionSettings settings_of(const StoreConf& conf, Login& login)
{
    ConnectionSettings settings = {};

    settings.store = conf.name;
    settings.login = &login;
    settings.select_command = conf.select_command;
    settings.wait_command = conf.wait_command;
    settings.wait_replicas = static_cast<std::int64_t>(conf.wait_replicas);
    settings.verify_master = conf.sentinels.nelts != 0;
    settings.step_timeout = conf.connect_timeout;
    settings.output_capacity =
        ngx_max(output_at_least, conf.max_pending * output_per_command);
    settings.limits = conf.reads_stream ? stream_reply_limits : reply_limits;
    settings.channel = {conf.connect_timeout, conf.resolver, conf.tls,
                        conf.tcp_keepalive};

    return settings;
}


std::unique_ptr<Router> make_router(const RouterContext& context)
{
    if (context.conf.cluster) {
        return make_cluster_router(context);
    }

    if (context.conf.sentinels.nelts != 0) {
        return make_sentinel_router(context);
    }

    return make_single_router(context);
}


bool starts_with(std::string_view text, std::string_view start)
{
    return text.substr(0, start.size()) == start;
}


// What a delete of one key may be answered with.
bool counts_one_key(std::int64_t deleted)
{
    return deleted == 0 || deleted == 1;
}


// The server is too old for UNLINK, or its access rules forbid it.
bool lacks_unlink(std::string_view error)
{
    return starts_with(error, "ERR unknown command") ||
           starts_with(error, "NOPERM");
}


// For the log.
const char* name_of(CommandKind kind)
{
    return is_delete(kind) ? "deletes" : "commands";
}


std::size_t place_of_key(std::string_view command)
{
    return command == "EVAL" ? 3 : command == "XREAD" ? 6 : 1;
}


// It went from one server to another.
void count_for(Pending& pending, ServerCounters& server)
{
    pending.counted_for->in_flight--;
    pending.counted_for = &server;
    server.in_flight++;
}

}  // namespace


Store::Store(const StoreConf& conf, ngx_cycle_t* cycle, CounterBook* book)
    : conf_(conf), log_(cycle->log), book_(book),
      pool_(conf.max_pending, conf.timeout, cycle->log),
      login_(conf.login, conf.name, cycle->log),
      settings_(settings_of(conf, login_)),
      router_(make_router({conf, *this, settings_, pool_, cycle->log, book}))
{
    StoreCounters* place = book_ == nullptr ? nullptr : book_->of_store();

    if (place != nullptr) {
        counters_ = place;
    }
}


ServerCounters& Store::counters_of(const Endpoint& server)
{
    ServerCounters* place =
        book_ == nullptr ? nullptr : book_->of_server(view(server.name));

    return place == nullptr ? own_server_counters_ : *place;
}


Pending* Store::unlink(std::string_view key, ReplyHandler handler, void* data)
{
    Connection* connection = router_->route(key);
    bool plain = connection != nullptr && connection->lacks_unlink();
    Pending* pending =
        take(connection, plain ? CommandKind::del : CommandKind::unlink,
             handler, data);

    if (pending == nullptr) {
        return nullptr;
    }

    return count_queued(
        pending,
        connection->queue(*pending, plain ? del_command : unlink_command, key));
}


Pending* Store::send(const std::string_view* arguments, std::size_t count,
                     ReplyHandler handler, void* data)
{
    std::size_t place = place_of_key(arguments[0]);
    std::string_view key =
        count > place ? arguments[place] : std::string_view();
    Connection* connection = router_->route(key);
    Pending* pending = take(connection, CommandKind::other, handler, data);

    if (pending == nullptr) {
        return nullptr;
    }

    return count_queued(pending, connection->queue(*pending, arguments, count));
}


Pending* Store::take(Connection* connection, CommandKind kind,
                     ReplyHandler handler, void* data)
{
    if (connection == nullptr) {
        counters_->rejected++;
        return nullptr;
    }

    Pending* pending = pool_.take(kind, handler, data);

    if (pending == nullptr) {
        counters_->overflows++;
    }

    return pending;
}


Pending* Store::count_queued(Pending* pending, bool queued)
{
    if (!queued) {
        pool_.give_back(pending);
        counters_->overflows++;
        return nullptr;
    }

    ServerCounters& server = pending->connection->counters();

    server.commands++;
    server.in_flight++;
    pending->counted_for = &server;

    return pending;
}


Answer Store::replied(Connection& connection, Pending& pending,
                      const ReplyReader& replies)
{
    const ReplyNode& root = replies.root();
    std::string_view text = replies.text(root);

    if (pending.kind == CommandKind::internal) {
        router_->replied(pending, &replies);
        return Answer::done;
    }

    switch (root.type) {

    case ReplyType::error:
        return refused(connection, pending, text);

    case ReplyType::integer:
        if (is_delete(pending.kind) && !counts_one_key(root.integer)) {
            return Answer::nonsense;
        }
        if (is_delete(pending.kind) && conf_.wait_replicas != 0) {
            // sent twice, it may have deleted the key the first time
            pending.integer = ngx_max(pending.integer, root.integer);
            return hold(connection, pending);
        }
        answer(connection, pending,
               {ReplyStatus::integer, root.integer, {}, true, pending.resent});
        return Answer::done;

    case ReplyType::status:
    case ReplyType::bulk:
        if (is_delete(pending.kind)) {
            return Answer::nonsense;
        }
        answer(connection, pending, {ReplyStatus::text, 0, text});
        return Answer::done;

    case ReplyType::nil:
        if (is_delete(pending.kind)) {
            return Answer::nonsense;
        }
        answer(connection, pending, {ReplyStatus::nil, 0, {}});
        return Answer::done;

    case ReplyType::array:
        if (is_delete(pending.kind)) {
            return Answer::nonsense;
        }
        answer(connection, pending,
               {ReplyStatus::text, root.count, {}, true, false, &replies});
        return Answer::done;
    }

    return Answer::nonsense;
}


Answer Store::hold(const Connection& connection, Pending& pending)
{
    if (connection.will_wait()) {
        return Answer::hold;
    }

    confirmed(pending, 0);

    return Answer::done;
}


Answer Store::refused(Connection& connection, Pending& pending,
                      std::string_view text)
{
    if (pending.kind == CommandKind::unlink && lacks_unlink(text) &&
        send_as_del(connection, pending)) {
        return Answer::queued;
    }

    switch (router_->redirect(connection, pending, text)) {
    case Redirect::none:
        break;
    case Redirect::queued:
        count_for(pending, pending.connection->counters());
        return Answer::queued;
    case Redirect::moved:
        return Answer::moved;
    case Redirect::lost:
        return Answer::misled;
    case Redirect::impossible:
        unavailable(pending);
        return Answer::done;
    }

    std::string_view word = error_word(text);

    connection.counters().errors++;
    tell_refusal(connection, pending.kind, text);
    count_latency(connection.counters(), ngx_current_msec - pending.queued);
    finish(pending, {ReplyStatus::error, 0, word});

    return Answer::done;
}


void Store::answer(Connection& connection, Pending& pending, const Reply& reply)
{
    ServerCounters& server = connection.counters();

    server.replies++;
    if (told_of(pending.kind).refusal[0] != '\0') {
        tell_accepted(connection, pending.kind);
    }
    count_latency(server, ngx_current_msec - pending.queued);
    finish(pending, reply);
}


void Store::confirmed(Pending& pending, std::int64_t replicas)
{
    bool enough = replicas >= static_cast<std::int64_t>(conf_.wait_replicas);

    note_replicas(pending, enough);
    answer(*pending.connection, pending,
           {ReplyStatus::integer,
            pending.integer,
            {},
            enough || pending.integer == 0,
            pending.resent});
}


void Store::note_replicas(const Pending& pending, bool enough)
{
    constexpr char too_few = '1';
    char& told = told_of_replicas_.refusal[0];

    if (!enough) {
        pending.connection->counters().unreplicated++;
    }

    if (enough == (told == '\0') || !told_of_replicas_.may_tell()) {
        return;
    }

    if (enough) {
        told = '\0';
        ngx_log_error(NGX_LOG_NOTICE, log_, 0,
                      "logout_redis \"%V\": enough replicas follow again",
                      &conf_.name);
        return;
    }

    told = too_few;
    ngx_log_error(NGX_LOG_ERR, log_, 0,
                  "logout_redis \"%V\": deletes have not reached as many "
                  "replicas as \"wait_replicas\" asks for",
                  &conf_.name);
}


void Store::unavailable(Pending& pending)
{
    if (pending.kind == CommandKind::internal) {
        router_->replied(pending, nullptr);
        return;
    }

    pending.counted_for->unavailable++;
    finish(pending, {ReplyStatus::unavailable, 0, {}});
}


// No server of data is subscribed to.
bool Store::pushed(Connection& /* connection */,
                   const ReplyReader& /* replies */)
{
    return false;
}


void Store::link_changed(Connection& connection, bool down)
{
    router_->link_changed(connection, down);
}


void Store::dropped(Connection& /* connection */) {}


void Store::finish(Pending& pending, const Reply& reply)
{
    ReplyHandler handler = pending.handler;
    void* data = pending.data;

    pending.counted_for->in_flight--;
    pool_.give_back(&pending);

    if (handler != nullptr) {
        handler(data, reply);
    }
}


bool Store::send_as_del(Connection& connection, Pending& pending)
{
    connection.without_unlink();
    pending.kind = CommandKind::del;

    return connection.queue_again(pending, del_command);
}


bool Store::Told::may_tell()
{
    if (when != 0 && ngx_current_msec - when < tell_interval) {
        return false;
    }

    when = ngx_current_msec;

    return true;
}


void Store::tell_refusal(const Connection& connection, CommandKind kind,
                         std::string_view error)
{
    Told& told = told_of(kind);
    const std::string_view word = error_word(error);
    const char* const meaning = error_meaning(error);

    if ((word == told.refusal && meaning == told.meaning) || !told.may_tell()) {
        return;
    }

    told.refusal[word.copy(told.refusal, error_word_limit)] = '\0';
    told.meaning = meaning;

    ngx_log_error(
        NGX_LOG_ERR, log_, 0, "logout_redis \"%V\": %V refuses %s: %s%s%s",
        &conf_.name, &connection.endpoint().name, name_of(kind), told.refusal,
        meaning == nullptr ? "" : ", ", meaning == nullptr ? "" : meaning);
}


void Store::tell_accepted(const Connection& connection, CommandKind kind)
{
    Told& told = told_of(kind);

    if (!told.may_tell()) {
        return;
    }

    told.refusal[0] = '\0';
    ngx_log_error(NGX_LOG_NOTICE, log_, 0,
                  "logout_redis \"%V\": %V accepts %s again", &conf_.name,
                  &connection.endpoint().name, name_of(kind));
}

}  // namespace logout::redis
