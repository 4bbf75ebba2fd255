// One server, whose address is configured: that of a master, or a name or a
// proxy that leads to whichever server is the master.

#include "redis/error_words.hpp"
#include "redis/router.hpp"

namespace logout::redis {

namespace {

class SingleRouter final : public Router {
public:
    explicit SingleRouter(const RouterContext& context)
        : connection_(context.owner, context.settings,
                      *static_cast<const Endpoint*>(context.conf.servers.elts),
                      context.log)
    {
    }

    Connection* route(std::string_view /* key */) override
    {
        return connection_.accepts() ? &connection_ : nullptr;
    }

    bool is_down() const override { return !connection_.accepts(); }

    Redirect redirect(Connection& from, Pending& pending,
                      std::string_view error) override;

    void replied(Pending& /* pending */,
                 const ReplyReader* /* replies */) override
    {
    }

    void link_changed(Connection& /* connection */, bool /* down */) override {}

private:
    Connection connection_;
};


// A replica has not done it. Each of the addresses gets a chance.
Redirect SingleRouter::redirect(Connection& from, Pending& pending,
                                std::string_view error)
{
    if (!is_read_only(error)) {
        return Redirect::none;
    }

    from.doubt();

    if (pending.redirections >= from.address_count()) {
        return Redirect::lost;
    }

    pending.redirections++;

    return Redirect::moved;
}

}  // namespace


std::unique_ptr<Router> make_single_router(const RouterContext& context)
{
    return std::make_unique<SingleRouter>(context);
}

}  // namespace logout::redis
