// Security Event Tokens (RFC 8417) by which a provider tells, without a
// browser, that sessions are over: the Shared Signals Framework 1.0, CAEP 1.0
// and RISC 1.0, pushed as RFC 8935 says.

#ifndef LOGOUT_SECURITY_EVENT_HPP
#define LOGOUT_SECURITY_EVENT_HPP

#include "core/token/issuer.hpp"
#include "core/token/jwt.hpp"
#include "core/token/subject_identifier.hpp"

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logout {

// How old a token may be when it comes, in seconds: a transmitter that could
// not deliver it tries for days. For as long its "jti" is remembered.
constexpr int security_event_max_age = 7 * 24 * 60 * 60;

// How far the provider's clock may be off, in seconds.
constexpr int security_event_leeway = 60;

// The longest "jti", in bytes.
constexpr std::size_t security_event_name_max_length = 512;

// What an event says.
enum class Signal : std::uint8_t {
    session_revoked,    // CAEP
    credential_change,  // CAEP
    account_disabled,   // RISC
    account_purged,     // RISC
    sessions_revoked,   // RISC
    verification,       // SSF: of the stream
    stream_updated,     // the same
    other,
};

// The last part of the event's URI; "other" for `other`. Static.
std::string_view name(Signal signal);

// The signal of this name that can end sessions. Nothing for all others.
std::optional<Signal> find_signal(std::string_view name);

// "session-revoked, credential-change, ..." for messages. Static.
std::string_view signal_names();

class SignalSet {
public:
    constexpr void add(Signal signal) { bits_ |= bit(signal); }

    constexpr bool contains(Signal signal) const
    {
        return (bits_ & bit(signal)) != 0;
    }

    constexpr bool empty() const { return bits_ == 0; }

private:
    static constexpr unsigned bit(Signal signal)
    {
        return 1u << static_cast<unsigned>(signal);
    }

    unsigned bits_ = 0;
};

// Those that can end sessions.
SignalSet all_signals();

enum class SecurityEventProblem {
    none,
    missing,     // no body, or of another type
    bad_token,   // see SecurityEvent::token_problem
    wrong_type,  // "typ" is not "secevent+jwt"
    issuer_mismatch,
    audience_mismatch,
    subject_claim,  // "sub", which is for other tokens
    expiry_claim,   // "exp", the same
    issued_at_missing,
    issued_in_the_future,
    too_old,
    identifier_missing,  // no "jti", or a bad one
    not_one_event,       // "events" is no object with one object in it
    bad_subject,         // see SecurityEvent::subject_problem
    nobody_findable,     // for the caller: there is no index to look in
    not_authenticated,   // the same: the Authorization header is wrong
};

// Whom a location believes.
struct SecurityEventPolicy {
    const TokenIssuers* issuers = nullptr;  // not empty
    std::vector<std::string> audiences;     // of which a token needs one
    SignalSet signals;                      // that end sessions
};

struct SecurityEvent {
    explicit SecurityEvent(std::pmr::memory_resource* memory)
        : user(memory), email(memory), session(memory), identifier(memory)
    {
    }

    SecurityEventProblem problem = SecurityEventProblem::none;
    JwtProblem token_problem = JwtProblem::none;
    SubjectProblem subject_problem = SubjectProblem::none;

    const TokenIssuer* issuer = nullptr;  // of the policy
    Signal signal = Signal::other;

    // Whether sessions are to end. Only then the subject is read.
    bool ends_sessions = false;
    std::pmr::string user;  // as in Subject
    std::pmr::string email;
    std::pmr::string session;

    std::pmr::string identifier;  // "jti"
    int remember_for = 0;         // how long, in seconds
};

// A sentence without a full stop, for the answer, for logs and for
// logout_explain. Static.
const char* describe(const SecurityEvent& event);

// The error code of the answer (RFC 8935, section 2.4). Static.
std::string_view error_code(const SecurityEvent& event);

// Verifies and reads `token` at the time `now`. All members of the result
// besides the problems are set only without a problem, but for `signal`.
SecurityEvent read_security_event(std::string_view token,
                                  const SecurityEventPolicy& policy,
                                  std::time_t now,
                                  std::pmr::memory_resource* memory);

}  // namespace logout

#endif
