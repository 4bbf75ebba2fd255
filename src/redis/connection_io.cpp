// The bytes of a connection: commands out, replies in, which belongs to which.

#include "redis/connection.hpp"

#include "redis/error_words.hpp"

namespace logout::redis {

namespace {

// One reply is read at a time: all connections of a worker share the buffer.
u_char receive_buffer[16 * 1024];

// A server that sends without end gets this many reads per turn, then others
// have theirs.
constexpr int reads_per_turn = 16;


// After a WAIT that fell short, deletes are not confirmed for this long.
constexpr ngx_msec_t wait_pause = 1000;


const char* refused_step(LinkState state)
{
    switch (state) {
    case LinkState::authenticating:
        return "AUTH was refused";
    case LinkState::selecting:
        return "SELECT was refused";
    case LinkState::verifying:
        return "ROLE was refused";
    default:
        return "PING was refused";
    }
}


bool is_status(const ReplyReader& replies, std::string_view text)
{
    const ReplyNode& reply = replies.root();

    return reply.type == ReplyType::status && replies.text(reply) == text;
}


// ROLE is answered with an array that starts with the role.
bool is_role(const ReplyReader& replies)
{
    const ReplyNode* role = replies.first(replies.root());

    return role != nullptr && role->type == ReplyType::bulk;
}


bool is_master(const ReplyReader& replies)
{
    return replies.text(*replies.first(replies.root())) == "master";
}

}  // namespace


void Connection::say(std::string_view command)
{
    step_command_ = command;
    (void) send_all();
}


// False: the connection is gone.
bool Connection::send_all()
{
    std::size_t sent = 0;

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

    append_wait();

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
    ssize_t n = channel_.send(bytes);

    sent = n > 0 ? static_cast<std::size_t>(n) : 0;

    if (n == NGX_ERROR) {
        fail_sending(ngx_socket_errno);
        return false;
    }

    if (sent == 0 && !channel_.watch()) {
        fail(FailureKind::lost, LinkEvent::lost,
             "its events cannot be watched");
        return false;
    }

    return true;
}


// A server that refuses the client's certificate says so in TLS 1.3 when the
// handshake is over for the client, which may be sending already.
void Connection::fail_sending(ngx_err_t error)
{
    if (settings_.channel.tls != nullptr && channel_.alert() == nullptr) {
        (void) channel_.receive(receive_buffer, sizeof(receive_buffer));
    }

    if (channel_.alert() != nullptr) {
        fail_by_alert();
        return;
    }

    fail(FailureKind::lost, LinkEvent::lost, "send() failed", error);
}


// One WAIT serves all deletes before it. The server answers nothing else on
// this connection while it waits, so that more than one would be of no use.
void Connection::append_wait()
{
    if (settings_.wait_command.len == 0 || wait_in_line_ || !wait_due_ ||
        wait_paused()) {
        return;
    }

    std::string_view command = view(settings_.wait_command);
    char* room = output_.claim(command.size());

    // every other command left room for this one
    if (room == nullptr) {
        return;
    }

    command.copy(room, command.size());
    wait_.end = output_.end();
    wait_.begin = wait_.end - command.size();
    ngx_queue_insert_tail(&line_, &wait_.in_order);
    wait_in_line_ = true;
    wait_due_ = false;
}


// False: the connection is gone.
bool Connection::receive()
{
    for (int reads = 0; reads < reads_per_turn; reads++) {
        ssize_t n = channel_.receive(receive_buffer, sizeof(receive_buffer));

        if (n == NGX_AGAIN) {
            return true;
        }

        if (n < 0 && channel_.alert() != nullptr) {
            fail_by_alert();
            return false;
        }

        if (n <= 0) {
            fail(FailureKind::lost, LinkEvent::lost,
                 n == 0 ? "it closed the connection" : "recv() failed",
                 n == 0 ? 0 : ngx_socket_errno);
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

        if (!channel_.has_more()) {
            return true;
        }
    }

    channel_.read_later();

    return true;
}


// False: the connection is gone.
bool Connection::take_replies()
{
    for (;;) {
        switch (replies_.next()) {

        case ReplyReader::Outcome::more:
            if (replies_.halfway() && !link_.starting() && !has_queued() &&
                !settings_.takes_pushes) {
                return unasked();
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


void Connection::fail_by_refusal(const char* what, std::string_view error)
{
    fail(FailureKind::refused, LinkEvent::refused, what, 0, error_word(error),
         error_meaning(error));
}


// Always false: the connection is gone.
bool Connection::unasked()
{
    fail(FailureKind::protocol, LinkEvent::broken,
         "it sent what was not asked for");

    return false;
}


// The answer to AUTH, SELECT, ROLE or PING. False: the connection is gone.
bool Connection::take_step_reply()
{
    const ReplyNode& reply = replies_.root();
    LinkState state = link_.state();

    if (!step_command_.empty() || replies_.halfway()) {
        return unasked();
    }

    if (state == LinkState::verifying &&
        verification_refused(replies_.text(reply))) {
        return accept_step();
    }

    if (reply.type == ReplyType::error) {
        if (state == LinkState::authenticating) {
            settings_.login->refused();
        }
        fail_by_refusal(refused_step(state), replies_.text(reply));
        return false;
    }

    bool expected = state == LinkState::verifying ? is_role(replies_)
                    : state == LinkState::probing ? is_status(replies_, "PONG")
                                                  : is_status(replies_, "OK");
    if (!expected) {
        return unasked();
    }

    if (state == LinkState::verifying && !is_master(replies_)) {
        misled();
        return false;
    }

    doubted_ = doubted_ && state != LinkState::verifying;

    return accept_step();
}


// False: the connection is gone.
bool Connection::accept_step()
{
    const std::uint32_t generation = generation_;

    step(LinkEvent::accepted);

    return generation == generation_;
}


// A replica, where a master is needed: one of its name's other addresses may be
// that of the master.
void Connection::misled()
{
    if (locator_ == nullptr && channel_.has_next()) {
        wants_next_address_ = true;
        move();
        return;
    }

    fail(FailureKind::refused, LinkEvent::refused, "it is not a master");
}


// Managed services and proxies may not let nginx ask. What was sent by Sentinel
// has to be verified.
bool Connection::verification_refused(std::string_view error)
{
    constexpr std::string_view unknown = "ERR unknown command";

    if (replies_.root().type != ReplyType::error || settings_.verify_master ||
        (error_word(error) != "NOPERM" &&
         error.substr(0, unknown.size()) != unknown)) {
        return false;
    }

    keeps_its_role_ = true;
    link_.set_verify(false);

    return true;
}


// A server that has too many clients says so before it is asked. Always false:
// the connection is gone.
bool Connection::refused_or_unasked()
{
    const ReplyNode& reply = replies_.root();
    const char* const meaning = reply.type == ReplyType::error
                                    ? error_meaning(replies_.text(reply))
                                    : nullptr;

    if (meaning == nullptr) {
        return unasked();
    }

    fail_by_refusal("the connection was refused", replies_.text(reply));

    return false;
}


// False: the connection is gone.
bool Connection::take_command_reply()
{
    if (ngx_queue_empty(&line_)) {
        return owner_.pushed(*this, replies_) || refused_or_unasked();
    }

    Pending* pending =
        ngx_queue_data(ngx_queue_head(&line_), Pending, in_order);

    // a reply to a command that was not sent yet is not its reply
    if (pending->end > output_.sent()) {
        return refused_or_unasked();
    }

    if (pending->asks && !pending->asked) {
        pending->asked = true;
        return true;
    }

    if (replies_.root().type != ReplyType::error) {
        answered();
    }

    std::uint32_t generation = generation_;
    OutputBuffer::Position end = pending->end;

    ngx_queue_remove(&pending->in_order);

    if (pending == &wait_) {
        take_wait_reply();
    } else if (!take_answer(*pending)) {
        return false;
    }

    if (generation != generation_) {
        return false;
    }

    // what is on hold may have to be sent again
    if (ngx_queue_empty(&held_)) {
        output_.release(end);
    }

    return true;
}


// False: the connection is gone.
bool Connection::take_answer(Pending& pending)
{
    switch (owner_.replied(*this, pending, replies_)) {

    case Answer::done:
    case Answer::queued:
        return true;

    case Answer::hold:
        ngx_queue_insert_tail(&held_, &pending.in_order);
        pending.on_hold = true;
        return true;

    case Answer::moved:
        ngx_queue_insert_head(&line_, &pending.in_order);
        pending.resent = false;  // it was refused: sending it was for nothing
        move();
        return false;

    case Answer::misled:
        ngx_queue_insert_head(&line_, &pending.in_order);
        fail(FailureKind::refused, LinkEvent::refused, "it is read-only");
        return false;

    case Answer::nonsense:
        break;
    }

    ngx_queue_insert_head(&line_, &pending.in_order);
    fail(FailureKind::protocol, LinkEvent::broken,
         "it sent what is not a reply to the command");

    return false;
}


bool Connection::wait_paused() const
{
    return wait_short_ && ngx_current_msec - wait_short_since_ < wait_pause;
}


void Connection::let_go(Pending& pending)
{
    ngx_queue_remove(&pending.in_order);
    pending.on_hold = false;
}


// A server that cannot WAIT has not made sure of any replica.
void Connection::take_wait_reply()
{
    const ReplyNode& reply = replies_.root();
    std::int64_t replicas =
        reply.type == ReplyType::integer ? reply.integer : 0;
    ngx_queue_t confirmed;

    wait_in_line_ = false;
    wait_short_ = replicas < settings_.wait_replicas;
    wait_short_since_ = ngx_current_msec;
    ngx_queue_init(&confirmed);

    if (!ngx_queue_empty(&held_)) {
        ngx_queue_add(&confirmed, &held_);
        ngx_queue_init(&held_);
    }

    if (wait_due_) {
        ngx_post_event(&wake_, &ngx_posted_events);
    }

    while (!ngx_queue_empty(&confirmed)) {
        Pending* pending =
            ngx_queue_data(ngx_queue_head(&confirmed), Pending, in_order);

        let_go(*pending);
        owner_.confirmed(*pending, replicas);
    }
}


// Puts what waits for replicas, which was sent first, back in line.
void Connection::release_held()
{
    if (wait_in_line_) {
        ngx_queue_remove(&wait_.in_order);
        wait_in_line_ = false;
    }

    if (ngx_queue_empty(&held_)) {
        return;
    }

    if (!ngx_queue_empty(&line_)) {
        ngx_queue_add(&held_, &line_);
    }

    ngx_queue_init(&line_);
    ngx_queue_add(&line_, &held_);
    ngx_queue_init(&held_);
}


void Connection::fail_queued()
{
    ngx_queue_t entries;

    release_held();
    ngx_queue_init(&entries);

    if (!ngx_queue_empty(&line_)) {
        ngx_queue_add(&entries, &line_);
        ngx_queue_init(&line_);
    }

    output_.clear();
    wait_due_ = false;
    fail_entries(&entries);
}


// None of them is on the connection any more, whatever the owner does now.
void Connection::fail_entries(ngx_queue_t* entries)
{
    while (!ngx_queue_empty(entries)) {
        ngx_queue_t* entry = ngx_queue_head(entries);

        ngx_queue_remove(entry);
        owner_.unavailable(*ngx_queue_data(entry, Pending, in_order));
    }
}

}  // namespace logout::redis
