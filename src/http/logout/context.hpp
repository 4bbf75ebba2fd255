// One logout request: what is kept from its arrival to its log line.

#ifndef NGX_HTTP_LOGOUT_REQUEST_HPP
#define NGX_HTTP_LOGOUT_REQUEST_HPP

#include "http/conf.hpp"
#include "http/logout/key_variables.hpp"
#include "http/pool.hpp"

#include <optional>


// Lives in the request's pool, and so does all that it holds: its destructor
// need not run.
struct LogoutContext {
    LogoutContext(ngx_http_request_t* owner,
                  const ngx_http_logout_loc_conf_t* conf)
        : r(owner), location(*conf->policy), memory(owner->pool),
          cookie_headers(&memory), keys(&memory), commands(&memory),
          revocations(&memory), waiting(&memory), replaced_headers(&memory)
    {
    }

    ngx_http_request_t* r;
    const LocationPolicy& location;
    PoolMemory memory;
    logout::ShortList<std::string_view, 1> cookie_headers;
    logout::LogoutRequest request;
    logout::LogoutPlan* plan = nullptr;          // once it is made
    logout::LogoutResponse* response = nullptr;  // once it is known

    // Of a key or script that is not of one of the plan's sessions.
    static constexpr std::size_t no_session = static_cast<std::size_t>(-1);

    // What is to be deleted: the key and the index of its store.
    struct Key {
        std::size_t store;
        std::string_view text;
        std::size_t session = no_session;  // of the plan, which it is of
        bool in_script = false;            // a script deletes it
        bool ended = false;                // it was there, or is deferred
    };
    logout::ShortList<Key, 1> keys;

    // Commands that end all sessions of an index, and those that tell of the
    // logout.
    struct Command {
        std::size_t store;
        std::pmr::vector<std::string_view> words;
        std::size_t session = no_session;  // that brought the index up
        const LocationPolicy::Event* event = nullptr;  // that it tells
        bool is_revocation = false;  // it tells other hosts of a session
    };
    std::pmr::vector<Command> commands;

    // Commands that tell other hosts which sessions have ended, once it is
    // known that they have.
    std::pmr::vector<Command> revocations;
    bool spread = false;  // it was known, and these were made

    // Sessions that Redis does not have, and that the table did not have when
    // these were made: this host may read its own entries before it answers.
    std::size_t newly_ended = 0;

    // The commands whose replies are not there yet, and who waits for each.
    struct Waiting {
        LogoutContext* context;
        std::size_t store;
        Key* key;                // to delete; nullptr: the command
        const Command* command;  // nullptr: the key
        logout::redis::Pending* pending;
    };
    logout::ShortList<Waiting, 1> waiting;
    std::size_t replies_due = 0;
    logout::RedisOutcome outcome;
    bool told = false;         // the events are on their way, or there are none
    bool expired = false;      // Redis is not waited for any longer
    bool client_left = false;  // nobody reads the answer

    // What went wrong first: for the log.
    ngx_str_t failed_store = ngx_null_string;
    ngx_str_t failure = ngx_null_string;
    const LocationPolicy::Event* lost_event = nullptr;
    ngx_str_t event_failure = ngx_null_string;

    TokenClaimState claim;

    ngx_event_t* deadline = nullptr;  // that is to come; nullptr: none
    ngx_msec_t sent_at = 0;
    std::optional<ngx_msec_t> redis_time;  // once the last reply is there

    const KeyVariables* key_variables = nullptr;  // while a key is made

    // Whether error_page leads away from the answer, and its headers that are
    // hidden if it leads to another logout.
    bool replaced = false;
    std::pmr::vector<ngx_table_elt_t*> replaced_headers;
};


// The context of the logout that `r` was, also after an internal redirect took
// its context away; nullptr if there was none.
LogoutContext* ngx_http_logout_context(ngx_http_request_t* r);

// The logout that `context.r` was before error_page made it another one;
// nullptr if there was none.
LogoutContext* ngx_http_logout_context_before(const LogoutContext& context);

// How the client of `r` speaks, as far as the location's logout_https and the
// connection tell. Throws std::bad_alloc.
logout::ClientScheme
ngx_http_logout_client_scheme(ngx_http_request_t* r,
                              const LocationPolicy& location);

// Fills context.request from `r`. The body must have been read.
void ngx_http_logout_read_request(LogoutContext& context);

// The body of `r`, which was read, in `memory`; nothing if it is longer than
// `max_length`.
std::optional<std::string_view>
ngx_http_logout_body(const ngx_http_request_t* r, std::size_t max_length,
                     std::pmr::memory_resource* memory);

// Whether `r` has a body, and whether its Content-Length announces one that is
// too large to be read.
bool ngx_http_logout_has_body(const ngx_http_request_t* r);
bool ngx_http_logout_has_large_body(const ngx_http_request_t* r);

// The logout_redis NAME of a store.
std::string_view ngx_http_logout_store_name(ngx_http_request_t* r,
                                            std::size_t store);

// Adds to context.keys what a session of the plan, or its token, names.
void ngx_http_logout_add_session_keys(LogoutContext& context,
                                      const logout::PlannedSession& planned);
void ngx_http_logout_add_token_keys(LogoutContext& context);

// Both, for the whole plan.
void ngx_http_logout_collect_keys(LogoutContext& context);

// Where the browser goes for a federated logout, checked, in the request's
// pool; empty if it does not.
std::string_view ngx_http_logout_federated_url(LogoutContext& context);

// This worker's client of a store.
logout::redis::Store* ngx_http_logout_worker_store(const LogoutContext& context,
                                                   std::size_t store);

// Redis is asked from now on, in a location that has a deadline: unless this is
// stopped, which resets context.deadline, ngx_http_logout_expire() follows.
// Starting throws std::bad_alloc.
void ngx_http_logout_start_deadline(LogoutContext& context);
void ngx_http_logout_stop_deadline(LogoutContext& context);

// Redis is not waited for any longer: what it did not answer has failed, or is
// done later. The context may be gone when this returns.
void ngx_http_logout_expire(LogoutContext& context);

// A command to `store` failed: counts it, and keeps the first reason.
void ngx_http_logout_note_failure(LogoutContext& context, std::size_t store,
                                  std::string_view reason) noexcept;

// What an event tells of this logout, as far as it is known: sessions and
// tokens that were there, or whose deletion is deferred. The words are in the
// request's pool.
std::pmr::vector<std::string_view>
ngx_http_logout_event_command(LogoutContext& context,
                              const LocationPolicy::Event& event);

// Whether there is anything to tell.
bool ngx_http_logout_has_ended_any(const LogoutContext& context);

// Redis has answered a command that tells `event`.
void ngx_http_logout_note_event(LogoutContext& context,
                                const LocationPolicy::Event& event,
                                const logout::redis::Reply& reply) noexcept;

// Redis has not: the event is kept for later, where failures of Redis are
// deferred, or is lost.
void ngx_http_logout_postpone_event(LogoutContext& context,
                                    const LocationPolicy::Event& event,
                                    std::string_view reason) noexcept;

// Adds to context.revocations what tells other hosts of the sessions that this
// logout ends, if the location's table has a stream. Redis has said what became
// of their keys.
void ngx_http_logout_add_revocations(LogoutContext& context);

// Enters the sessions that this logout ends into the location's table of
// revocations, if it has one. Redis has said what there is to say.
void ngx_http_logout_revoke(LogoutContext& context);

// Queues the deletion of what `waiting` waits for. Returns whether it will be
// done later.
bool ngx_http_logout_defer(const LogoutContext::Waiting& waiting);

// Queues the second deletions of a key, or of those that a script says it has
// deleted, where the location wants them.
void ngx_http_logout_delete_again(const LogoutContext& context,
                                  const LogoutContext::Key& key);
void ngx_http_logout_delete_listed_again(
    const LogoutContext& context, std::size_t store,
    const logout::SessionIndexReply& reply);

// Notices a client that leaves while Redis is asked: it is no longer answered,
// but what it asked for is seen through. For r->read_event_handler.
void ngx_http_logout_watch_client(ngx_http_request_t* r);

// Writes context.response out. Returns what a content handler returns.
ngx_int_t ngx_http_logout_send(LogoutContext& context);

// Keeps the query, which may hold tokens, out of the log lines of `r`.
void ngx_http_logout_hide_query(ngx_http_request_t* r);

// Takes tokens out of what the access log may write of `r`: its request line,
// URI and arguments. To be called when nothing else needs these any more.
void ngx_http_logout_mask_tokens(ngx_http_request_t* r);

// Says once what was refused or what failed.
void ngx_http_logout_log(const LogoutContext& context);

#endif
