// The nodes of a Redis Cluster: one connection to each master that serves
// slots. What the map of slots does not say yet, or not any more, the nodes
// tell by -MOVED and -ASK.

#include "redis/error_words.hpp"
#include "redis/learned_endpoint.hpp"
#include "redis/router.hpp"
#include "redis/topology.hpp"

#include <vector>

namespace logout::redis {

namespace {

// Of replies to CLUSTER SHARDS: a thousand shards, each with some replicas.
constexpr ReplyLimits map_limits = {2 * 1024 * 1024, 128 * 1024};

constexpr std::uint8_t most_redirections = 5;

// The map is asked for at most this often, and while it is in doubt.
constexpr ngx_msec_t refresh_interval = 500;


ConnectionSettings cluster_settings(const RouterContext& context)
{
    ConnectionSettings settings = context.settings;

    settings.limits = map_limits;

    return settings;
}


class ClusterRouter final : public Router {
public:
    explicit ClusterRouter(const RouterContext& context);
    ~ClusterRouter() override;

    Connection* route(std::string_view key) override;
    bool is_down() const override { return any_connection() == nullptr; }
    Redirect redirect(Connection& from, Pending& pending,
                      std::string_view error) override;
    void replied(Pending& pending, const ReplyReader* replies) override;
    void link_changed(Connection& connection, bool down) override;

private:
    struct Node {
        Node(const ClusterRouter& router,
             std::unique_ptr<LearnedEndpoint> its_address)
            : address(std::move(its_address)),
              connection(router.context_.owner, router.settings_,
                         address->endpoint(), router.context_.log)
        {
        }

        std::unique_ptr<LearnedEndpoint> address;
        Connection connection;
        bool serves = false;  // some slots
    };

    static void timer_handler(ngx_event_t* event);
    void on_timer();

    Connection* any_connection() const;
    Node* find_or_add(const Connection& from, std::string_view host,
                      std::uint16_t port);
    Redirect follow(const Redirection& redirection, Connection& from,
                    Pending& pending);

    void refresh();
    void ask();
    bool read_map(const ReplyReader& replies, ClusterMap& map) const;
    void refresh_later();
    void take_map(const ClusterMap& map, const Connection& from);
    void tell_map_problem(const Connection& from, const ReplyReader& replies);
    void close_unused();
    bool doubtful() const;

    RouterContext context_;
    ConnectionSettings settings_;
    Announcements announcements_;

    // where to begin, and to begin again when no node answers
    std::vector<std::unique_ptr<Connection>> seeds_;
    std::vector<std::unique_ptr<Node>> nodes_;
    std::array<Node*, slot_count> slots_ = {};
    bool known_ = false;  // a map was read
    bool stale_ = false;  // and is known to be wrong somewhere

    Pending* question_ = nullptr;  // CLUSTER SHARDS or SLOTS, in flight
    bool asks_slots_ = false;      // the nodes do not tell their shards
    std::size_t turn_ = 0;         // so that not always the same one is asked
    bool asked_ = false;
    ngx_msec_t asked_when_ = 0;
    bool told_problem_ = false;
    ngx_event_t timer_;
};


ClusterRouter::ClusterRouter(const RouterContext& context)
    : context_(context), settings_(cluster_settings(context)),
      announcements_(context.conf, context.log)
{
    const ngx_array_t& array = context.conf.servers;
    const Endpoint* endpoints = static_cast<const Endpoint*>(array.elts);

    init_event(timer_, timer_handler, this, context.log);
    timer_.cancelable = 1;

    seeds_.reserve(array.nelts);
    for (ngx_uint_t i = 0; i < array.nelts; i++) {
        seeds_.push_back(std::make_unique<Connection>(
            context_.owner, settings_, endpoints[i], context_.log));
    }

    turn_ = static_cast<std::size_t>(ngx_random());
}


ClusterRouter::~ClusterRouter()
{
    stop_timer(timer_);
}


// Without a map any node will do: it says where the key belongs.
Connection* ClusterRouter::route(std::string_view key)
{
    Node* node = slots_[key_slot(key)];

    if (!known_) {
        refresh();
    }

    if (node == nullptr) {
        return any_connection();
    }

    return node->connection.accepts() ? &node->connection : nullptr;
}


Connection* ClusterRouter::any_connection() const
{
    for (std::size_t i = 0; i < nodes_.size(); i++) {
        Node& node = *nodes_[(turn_ + i) % nodes_.size()];

        if (node.serves && node.connection.accepts()) {
            return &node.connection;
        }
    }

    for (std::size_t i = 0; i < seeds_.size(); i++) {
        Connection& seed = *seeds_[(turn_ + i) % seeds_.size()];

        if (seed.accepts()) {
            return &seed;
        }
    }

    return nullptr;
}


Redirect ClusterRouter::redirect(Connection& from, Pending& pending,
                                 std::string_view error)
{
    std::optional<Redirection> redirection = parse_redirection(error);

    if (redirection) {
        return follow(*redirection, from, pending);
    }

    if (error_word(error) == "CLUSTERDOWN") {
        refresh();
    }

    return Redirect::none;
}


Redirect ClusterRouter::follow(const Redirection& redirection, Connection& from,
                               Pending& pending)
{
    Node* node = find_or_add(from, redirection.host, redirection.port);

    if (!redirection.ask) {
        refresh();
    }

    if (node == nullptr || ++pending.redirections > most_redirections) {
        return Redirect::impossible;
    }

    if (!redirection.ask) {
        node->serves = true;
        slots_[redirection.slot] = node;
    }

    if (!node->connection.accepts() ||
        !node->connection.adopt(pending, from, redirection.ask)) {
        return Redirect::impossible;
    }

    return Redirect::queued;
}


// What `from` has announced; no host is its own. nullptr: not an address, not
// one to trust, too many of them, or out of memory.
ClusterRouter::Node* ClusterRouter::find_or_add(const Connection& from,
                                                std::string_view host,
                                                std::uint16_t port)
{
    if (host.empty()) {
        host = view(from.endpoint().host);
    }

    for (const std::unique_ptr<Node>& node : nodes_) {
        if (node->address->is(host, port)) {
            return node.get();
        }
    }

    if (nodes_.size() >= most_nodes) {
        return nullptr;
    }

    try {
        auto address = std::make_unique<LearnedEndpoint>();

        if (announcements_.learn(from.endpoint(), host, port, *address) !=
            Learned::known) {
            return nullptr;
        }

        nodes_.push_back(std::make_unique<Node>(*this, std::move(address)));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }

    return nodes_.back().get();
}


void ClusterRouter::link_changed(Connection& /* connection */, bool down)
{
    if (down) {
        refresh();
    }
}


void ClusterRouter::refresh()
{
    stale_ = true;

    if (question_ != nullptr || timer_.timer_set) {
        return;
    }

    if (asked_ && ngx_current_msec - asked_when_ < refresh_interval) {
        refresh_later();
        return;
    }

    ask();
}


void ClusterRouter::refresh_later()
{
    if (!ngx_exiting) {
        start_timer(timer_, refresh_interval);
    }
}


void ClusterRouter::ask()
{
    const std::string_view command[] = {"CLUSTER",
                                        asks_slots_ ? "SLOTS" : "SHARDS"};

    stale_ = false;
    asked_ = true;
    asked_when_ = ngx_current_msec;
    turn_++;

    Connection* connection = any_connection();
    Pending* pending = nullptr;

    if (connection != nullptr) {
        pending = context_.pool.take(CommandKind::internal, nullptr, nullptr);
    }

    if (pending == nullptr) {
        refresh_later();
        return;
    }

    question_ = pending;

    if (!connection->queue(*pending, command, 2)) {
        question_ = nullptr;
        context_.pool.give_back(pending);
        refresh_later();
    }
}


void ClusterRouter::replied(Pending& pending, const ReplyReader* replies)
{
    const Connection& from = *pending.connection;

    question_ = nullptr;
    context_.pool.give_back(&pending);

    if (replies == nullptr) {
        refresh_later();
        return;
    }

    try {
        auto map = std::make_unique<ClusterMap>();

        if (read_map(*replies, *map)) {
            take_map(*map, from);
            return;
        }
    } catch (const std::bad_alloc&) {
    }

    // Redis before 7.0, or a user that may do only the one of them
    asks_slots_ = !asks_slots_;

    if (asks_slots_) {
        ask();
        return;
    }

    tell_map_problem(from, *replies);
    refresh_later();
}


bool ClusterRouter::read_map(const ReplyReader& replies, ClusterMap& map) const
{
    return asks_slots_ ? read_cluster_slots(replies, map)
                       : read_cluster_shards(replies,
                                             context_.conf.tls != nullptr, map);
}


void ClusterRouter::take_map(const ClusterMap& map, const Connection& from)
{
    std::vector<Node*> masters;

    masters.reserve(map.masters.size());

    for (const ClusterMap::Node& master : map.masters) {
        Node* const node = find_or_add(from, master.host, master.port);

        if (node != nullptr) {
            node->address->set_other_name(master.hostname);
        }
        masters.push_back(node);
    }

    for (const std::unique_ptr<Node>& node : nodes_) {
        node->serves = false;
    }

    for (Node* node : masters) {
        if (node != nullptr) {
            node->serves = true;
        }
    }

    for (std::size_t slot = 0; slot < slot_count; slot++) {
        std::uint16_t index = map.slots[slot];

        slots_[slot] = index == ClusterMap::nobody ? nullptr : masters[index];
    }

    known_ = true;
    told_problem_ = false;

    // what is not needed any more is closed then: not here, where one of its
    // replies is being read
    refresh_later();
}


void ClusterRouter::tell_map_problem(const Connection& from,
                                     const ReplyReader& replies)
{
    if (told_problem_) {
        return;
    }

    const ReplyNode& root = replies.root();
    std::string_view text = root.type == ReplyType::error
                                ? error_word(replies.text(root))
                                : "its reply is not understood";
    ngx_str_t reason = ngx_text(text);

    told_problem_ = true;
    ngx_log_error(NGX_LOG_ERR, context_.log, 0,
                  "logout_redis \"%V\": %V does not tell the cluster's slots:"
                  " %V",
                  &context_.conf.name, &from.endpoint().name, &reason);
}


void ClusterRouter::timer_handler(ngx_event_t* event)
{
    static_cast<ClusterRouter*>(event->data)->on_timer();
}


void ClusterRouter::on_timer()
{
    close_unused();

    if (question_ == nullptr && (stale_ || doubtful())) {
        ask();
    }
}


// The map was never read, has gaps, or names a node that is down.
bool ClusterRouter::doubtful() const
{
    if (!known_) {
        return true;
    }

    for (const std::unique_ptr<Node>& node : nodes_) {
        if (node->serves && !node->connection.accepts()) {
            return true;
        }
    }

    for (const Node* node : slots_) {
        if (node == nullptr) {
            return true;
        }
    }

    return false;
}


void ClusterRouter::close_unused()
{
    for (std::size_t i = nodes_.size(); i-- > 0;) {
        if (!nodes_[i]->serves && !nodes_[i]->connection.is_used()) {
            nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }

    if (!known_) {
        return;
    }

    for (const std::unique_ptr<Connection>& seed : seeds_) {
        seed->retire();
    }
}

}  // namespace


std::unique_ptr<Router> make_cluster_router(const RouterContext& context)
{
    return std::make_unique<ClusterRouter>(context);
}

}  // namespace logout::redis
