#include "logout_redis_connection.hpp"

#include "logout_redis_socket.hpp"

#include <cstring>

namespace logout::redis {

namespace {

constexpr std::string_view ping_command = "*1\r\n$4\r\nPING\r\n";

// One reply is read at a time: all connections of a worker share the buffer.
u_char receive_buffer[16 * 1024];

// A server that sends without end gets this many reads per turn, then others
// have theirs.
constexpr int reads_per_turn = 16;


LinkSteps steps_of(const ConnectionSettings& settings)
{
    return {false, settings.auth_command.len != 0,
            settings.select_command.len != 0};
}


const char* step_name(LinkState state)
{
    switch (state) {
    case LinkState::authenticating:
        return "AUTH was refused";
    case LinkState::selecting:
        return "SELECT was refused";
    default:
        return "PING was refused";
    }
}


bool is_status(const ReplyReader& replies, std::string_view text)
{
    const ReplyNode& reply = replies.root();

    return reply.type == ReplyType::status && replies.text(reply) == text;
}

}  // namespace


Connection::Connection(ConnectionOwner& owner,
                       const ConnectionSettings& settings,
                       const Endpoint& endpoint, ngx_log_t* log)
    : owner_(owner), settings_(settings), endpoint_(endpoint), log_(log),
      link_(steps_of(settings)), output_(settings.output_capacity),
      replies_(settings.limits)
{
    ngx_queue_init(&line_);

    ngx_memzero(&wake_, sizeof(wake_));
    wake_.data = this;
    wake_.handler = wake_handler;
    wake_.log = log;

    ngx_memzero(&timer_, sizeof(timer_));
    timer_.data = this;
    timer_.handler = timer_handler;
    timer_.log = log;
    // a command that waits has a timer of its own: this one may be cut short
    timer_.cancelable = 1;

    ngx_memzero(&failure_, sizeof(failure_));
}


Connection::~Connection()
{
    close();
}


bool Connection::queue(Pending& pending, const std::string_view* arguments,
                       std::size_t count)
{
    std::size_t length = command_length(arguments, count);
    char* room = output_.claim(length);

    if (room == nullptr) {
        return false;
    }

    write_command(room, arguments, count);
    append(pending, length);

    return true;
}


bool Connection::queue_again(Pending& pending, std::string_view name)
{
    const std::size_t length = pending.key_length;
    const std::string_view shape[] = {name, {nullptr, length}};
    const std::size_t size = command_length(shape, 2);
    char* room = output_.claim(size);

    if (room == nullptr) {
        return false;
    }

    // the key is looked up after claim(), which may have moved it
    const std::string_view arguments[] = {name, key_of(pending)};

    write_command(room, arguments, 2);
    append(pending, size);

    return true;
}


std::string_view Connection::key_of(const Pending& pending) const
{
    constexpr std::size_t line_end = 2;
    std::string_view command = output_.bytes(pending.begin, pending.end);

    return command.substr(command.size() - line_end - pending.key_length,
                          pending.key_length);
}


void Connection::append(Pending& pending, std::size_t length)
{
    pending.connection = this;
    pending.end = output_.end();
    pending.begin = pending.end - length;
    ngx_queue_insert_tail(&line_, &pending.in_order);

    if (connection_ != nullptr) {
        connection_->idle = 0;
    }

    if (!link_.starting()) {
        ngx_post_event(&wake_, &ngx_posted_events);
    }
}


void Connection::expire()
{
    fail(FailureKind::timeout, LinkEvent::expired, "no reply in time");

    // for one that was queued while there was no connection
    fail_queued();
}


void Connection::close()
{
    shut();

    if (wake_.posted) {
        ngx_delete_posted_event(&wake_);
    }

    stop_timer(timer_);

    ngx_queue_init(&line_);
    output_.clear();
}


void Connection::wake_handler(ngx_event_t* event)
{
    static_cast<Connection*>(event->data)->on_wake();
}


void Connection::timer_handler(ngx_event_t* event)
{
    static_cast<Connection*>(event->data)->on_timer();
}


void Connection::read_handler(ngx_event_t* event)
{
    ngx_connection_t* connection = static_cast<ngx_connection_t*>(event->data);

    static_cast<Connection*>(connection->data)->on_readable();
}


void Connection::write_handler(ngx_event_t* event)
{
    ngx_connection_t* connection = static_cast<ngx_connection_t*>(event->data);

    static_cast<Connection*>(connection->data)->on_writable();
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

    if (link_.state() == LinkState::connecting) {
        fail(FailureKind::connect, LinkEvent::expired, "connect() timed out");
        return;
    }

    fail(FailureKind::timeout, LinkEvent::expired, "no reply in time");
}


void Connection::on_readable()
{
    if (connection_->close) {
        // the worker leaves; with `error` set, it leaves now
        step(LinkEvent::retired);
        return;
    }

    if (link_.state() == LinkState::connecting) {
        ngx_err_t error = connection_error(connection_);

        if (error != 0) {
            fail(FailureKind::connect, LinkEvent::broken, "connect() failed",
                 error);
        }
        return;
    }

    if (!receive()) {
        return;
    }

    if (ngx_handle_read_event(connection_->read, 0) != NGX_OK) {
        fail(FailureKind::lost, LinkEvent::lost, "its events are not watched");
        return;
    }

    mark_idle();
}


void Connection::on_writable()
{
    if (link_.state() != LinkState::connecting) {
        (void) send_all();
        return;
    }

    ngx_err_t error = connection_error(connection_);

    if (error != 0) {
        fail(FailureKind::connect, LinkEvent::broken, "connect() failed",
             error);
        return;
    }

    opened();
}


void Connection::step(LinkEvent event)
{
    act(link_.on(event, has_queued()));
}


void Connection::act(LinkAction action)
{
    switch (action) {
    case LinkAction::none:
    case LinkAction::secure:
        break;
    case LinkAction::connect:
        open();
        break;
    case LinkAction::authenticate:
        say(view(settings_.auth_command));
        break;
    case LinkAction::select:
        say(view(settings_.select_command));
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
        break;
    case LinkAction::resume:
        resume();
        break;
    case LinkAction::back_off:
        back_off();
        break;
    }
}


// Says why before the state machine decides what follows from it.
void Connection::fail(FailureKind kind, LinkEvent event, const char* what,
                      ngx_err_t error, std::string_view word)
{
    // one address of several did not answer: the next one may
    if (kind == FailureKind::connect && ++tried_ < endpoint_.address_count) {
        shut();
        address_ = (address_ + 1) % endpoint_.address_count;
        try_address();
        return;
    }

    tried_ = 0;

    Failure failure = {kind, error, what, {}};
    std::size_t length = ngx_min(word.size(), sizeof(failure.word) - 1);
    ngx_memcpy(failure.word, word.data(), length);

    bool same = told_down_ && failure_.kind == kind &&
                failure_.error == error && failure_.what == what &&
                std::strcmp(failure_.word, failure.word) == 0;
    bool was_alive = connection_ != nullptr || link_.starting();

    failure_ = failure;
    told_down_ = told_down_ && same;

    if (was_alive) {
        counters().failures[static_cast<std::size_t>(kind)]++;
    }

    step(event);
}


void Connection::open()
{
    if (!replies_.reset()) {
        fail(FailureKind::lost, LinkEvent::broken, "out of memory");
        return;
    }

    lacks_unlink_ = false;
    try_address();
}


void Connection::try_address()
{
    counters().connects++;

    Opening opening = open_connection(endpoint_.addresses[address_], log_);

    if (opening.connection == nullptr) {
        fail(FailureKind::connect, LinkEvent::broken, "connect() failed",
             opening.error);
        return;
    }

    connection_ = opening.connection;
    connection_->data = this;
    connection_->read->handler = read_handler;
    connection_->write->handler = write_handler;
    connection_->idle = has_queued() ? 0 : 1;

    start_timer(timer_, settings_.connect_timeout);

    if (opening.connected) {
        opened();
    }
}


void Connection::opened()
{
    tried_ = 0;

    if (ngx_handle_write_event(connection_->write, 0) != NGX_OK) {
        fail(FailureKind::connect, LinkEvent::broken,
             "its events are not watched");
        return;
    }

    step(LinkEvent::connected);
}


void Connection::shut()
{
    if (connection_ != nullptr) {
        ngx_close_connection(connection_);
        connection_ = nullptr;
    }

    step_command_ = {};
    generation_++;
}


void Connection::serve()
{
    stop_timer(timer_);

    counters().established++;
    counters().down = 0;

    if (told_down_) {
        told_down_ = false;
        ngx_log_error(NGX_LOG_NOTICE, log_, 0,
                      "logout_redis \"%V\": %V is back", &settings_.store,
                      &endpoint_.name);
    }

    (void) send_all();
}


void Connection::back_off()
{
    shut();

    counters().down = 1;

    if (!told_down_) {
        told_down_ = true;
        log_down();
    }

    start_timer(timer_,
                backoff_delay(link_.failures(),
                              static_cast<std::uint32_t>(ngx_random())));

    fail_queued();
}


void Connection::log_down()
{
    ngx_log_error(NGX_LOG_ERR, log_, failure_.error,
                  "logout_redis \"%V\": %V is down: %s%s%s", &settings_.store,
                  &endpoint_.name, failure_.what,
                  failure_.word[0] == '\0' ? "" : ": ", failure_.word);
}


void Connection::resume()
{
    ngx_queue_t given_up;
    OutputBuffer::Position sent = output_.sent();

    ngx_queue_init(&given_up);
    shut();

    while (has_queued()) {
        ngx_queue_t* entry = ngx_queue_head(&line_);
        Pending* pending = ngx_queue_data(entry, Pending, in_order);

        if (!pending->resent) {
            break;
        }

        ngx_queue_remove(entry);
        ngx_queue_insert_tail(&given_up, entry);
        output_.release(pending->end);
    }

    for (ngx_queue_t* entry = ngx_queue_head(&line_); entry != &line_;
         entry = ngx_queue_next(entry)) {
        Pending* pending = ngx_queue_data(entry, Pending, in_order);

        if (pending->begin < sent) {
            pending->resent = true;
            counters().resent++;
        }
    }

    output_.rewind();
    open();
    fail_entries(&given_up);
}


void Connection::say(std::string_view command)
{
    step_command_ = command;
    (void) send_all();
}


// False: the connection is gone.
bool Connection::send_all()
{
    std::size_t sent;

    while (!step_command_.empty()) {
        if (!send_some(step_command_, sent)) {
            return false;
        }
        if (sent == 0) {
            return true;
        }
        step_command_.remove_prefix(sent);
    }

    if (link_.state() != LinkState::ready) {
        return true;
    }

    for (std::string_view bytes = output_.unsent(); !bytes.empty();
         bytes = output_.unsent()) {

        counters().writes++;

        if (!send_some(bytes, sent)) {
            return false;
        }
        if (sent == 0) {
            return true;
        }
        output_.mark_sent(sent);
    }

    return true;
}


// Sends once; 0 sent: the socket is full, an event follows. False: the
// connection is gone.
bool Connection::send_some(std::string_view bytes, std::size_t& sent)
{
    sent = 0;

    ssize_t n = connection_->send(
        connection_, reinterpret_cast<u_char*>(const_cast<char*>(bytes.data())),
        bytes.size());

    if (n == NGX_ERROR) {
        fail(FailureKind::lost, LinkEvent::lost, "send() failed",
             ngx_socket_errno);
        return false;
    }

    if (n > 0) {
        sent = static_cast<std::size_t>(n);
        return true;
    }

    if (ngx_handle_write_event(connection_->write, 0) != NGX_OK) {
        fail(FailureKind::lost, LinkEvent::lost, "its events are not watched");
        return false;
    }

    return true;
}


// False: the connection is gone.
bool Connection::receive()
{
    for (int reads = 0; reads < reads_per_turn; reads++) {
        ssize_t n = connection_->recv(connection_, receive_buffer,
                                      sizeof(receive_buffer));

        if (n == NGX_AGAIN) {
            return true;
        }

        if (n == 0) {
            fail(FailureKind::lost, LinkEvent::lost,
                 "it closed the connection");
            return false;
        }

        if (n < 0) {
            fail(FailureKind::lost, LinkEvent::lost, "recv() failed",
                 ngx_socket_errno);
            return false;
        }

        if (!replies_.feed({reinterpret_cast<char*>(receive_buffer),
                            static_cast<std::size_t>(n)})) {
            fail(FailureKind::protocol, LinkEvent::broken, "out of memory");
            return false;
        }

        if (!take_replies()) {
            return false;
        }

        if (!connection_->read->ready) {
            return true;
        }
    }

    ngx_post_event(connection_->read, &ngx_posted_next_events);

    return true;
}


// False: the connection is gone.
bool Connection::take_replies()
{
    for (;;) {
        switch (replies_.next()) {

        case ReplyReader::Outcome::more:
            if (replies_.halfway() && !link_.starting() && !has_queued()) {
                fail(FailureKind::protocol, LinkEvent::broken,
                     "it sent what was not asked for");
                return false;
            }
            return true;

        case ReplyReader::Outcome::broken:
            fail(FailureKind::protocol, LinkEvent::broken,
                 "it sent what is not a reply");
            return false;

        case ReplyReader::Outcome::reply:
            if (!(link_.starting() ? take_step_reply()
                                   : take_command_reply())) {
                return false;
            }
            break;
        }
    }
}


// The answer to AUTH, SELECT or PING. False: the connection is gone.
bool Connection::take_step_reply()
{
    const ReplyNode& reply = replies_.root();
    bool probing = link_.state() == LinkState::probing;

    if (reply.type == ReplyType::error) {
        fail(FailureKind::refused, LinkEvent::refused, step_name(link_.state()),
             0, error_word(replies_.text(reply)));
        return false;
    }

    if (!is_status(replies_, probing ? "PONG" : "OK") ||
        !step_command_.empty() || replies_.halfway()) {
        fail(FailureKind::protocol, LinkEvent::broken,
             "it sent what was not asked for");
        return false;
    }

    std::uint32_t generation = generation_;
    step(LinkEvent::accepted);

    return generation == generation_;
}


// False: the connection is gone.
bool Connection::take_command_reply()
{
    Pending* pending = nullptr;

    if (has_queued()) {
        pending = ngx_queue_data(ngx_queue_head(&line_), Pending, in_order);
    }

    // a reply to a command that was not sent yet is not its reply
    if (pending == nullptr || pending->end > output_.sent()) {
        fail(FailureKind::protocol, LinkEvent::broken,
             "it sent what was not asked for");
        return false;
    }

    std::uint32_t generation = generation_;
    OutputBuffer::Position end = pending->end;

    ngx_queue_remove(&pending->in_order);

    if (replies_.root().type != ReplyType::error) {
        link_.answered();
    }

    if (!owner_.replied(*this, *pending, replies_)) {
        ngx_queue_insert_head(&line_, &pending->in_order);
        fail(FailureKind::protocol, LinkEvent::broken,
             "it sent what is not a reply to the command");
        return false;
    }

    if (generation != generation_) {
        return false;
    }

    output_.release(end);

    return true;
}


void Connection::fail_queued()
{
    ngx_queue_t entries;

    ngx_queue_init(&entries);

    if (has_queued()) {
        ngx_queue_add(&entries, &line_);
        ngx_queue_init(&line_);
    }

    output_.clear();
    fail_entries(&entries);
}


void Connection::fail_entries(ngx_queue_t* entries)
{
    while (!ngx_queue_empty(entries)) {
        ngx_queue_t* entry = ngx_queue_head(entries);

        ngx_queue_remove(entry);
        owner_.unavailable(*ngx_queue_data(entry, Pending, in_order));
    }
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

    connection_->idle = 1;
}

}  // namespace logout::redis
