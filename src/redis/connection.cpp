#include "redis/connection.hpp"

#include <cstring>

namespace logout::redis {

namespace {

constexpr std::string_view role_command = "*1\r\n$4\r\nROLE\r\n";
constexpr std::string_view asking_command = "*1\r\n$6\r\nASKING\r\n";
constexpr std::string_view ping_command = "*1\r\n$4\r\nPING\r\n";


LinkSteps steps_of(const ConnectionSettings& settings)
{
    return {settings.channel.tls != nullptr, settings.login->is_needed(),
            settings.select_command.len != 0, settings.verify_master};
}

}  // namespace


Connection::Connection(ConnectionOwner& owner,
                       const ConnectionSettings& settings,
                       const Endpoint& endpoint, ngx_log_t* log,
                       Locator* locator)
    : owner_(owner), settings_(settings), endpoint_(&endpoint),
      locator_(locator), log_(log), channel_(*this, settings.channel, log),
      link_(steps_of(settings)), output_(settings.output_capacity),
      replies_(settings.limits)
{
    channel_.set_endpoint(endpoint);
    ngx_queue_init(&line_);
    ngx_queue_init(&held_);
    init_event(wake_, wake_handler, this, log);
    init_event(timer_, timer_handler, this, log);
    // a command that waits has a timer of its own: this one may be cut short
    timer_.cancelable = 1;

    ngx_memzero(&wait_, sizeof(wait_));
    wait_.kind = CommandKind::wait;
    failure_ = {FailureKind::connect, 0, "", {}, nullptr};
    count_for(endpoint);
}


Connection::~Connection()
{
    shut();

    count_no_more();

    if (wake_.posted) {
        ngx_delete_posted_event(&wake_);
    }
}


bool Connection::queue(Pending& pending, const std::string_view* arguments,
                       std::size_t count)
{
    std::size_t length = command_length(arguments, count);
    char* room = output_.claim(length, settings_.wait_command.len);

    if (room == nullptr) {
        return false;
    }

    write_command(room, arguments, count);
    append(pending, length);

    return true;
}


bool Connection::queue(Pending& pending, KeyCommand command,
                       std::string_view key)
{
    std::size_t length = command_length(command, key.size());
    char* room = output_.claim(length, settings_.wait_command.len);

    if (room == nullptr) {
        return false;
    }

    write_command(room, command, key);
    pending.key_length = static_cast<std::uint32_t>(key.size());
    append(pending, length);

    return true;
}


bool Connection::queue_again(Pending& pending, KeyCommand command)
{
    const std::string_view prefix = pending.asks ? asking_command : "";
    const std::size_t length =
        prefix.size() + command_length(command, pending.key_length);
    char* room = output_.claim(length, settings_.wait_command.len);

    if (room == nullptr) {
        return false;
    }

    room += prefix.copy(room, prefix.size());
    // the key is looked up after claim(), which may have moved it
    write_command(room, command, key_of(pending));
    append(pending, length);

    return true;
}


std::string_view Connection::key_of(const Pending& pending) const
{
    constexpr std::size_t line_end = 2;
    std::string_view command = command_of(pending);

    return command.substr(command.size() - line_end - pending.key_length,
                          pending.key_length);
}


std::string_view Connection::command_of(const Pending& pending) const
{
    std::string_view bytes = output_.bytes(pending.begin, pending.end);

    return pending.asks ? bytes.substr(asking_command.size()) : bytes;
}


bool Connection::adopt(Pending& pending, const Connection& from, bool asks)
{
    const std::string_view prefix = asks ? asking_command : "";
    const std::size_t length = prefix.size() + from.command_of(pending).size();
    char* room = output_.claim(length, settings_.wait_command.len);

    if (room == nullptr) {
        return false;
    }

    // `from` may be this connection: the command is looked up after claim()
    const std::string_view command = from.command_of(pending);

    room += prefix.copy(room, prefix.size());
    command.copy(room, command.size());
    pending.asks = asks;
    append(pending, length);

    return true;
}


void Connection::append(Pending& pending, std::size_t length)
{
    pending.connection = this;
    pending.asked = false;
    pending.end = output_.end();
    pending.begin = pending.end - length;
    ngx_queue_insert_tail(&line_, &pending.in_order);
    channel_.set_idle(false);

    if (is_delete(pending.kind)) {
        wait_due_ = true;
    }

    if (!link_.starting()) {
        ngx_post_event(&wake_, &ngx_posted_events);
    }
}


void Connection::expire(Pending& pending)
{
    if (pending.on_hold) {
        // the key is gone from the master: that much is known
        let_go(pending);
        owner_.confirmed(pending, 0);
        return;
    }

    fail(FailureKind::timeout, LinkEvent::expired, "no answer in time");

    // what was queued while there was no connection, if anything
    fail_queued();
}


void Connection::move()
{
    step(LinkEvent::moved);
}


void Connection::doubt()
{
    doubted_ = true;
    wants_next_address_ = true;
    link_.set_verify(!keeps_its_role_);
}


void Connection::connect()
{
    step(LinkEvent::wanted);
}


void Connection::retire()
{
    if (!has_queued()) {
        step(LinkEvent::retired);
    }
}


void Connection::wake_handler(ngx_event_t* event)
{
    static_cast<Connection*>(event->data)->on_wake();
}


void Connection::timer_handler(ngx_event_t* event)
{
    static_cast<Connection*>(event->data)->on_timer();
}


void Connection::on_wake()
{
    if (link_.state() == LinkState::ready) {
        (void) send_all();
        return;
    }

    if (has_queued()) {
        step(LinkEvent::wanted);
    }
}


void Connection::on_timer()
{
    if (link_.state() == LinkState::waiting) {
        step(LinkEvent::retry);
        return;
    }

    if (link_.state() == LinkState::securing) {
        fail(FailureKind::tls, LinkEvent::expired,
             "no answer to the TLS handshake in time");
        return;
    }

    fail(FailureKind::timeout, LinkEvent::expired, "no answer in time");
}


void Connection::channel_connected()
{
    channel_.set_idle(!has_queued());
    start_timer(timer_, settings_.step_timeout);
    step(LinkEvent::connected);
}


void Connection::channel_secured()
{
    step(LinkEvent::secured);
}


void Connection::channel_failed(FailureKind kind, ngx_err_t error,
                                const char* what)
{
    if (channel_.alert() != nullptr) {
        fail_by_alert();
        return;
    }

    fail(kind, LinkEvent::broken, what, error);
}


void Connection::fail_by_alert()
{
    fail(FailureKind::tls, LinkEvent::broken, "it sent a TLS alert", 0,
         channel_.alert());
}


void Connection::channel_readable()
{
    if (!receive()) {
        return;
    }

    if (!channel_.watch()) {
        fail(FailureKind::lost, LinkEvent::lost,
             "its events cannot be watched");
        return;
    }

    mark_idle();
}


void Connection::channel_writable()
{
    (void) send_all();
}


void Connection::channel_retired()
{
    step(LinkEvent::retired);
}


void Connection::step(LinkEvent event)
{
    act(link_.on(event, has_queued()));
}


void Connection::act(LinkAction action)
{
    switch (action) {
    case LinkAction::none:
        break;
    case LinkAction::connect:
        open();
        break;
    case LinkAction::secure:
        channel_.secure();
        break;
    case LinkAction::authenticate:
        auth_ = settings_.login->command();
        say(*auth_);
        break;
    case LinkAction::select:
        say(view(settings_.select_command));
        break;
    case LinkAction::verify:
        say(role_command);
        break;
    case LinkAction::probe:
        say(ping_command);
        break;
    case LinkAction::serve:
        serve();
        break;
    case LinkAction::drop:
        shut();
        fail_queued();
        owner_.dropped(*this);
        break;
    case LinkAction::resume:
        resume();
        break;
    case LinkAction::back_off:
        back_off();
        break;
    }
}


// What follows is up to the state machine; that a server closes an idle
// connection is no failure.
void Connection::fail(FailureKind kind, LinkEvent event, const char* what,
                      ngx_err_t error, std::string_view word,
                      const char* meaning)
{
    // without an answer to ROLE there is no other way than to try a delete
    if (link_.state() == LinkState::verifying && !settings_.verify_master &&
        kind != FailureKind::refused) {
        keeps_its_role_ = true;
        link_.set_verify(false);
    }

    LinkAction action = link_.on(event, has_queued());

    if (action == LinkAction::back_off || action == LinkAction::resume) {
        Failure failure = {kind, error, what, {}, meaning};

        word.copy(failure.word, sizeof(failure.word) - 1);
        note_failure(failure);
    }

    act(action);
}


void Connection::note_failure(const Failure& failure)
{
    bool news = failure_.kind != failure.kind ||
                failure_.error != failure.error ||
                failure_.meaning != failure.meaning ||
                std::strcmp(failure_.word, failure.word) != 0;

    if (news) {
        told_down_ = false;
    }

    failure_ = failure;
    counters().failures[static_cast<std::size_t>(failure.kind)]++;
}


void Connection::log_down()
{
    ngx_log_error(NGX_LOG_ERR, log_, failure_.error,
                  "logout_redis \"%V\": %V is down: %s%s%s%s%s",
                  &settings_.store, &endpoint_->name, failure_.what,
                  failure_.word[0] == '\0' ? "" : ": ", failure_.word,
                  failure_.meaning == nullptr ? "" : ", ",
                  failure_.meaning == nullptr ? "" : failure_.meaning);
}


void Connection::open()
{
    if (!replies_.reset()) {
        fail(FailureKind::lost, LinkEvent::broken, "out of memory");
        return;
    }

    lacks_unlink_ = false;

    if (locator_ == nullptr) {
        const bool next = wants_next_address_ && channel_.has_next();

        wants_next_address_ = false;
        counters().connects++;
        next ? channel_.open_next() : channel_.open();
        return;
    }

    locating_ = true;
    locator_->locate(*this);
}


void Connection::located(const Endpoint& endpoint)
{
    locating_ = false;

    if (endpoint_ != &endpoint) {
        endpoint_ = &endpoint;
        channel_.set_endpoint(endpoint);
        count_for(endpoint);
    }

    counters().connects++;
    channel_.open();
}


void Connection::not_located(const char* why)
{
    locating_ = false;
    fail(FailureKind::connect, LinkEvent::broken, why);
}


void Connection::shut()
{
    if (locating_) {
        locating_ = false;
        locator_->forget(*this);
    }

    channel_.shut();
    stop_timer(timer_);
    step_command_ = {};
    generation_++;
}


void Connection::serve()
{
    stop_timer(timer_);
    counters().established++;
    counters().reconnects += has_served_ ? 1 : 0;
    has_served_ = true;
    set_down(false);

    if (told_down_ && !doubted_) {
        log_back();
    }

    (void) send_all();
}


void Connection::log_back()
{
    told_down_ = false;
    ngx_log_error(NGX_LOG_NOTICE, log_, 0, "logout_redis \"%V\": %V is back",
                  &settings_.store, &endpoint_->name);
}


void Connection::answered()
{
    link_.answered();

    if (doubted_) {
        doubted_ = false;

        if (told_down_) {
            log_back();
        }
    }
}


void Connection::back_off()
{
    shut();
    set_down(true);

    if (!told_down_) {
        told_down_ = true;
        log_down();
    }

    start_timer(timer_,
                backoff_delay(link_.failures(),
                              static_cast<std::uint32_t>(ngx_random())));
    fail_queued();
}


void Connection::set_down(bool down)
{
    if (down == down_) {
        return;
    }

    down_ = down;
    counters().down += down ? 1 : -1;
    owner_.link_changed(*this, down);
}


void Connection::count_for(const Endpoint& server)
{
    if (counters_ != nullptr) {
        count_no_more();
    }

    has_served_ = false;
    counters_ = &owner_.counters_of(server);
    counters_->users++;
    counters_->down += down_ ? 1 : 0;
}


void Connection::count_no_more()
{
    counters_->users--;
    counters_->down -= down_ ? 1 : 0;
}


// Sends what was not answered on a new connection, each command once at most.
void Connection::resume()
{
    ngx_queue_t given_up;

    shut();
    release_held();
    ngx_queue_init(&given_up);

    OutputBuffer::Position sent = output_.sent();
    OutputBuffer::Rebuild rebuild(output_);

    for (ngx_queue_t* entry = ngx_queue_head(&line_); entry != &line_;) {
        Pending* pending = ngx_queue_data(entry, Pending, in_order);

        entry = ngx_queue_next(entry);

        pending->on_hold = false;
        pending->asked = false;

        if (pending->begin < sent && pending->resent) {
            ngx_queue_remove(&pending->in_order);
            ngx_queue_insert_tail(&given_up, &pending->in_order);
            continue;
        }

        if (pending->begin < sent) {
            pending->resent = true;
            counters().resent++;
        }

        rebuild.keep(pending->begin, pending->end);
    }

    rebuild.finish();
    wait_due_ = true;
    open();
    fail_entries(&given_up);
}


// An idle connection is closed by nginx when the worker is to leave.
void Connection::mark_idle()
{
    if (has_queued()) {
        return;
    }

    if (ngx_exiting) {
        step(LinkEvent::retired);
        return;
    }

    channel_.set_idle(true);
}

}  // namespace logout::redis
