// One server, whose address is configured.

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

    Redirect redirect(Connection& /* from */, Pending& /* pending */,
                      std::string_view /* error */) override
    {
        return Redirect::none;
    }

    void replied(Pending& /* pending */,
                 const ReplyReader* /* replies */) override
    {
    }

    void link_changed(Connection& /* connection */, bool /* down */) override {}

private:
    Connection connection_;
};

}  // namespace


std::unique_ptr<Router> make_single_router(const RouterContext& context)
{
    return std::make_unique<SingleRouter>(context);
}

}  // namespace logout::redis
