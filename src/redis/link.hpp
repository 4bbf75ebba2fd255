// The life of one connection to a Redis server as a table: which state follows
// on what event, and what is to be done. No sockets, no timers, no clock.

#ifndef LOGOUT_REDIS_STATE_HPP
#define LOGOUT_REDIS_STATE_HPP

#include <cstdint>

namespace logout::redis {

enum class LinkState : std::uint8_t {
    idle,            // not connected, nothing is known against the server
    connecting,      // resolving the name or waiting for connect()
    securing,        // in the TLS handshake
    authenticating,  // AUTH was sent
    selecting,       // SELECT was sent
    verifying,       // ROLE was sent: only a master is of use
    probing,         // PING was sent: the server was down before
    ready,           // commands are sent as they come
    waiting,         // the last attempt failed; the next follows the back-off
};

enum class LinkEvent : std::uint8_t {
    wanted,     // a command waits
    connected,  // connect() succeeded
    secured,    // the TLS handshake succeeded, the certificate is accepted
    accepted,   // the server said yes to AUTH, SELECT, ROLE or PING
    refused,    // the server said no to AUTH, SELECT, ROLE or PING
    lost,       // the server closed the connection
    broken,     // connect() failed, or nonsense was received
    expired,    // connecting took too long, or a command missed its deadline
    retry,      // the back-off is over
    moved,      // another server has to be used from now on
    retired,    // the worker is to leave, or the configuration is gone
};

enum class LinkAction : std::uint8_t {
    none,
    connect,
    secure,
    authenticate,
    select,
    verify,
    probe,
    serve,     // ready: send what is queued
    drop,      // close; nothing to retry
    resume,    // close, connect, send unanswered commands again
    back_off,  // close, fail what is queued, try again later
};

// The steps that a new connection needs before it serves.
struct LinkSteps {
    bool secure;
    bool authenticate;
    bool select;
    bool verify;
};

class Link {
public:
    explicit Link(LinkSteps steps) : steps_(steps) {}

    // Whether connections are verified from now on.
    void set_verify(bool verify) { steps_.verify = verify; }

    // Moves on; `pending`: commands are queued or unanswered.
    LinkAction on(LinkEvent event, bool pending);

    // A command was answered: the server works, and so does this connection.
    void answered()
    {
        proven_ = true;
        greeted_ = true;
        failures_ = 0;
    }

    LinkState state() const { return state_; }

    // Known to be down: since a failure, until a PING is answered.
    bool down() const { return down_; }

    // Connecting or in one of the steps before `ready`.
    bool starting() const
    {
        return state_ != LinkState::idle && state_ != LinkState::ready &&
               state_ != LinkState::waiting;
    }

    // Failures in a row without one answered command between them.
    std::uint32_t failures() const { return failures_; }

private:
    LinkAction next_step();
    LinkAction fail();
    LinkAction move(bool pending);
    LinkAction start(LinkAction how);
    LinkAction leave();
    LinkAction lose(bool pending);

    LinkSteps steps_;
    LinkState state_ = LinkState::idle;
    bool down_ = false;
    bool proven_ = false;   // this connection has answered a command
    bool greeted_ = false;  // or at least a step
    std::uint32_t failures_ = 0;
};

// Milliseconds to wait after `failures` (>= 1) failures in a row: doubling from
// 50 ms to 1 s, half of it random so that workers do not knock in step.
std::uint32_t backoff_delay(std::uint32_t failures, std::uint32_t random);

}  // namespace logout::redis

#endif
