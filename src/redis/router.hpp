// Which connection a command takes: one server, a master that Sentinel knows,
// or the nodes of a cluster.

#ifndef LOGOUT_REDIS_ROUTER_HPP
#define LOGOUT_REDIS_ROUTER_HPP

#include "redis/connection.hpp"

#include <memory>

namespace logout::redis {

enum class Redirect {
    none,        // the error is the answer
    queued,      // the command was queued elsewhere
    moved,       // everything on the connection belongs to another server
    lost,        // the same, and where that is cannot be found out now
    impossible,  // it belongs elsewhere, where it cannot be sent to
};

class Router {
public:
    virtual ~Router() = default;

    // The connection for a command with this key. nullptr: its server is known
    // to be down.
    virtual Connection* route(std::string_view key) = 0;

    // Whether route() gives nullptr for every key.
    virtual bool is_down() const = 0;

    // `pending` was answered by `from` with this error.
    virtual Redirect redirect(Connection& from, Pending& pending,
                              std::string_view error) = 0;

    // A command of CommandKind::internal was answered; nullptr: it will not be.
    virtual void replied(Pending& pending, const ReplyReader* replies) = 0;

    virtual void link_changed(Connection& connection, bool down) = 0;
};

// What the connections of a router share.
struct RouterContext {
    const StoreConf& conf;
    ConnectionOwner& owner;
    const ConnectionSettings& settings;
    PendingPool& pool;
    ngx_log_t* log;
    CounterBook* book;  // or nullptr
};

// Throw std::bad_alloc. `context` is copied.
std::unique_ptr<Router> make_single_router(const RouterContext& context);
std::unique_ptr<Router> make_sentinel_router(const RouterContext& context);
std::unique_ptr<Router> make_cluster_router(const RouterContext& context);

}  // namespace logout::redis

#endif
