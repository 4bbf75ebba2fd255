// One server, whose address Sentinel knows: it is asked whenever a connection
// is made, and tells when another server takes over.

#include "redis/error_words.hpp"
#include "redis/learned_endpoint.hpp"
#include "redis/router.hpp"

#include <charconv>
#include <new>
#include <vector>

namespace logout::redis {

namespace {

constexpr std::string_view switch_channel = "+switch-master";
constexpr ngx_msec_t resubscribe_after = 1000;
constexpr ngx_msec_t resubscribe_at_last = 10 * 60 * 1000;


class SentinelRouter final : public Router,
                             private Locator,
                             private ConnectionOwner {
public:
    explicit SentinelRouter(const RouterContext& context);
    ~SentinelRouter() override;

    Connection* route(std::string_view key) override;
    bool is_down() const override { return !master_.accepts(); }
    Redirect redirect(Connection& from, Pending& pending,
                      std::string_view error) override;
    void replied(Pending& pending, const ReplyReader* replies) override;
    void link_changed(Connection& connection, bool down) override;

private:
    // A connection that subscribed can do nothing else, so there are two.
    struct Sentinel {
        Sentinel(SentinelRouter& router, const Endpoint& endpoint)
            : questions(router, router.question_settings_, endpoint,
                        router.context_.log),
              news(router, router.news_settings_, endpoint, router.context_.log)
        {
        }

        Connection questions;
        Connection news;
    };

    void locate(Connection& connection) override;
    void forget(Connection& connection) override;

    Answer replied(Connection& connection, Pending& pending,
                   const ReplyReader& replies) override;
    void confirmed(Pending& pending, std::int64_t replicas) override;
    void unavailable(Pending& pending) override;
    bool pushed(Connection& connection, const ReplyReader& replies) override;
    void dropped(Connection& connection) override;
    ServerCounters& counters_of(const Endpoint& sentinel) override;

    static void subscribe_handler(ngx_event_t* event);

    void ask();
    void ask_next(const char* problem);
    void answered(const ReplyReader& replies);
    const char* take_address(const ReplyReader& replies);
    Learned learn(std::string_view host, std::uint16_t port,
                  LearnedEndpoint& address);
    void subscribe();
    void subscription_refused(const Connection& by, std::string_view error);
    Sentinel& current() { return *sentinels_[current_]; }

    RouterContext context_;
    ServerCounters counters_ = {};  // where there is no room in the book
    Login login_;
    ConnectionSettings question_settings_;
    ConnectionSettings news_settings_;

    Announcements announcements_;
    Endpoint unknown_;              // the master before it is located
    LearnedEndpoint addresses_[2];  // the one in use, and the next
    LearnedEndpoint* latest_ = nullptr;
    Connection master_;

    std::vector<std::unique_ptr<Sentinel>> sentinels_;
    std::size_t current_ = 0;
    std::size_t tried_ = 0;
    bool wanted_ = false;          // master_ waits for its address
    Pending* question_ = nullptr;  // in flight
    Pending* subscription_ = nullptr;
    Connection* subscribed_ = nullptr;
    ngx_msec_t refused_pause_ = 0;  // 0: the last SUBSCRIBE was not refused
    ngx_event_t subscribe_;
};


ConnectionSettings sentinel_settings(const RouterContext& context, Login& login)
{
    ConnectionSettings settings = context.settings;

    settings.login = &login;
    settings.select_command = {};
    settings.wait_command = {};
    settings.verify_master = false;
    settings.channel.tls = context.conf.sentinel_tls;

    return settings;
}


SentinelRouter::SentinelRouter(const RouterContext& context)
    : context_(context),
      login_(context.conf.sentinel_login, context.conf.name, context.log),
      question_settings_(sentinel_settings(context, login_)),
      news_settings_(sentinel_settings(context, login_)),
      announcements_(context.conf, context.log),
      unknown_({context.conf.master_name, {}, 0, false, {}, nullptr, 0, {}}),
      master_(context.owner, context.settings, unknown_, context.log, this)
{
    const ngx_array_t& array = context.conf.sentinels;
    const Endpoint* endpoints = static_cast<const Endpoint*>(array.elts);

    news_settings_.takes_pushes = true;
    init_event(subscribe_, subscribe_handler, this, context.log);
    subscribe_.cancelable = 1;

    sentinels_.reserve(array.nelts);
    for (ngx_uint_t i = 0; i < array.nelts; i++) {
        sentinels_.push_back(std::make_unique<Sentinel>(*this, endpoints[i]));
    }

    // not all workers ask the same one
    current_ = static_cast<std::size_t>(ngx_random()) % sentinels_.size();
}


SentinelRouter::~SentinelRouter()
{
    stop_timer(subscribe_);
}


Connection* SentinelRouter::route(std::string_view /* key */)
{
    return master_.accepts() ? &master_ : nullptr;
}


// A master that was demoted: the command was not executed.
Redirect SentinelRouter::redirect(Connection& /* from */, Pending& pending,
                                  std::string_view error)
{
    if (!is_read_only(error) || pending.redirections != 0) {
        return Redirect::none;
    }

    pending.redirections++;

    return Redirect::moved;
}


void SentinelRouter::replied(Pending& /* pending */,
                             const ReplyReader* /* replies */)
{
}


void SentinelRouter::link_changed(Connection& connection, bool down)
{
    if (down) {
        dropped(connection);
    }
}


void SentinelRouter::locate(Connection& /* connection */)
{
    wanted_ = true;
    tried_ = 0;

    if (question_ == nullptr) {
        ask();
    }
}


void SentinelRouter::forget(Connection& /* connection */)
{
    wanted_ = false;
}


// Asks the first sentinel, from the current one on, that is not down.
void SentinelRouter::ask()
{
    const std::string_view question[] = {"SENTINEL", "GET-MASTER-ADDR-BY-NAME",
                                         view(context_.conf.master_name)};

    for (; tried_ < sentinels_.size(); tried_++) {
        if (current().questions.accepts()) {
            Pending* pending =
                context_.pool.take(CommandKind::internal, nullptr, nullptr);

            if (pending == nullptr) {
                break;
            }
            question_ = pending;
            if (current().questions.queue(*pending, question, 3)) {
                return;
            }
            question_ = nullptr;
            context_.pool.give_back(pending);
        }

        current_ = (current_ + 1) % sentinels_.size();
    }

    master_.not_located("no sentinel answers");
}


void SentinelRouter::ask_next(const char* problem)
{
    current_ = (current_ + 1) % sentinels_.size();
    tried_++;

    if (!wanted_) {
        return;
    }

    if (tried_ >= sentinels_.size()) {
        master_.not_located(problem);
        return;
    }

    ask();
}


Answer SentinelRouter::replied(Connection& connection, Pending& pending,
                               const ReplyReader& replies)
{
    bool is_question = &pending == question_;

    context_.pool.give_back(&pending);

    if (is_question) {
        question_ = nullptr;
        answered(replies);
        return Answer::done;
    }

    subscription_ = nullptr;

    if (replies.root().type != ReplyType::array) {
        subscription_refused(connection, replies.text(replies.root()));
    } else {
        refused_pause_ = 0;
        subscribed_ = &connection;
    }

    return Answer::done;
}


// The master is followed all the same, once it is lost or says that it is one
// no more.
void SentinelRouter::subscription_refused(const Connection& by,
                                          std::string_view error)
{
    if (refused_pause_ == 0) {
        const std::string_view word = error_word(error);
        const ngx_str_t text = ngx_text(word);
        const char* const meaning = error_meaning(error);

        ngx_log_error(NGX_LOG_WARN, context_.log, 0,
                      "logout_redis \"%V\": %V refuses SUBSCRIBE: %V%s%s",
                      &context_.conf.name, &by.endpoint().name, &text,
                      meaning == nullptr ? "" : ", ",
                      meaning == nullptr ? "" : meaning);
    }

    refused_pause_ = refused_pause_ == 0
                         ? resubscribe_after
                         : ngx_min(2 * refused_pause_, resubscribe_at_last);
    start_timer(subscribe_, refused_pause_);
}


void SentinelRouter::answered(const ReplyReader& replies)
{
    if (replies.root().type == ReplyType::error) {
        ask_next("a sentinel refuses to tell where it is");
        return;
    }

    if (const char* const problem = take_address(replies)) {
        ask_next(problem);
        return;
    }

    subscribe();

    if (wanted_) {
        wanted_ = false;
        master_.located(latest_->endpoint());
    }
}


// [host, port], or nil for a master that this sentinel does not know. Returns
// what is wrong, or nullptr.
const char* SentinelRouter::take_address(const ReplyReader& replies)
{
    constexpr const char* unknown = "no sentinel knows this master";
    const ReplyNode* host = replies.first(replies.root());
    const ReplyNode* port = host == nullptr ? nullptr : replies.next(*host);

    if (port == nullptr || port->type != ReplyType::bulk) {
        return unknown;
    }

    std::string_view digits = replies.text(*port);
    std::uint16_t number = 0;
    auto parsed =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);

    if (parsed.ec != std::errc()) {
        return unknown;
    }

    if (latest_ != nullptr && latest_->is(replies.text(*host), number)) {
        return nullptr;
    }

    // what the connection uses stays as it is until the connection is told
    bool first_in_use = &master_.endpoint() == &addresses_[0].endpoint();
    LearnedEndpoint& spare = addresses_[first_in_use ? 1 : 0];

    latest_ = nullptr;

    switch (learn(replies.text(*host), number, spare)) {
    case Learned::known:
        latest_ = &spare;
        return nullptr;
    case Learned::forbidden:
        return "\"redirect_to\" does not allow where a sentinel says it is";
    case Learned::invalid:
        break;
    }

    return unknown;
}


Learned SentinelRouter::learn(std::string_view host, std::uint16_t port,
                              LearnedEndpoint& address)
{
    try {
        return announcements_.learn(current().questions.endpoint(), host, port,
                                    address);
    } catch (const std::bad_alloc&) {
        return Learned::invalid;
    }
}


void SentinelRouter::confirmed(Pending& /* pending */,
                               std::int64_t /* replicas */)
{
}


void SentinelRouter::unavailable(Pending& pending)
{
    bool is_question = &pending == question_;

    context_.pool.give_back(&pending);

    if (is_question) {
        question_ = nullptr;
        ask_next("no sentinel answers");
        return;
    }

    subscription_ = nullptr;
    start_timer(subscribe_, resubscribe_after);
}


void SentinelRouter::subscribe_handler(ngx_event_t* event)
{
    SentinelRouter& router = *static_cast<SentinelRouter*>(event->data);

    router.current_ = (router.current_ + 1) % router.sentinels_.size();
    router.subscribe();
}


void SentinelRouter::subscribe()
{
    const std::string_view command[] = {"SUBSCRIBE", switch_channel};

    if (subscribed_ != nullptr || subscription_ != nullptr || ngx_exiting ||
        (refused_pause_ != 0 && subscribe_.timer_set)) {
        return;
    }

    Pending* pending = nullptr;

    if (current().news.accepts()) {
        pending = context_.pool.take(CommandKind::internal, nullptr, nullptr);
    }

    if (pending != nullptr && current().news.queue(*pending, command, 2)) {
        subscription_ = pending;
        return;
    }

    if (pending != nullptr) {
        context_.pool.give_back(pending);
    }

    start_timer(subscribe_, resubscribe_after);
}


// ["message", "+switch-master", "NAME OLD-HOST OLD-PORT NEW-HOST NEW-PORT"]
bool SentinelRouter::pushed(Connection& /* connection */,
                            const ReplyReader& replies)
{
    const ReplyNode* kind = replies.first(replies.root());
    const ReplyNode* channel = kind == nullptr ? nullptr : replies.next(*kind);
    const ReplyNode* message =
        channel == nullptr ? nullptr : replies.next(*channel);

    if (message == nullptr || replies.text(*kind) != "message") {
        return false;
    }

    std::string_view text = replies.text(*message);

    if (next_word(text) == view(context_.conf.master_name)) {
        master_.move();
    }

    return true;
}


ServerCounters& SentinelRouter::counters_of(const Endpoint& sentinel)
{
    ServerCounters* place =
        context_.book == nullptr
            ? nullptr
            : context_.book->of_sentinel(view(sentinel.name));

    return place == nullptr ? counters_ : *place;
}


void SentinelRouter::dropped(Connection& connection)
{
    if (&connection != subscribed_) {
        return;
    }

    subscribed_ = nullptr;

    if (!ngx_exiting) {
        start_timer(subscribe_, resubscribe_after);
    }
}

}  // namespace


std::unique_ptr<Router> make_sentinel_router(const RouterContext& context)
{
    return std::make_unique<SentinelRouter>(context);
}

}  // namespace logout::redis
