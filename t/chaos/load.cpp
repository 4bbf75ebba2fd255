// A steady load of logouts that remembers every answer.
//
// Requests start on a schedule, whatever becomes of those before, so that a
// server that stalls cannot hide it. Each logout names a session of its own. A
// request whose connection was closed before a byte of the answer came is sent
// again, as browsers do; how often is remembered, too.
//
// usage: load --port N --control-port N --rate N --static-rate N --first N
//             --count N [--tags N] --ledger FILE
//
// Ends at SIGTERM, or after --count logouts, when everything is answered. The
// session of logout I is "I", with --tags "{tT}I" where T is I modulo N, which
// puts it into one of N slots of a cluster. The ledger has a line per request,
// times in microseconds:
//
//     ID RESULT ERROR SENT LATENCY AGAIN
//
// ID is "static" for a request that is no logout, and "control" for the same to
// another server, which has no faults to bear: what it takes longer, everything
// on this machine does. It is "control", too, when this program itself did not
// run for a while, with how long as LATENCY. RESULT is X-Result of the
// answer, or "unanswered", or "broken" for half an answer. ERROR is X-Error or
// "-". SENT is the time of day when it was sent last, LATENCY from then to the
// end of the answer.

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

// Longer than any timeout of the server, on the busiest machine: an answer that
// is not there by then does not come.
constexpr milliseconds patience{30000};

// When this program did not run for so long, everything it measured meanwhile
// is too long by as much.
constexpr milliseconds stall{20};

// Between attempts, when nobody listens or the connection was closed.
constexpr milliseconds pause_before_retry{10};

volatile std::sig_atomic_t stopped = 0;

struct Options {
    std::uint16_t port = 0;
    std::uint16_t control_port = 0;
    double rate = 1000;
    double static_rate = 200;
    long first = 1;
    long count = 1000;
    long tags = 0;
    std::string ledger;
};

enum class Kind { logout, at_rest, control };

struct Request {
    Kind kind = Kind::logout;
    long number = 0;
    int again = 0;
    Clock::time_point not_before;
};

struct Connection {
    int fd = -1;
    bool to_control = false;
    bool busy = false;
    Request request;
    Clock::time_point sent;
    std::int64_t sent_when = 0;  // time of day, microseconds
    std::string answer;
};


[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(what + ": " + std::strerror(errno));
}


std::int64_t time_of_day()
{
    return std::chrono::duration_cast<microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}


// The value of a header, in an answer that has its headers.
std::string_view header(std::string_view answer, std::string_view name)
{
    const std::string line = "\r\n" + std::string(name) + ": ";
    const std::size_t begin = answer.find(line);

    if (begin == std::string_view::npos) {
        return {};
    }

    answer.remove_prefix(begin + line.size());

    return answer.substr(0, answer.find("\r\n"));
}


bool is_complete(std::string_view answer)
{
    const std::size_t end = answer.find("\r\n\r\n");

    if (end == std::string_view::npos) {
        return false;
    }

    const std::string_view length = header(answer, "Content-Length");
    std::size_t body = 0;

    std::from_chars(length.data(), length.data() + length.size(), body);

    return answer.size() >= end + 4 + body;
}


// Starts requests at equal distances of time.
class Schedule {
public:
    Schedule(double rate, Clock::time_point begin)
        : distance_(1e6 / rate), next_(begin)
    {
    }

    bool is_due(Clock::time_point now)
    {
        if (now < next_) {
            return false;
        }

        next_ += microseconds(static_cast<std::int64_t>(distance_));
        return true;
    }

private:
    double distance_;
    Clock::time_point next_;
};


class Load {
public:
    explicit Load(const Options& options)
        : options_(options), ledger_(std::fopen(options.ledger.c_str(), "w")),
          epoll_(epoll_create1(0))
    {
        if (ledger_ == nullptr || epoll_ < 0) {
            fail(options.ledger);
        }
    }

    void run();

private:
    void start_due(Clock::time_point now);
    void start_again(Clock::time_point now);
    void start(const Request& request);
    void send_later(Request request);
    void give_up_late(Clock::time_point now);
    Connection* connect(bool to_control);
    Connection* idle_connection(bool to_control);
    std::string text_of(const Request& request) const;
    void wait();
    void receive(Connection& connection);
    void lost(Connection& connection);
    void answered(Connection& connection);
    void note(const Connection& connection, std::string_view result,
              std::string_view error);
    void note_stall(Clock::duration time);
    void drop(Connection& connection);
    bool is_over() const;

    Options options_;
    std::FILE* ledger_;
    int epoll_;
    std::map<int, std::unique_ptr<Connection>> connections_;
    std::vector<int> idle_[2];  // the second: of the control
    std::deque<Request> later_;
    long started_ = 0;
    std::size_t waiting_ = 0;
    std::unique_ptr<Schedule> logouts_;
    std::unique_ptr<Schedule> statics_;
};


void Load::run()
{
    const Clock::time_point begin = Clock::now();

    logouts_ = std::make_unique<Schedule>(options_.rate, begin);
    statics_ = std::make_unique<Schedule>(options_.static_rate, begin);

    Clock::time_point before = begin;

    while (!is_over()) {
        const Clock::time_point now = Clock::now();

        note_stall(now - before);
        before = now;

        start_again(now);
        if (!stopped && started_ < options_.count) {
            start_due(now);
        }
        give_up_late(now);
        wait();
    }

    std::fclose(ledger_);
}


bool Load::is_over() const
{
    return (stopped || started_ >= options_.count) && waiting_ == 0 &&
           later_.empty();
}


void Load::start_due(Clock::time_point now)
{
    while (started_ < options_.count && logouts_->is_due(now)) {
        start({Kind::logout, options_.first + started_++, 0, now});
    }

    while (statics_->is_due(now)) {
        start({Kind::at_rest, 0, 0, now});
        start({Kind::control, 0, 0, now});
    }
}


void Load::start_again(Clock::time_point now)
{
    while (!later_.empty() && later_.front().not_before <= now) {
        const Request request = later_.front();

        later_.pop_front();
        start(request);
    }
}


void Load::start(const Request& request)
{
    Connection* const connection =
        idle_connection(request.kind == Kind::control);

    if (connection == nullptr) {
        send_later(request);
        return;
    }

    const std::string text = text_of(request);

    connection->busy = true;
    connection->request = request;
    connection->answer.clear();
    connection->sent = Clock::now();
    connection->sent_when = time_of_day();
    ++waiting_;

    if (send(connection->fd, text.data(), text.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(text.size())) {
        lost(*connection);
    }
}


std::string Load::text_of(const Request& request) const
{
    if (request.kind != Kind::logout) {
        return "GET /static HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    std::string id = std::to_string(request.number);

    if (options_.tags > 0) {
        id = "{t" + std::to_string(request.number % options_.tags) + "}" + id;
    }

    return "GET /logout HTTP/1.1\r\nHost: localhost\r\nCookie: sid=" + id +
           "\r\n\r\n";
}


void Load::send_later(Request request)
{
    request.not_before = Clock::now() + pause_before_retry;
    later_.push_back(request);
}


// nullptr: nobody listens.
Connection* Load::idle_connection(bool to_control)
{
    std::vector<int>& idle = idle_[to_control];

    while (!idle.empty()) {
        const auto found = connections_.find(idle.back());

        idle.pop_back();
        if (found != connections_.end() && !found->second->busy &&
            found->second->to_control == to_control) {
            return found->second.get();
        }
    }

    return connect(to_control);
}


Connection* Load::connect(bool to_control)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    const linger at_once = {1, 0};  // leave no port behind in TIME_WAIT
    sockaddr_in address = {};

    address.sin_family = AF_INET;
    address.sin_port =
        htons(to_control ? options_.control_port : options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    // on loopback this is done as soon as the kernel queues the connection
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address),
                            sizeof(address)) != 0) {
        close(fd);
        return nullptr;
    }

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));

    auto connection = std::make_unique<Connection>();
    epoll_event event = {};

    connection->fd = fd;
    connection->to_control = to_control;
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
        fail("epoll_ctl");
    }

    return (connections_[fd] = std::move(connection)).get();
}


void Load::wait()
{
    epoll_event events[256];
    const int count = epoll_wait(epoll_, events, 256, 1);

    for (int i = 0; i < count; i++) {
        const auto found = connections_.find(events[i].data.fd);

        if (found != connections_.end()) {
            receive(*found->second);
        }
    }
}


void Load::receive(Connection& connection)
{
    char buffer[16384];
    const ssize_t n = recv(connection.fd, buffer, sizeof(buffer), MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN) {
        return;
    }

    if (n <= 0) {
        lost(connection);
        return;
    }

    connection.answer.append(buffer, static_cast<std::size_t>(n));
    if (is_complete(connection.answer)) {
        answered(connection);
    }
}


void Load::lost(Connection& connection)
{
    if (connection.busy) {
        Request request = connection.request;

        --waiting_;
        if (connection.answer.empty()) {
            ++request.again;
            send_later(request);
        } else {
            note(connection, "broken", "-");
        }
    }

    drop(connection);
}


void Load::answered(Connection& connection)
{
    const std::string_view result = header(connection.answer, "X-Result");
    const std::string_view error = header(connection.answer, "X-Error");
    const std::string status = "status_" + connection.answer.substr(9, 3);

    --waiting_;
    connection.busy = false;
    note(connection, result.empty() ? std::string_view(status) : result,
         error.empty() ? "-" : error);

    if (header(connection.answer, "Connection") == "close") {
        drop(connection);
        return;
    }

    idle_[connection.to_control].push_back(connection.fd);
}


void Load::note(const Connection& connection, std::string_view result,
                std::string_view error)
{
    const Request& request = connection.request;
    const auto latency = std::chrono::duration_cast<microseconds>(
        Clock::now() - connection.sent);
    const std::string id = request.kind == Kind::at_rest ? "static"
                           : request.kind == Kind::control
                               ? "control"
                               : std::to_string(request.number);

    std::fprintf(ledger_, "%s %.*s %.*s %lld %lld %d\n", id.c_str(),
                 static_cast<int>(result.size()), result.data(),
                 static_cast<int>(error.size()), error.data(),
                 static_cast<long long>(connection.sent_when),
                 static_cast<long long>(latency.count()), request.again);
}


void Load::note_stall(Clock::duration time)
{
    if (time < stall) {
        return;
    }

    const long long length =
        std::chrono::duration_cast<microseconds>(time).count();

    std::fprintf(ledger_, "control stall - %lld %lld 0\n",
                 static_cast<long long>(time_of_day()) - length, length);
}


void Load::give_up_late(Clock::time_point now)
{
    std::vector<Connection*> late;

    for (const auto& [fd, connection] : connections_) {
        if (connection->busy && now - connection->sent > patience) {
            late.push_back(connection.get());
        }
    }

    for (Connection* connection : late) {
        --waiting_;
        note(*connection, "unanswered", "-");
        drop(*connection);
    }
}


void Load::drop(Connection& connection)
{
    close(connection.fd);
    connections_.erase(connection.fd);
}


Options read_options(int count, char** words)
{
    Options options;

    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = words[i];
        const char* const value = words[i + 1];

        if (name == "--port") {
            options.port = static_cast<std::uint16_t>(std::atoi(value));
        } else if (name == "--control-port") {
            options.control_port = static_cast<std::uint16_t>(std::atoi(value));
        } else if (name == "--rate") {
            options.rate = std::atof(value);
        } else if (name == "--static-rate") {
            options.static_rate = std::atof(value);
        } else if (name == "--first") {
            options.first = std::atol(value);
        } else if (name == "--count") {
            options.count = std::atol(value);
        } else if (name == "--tags") {
            options.tags = std::atol(value);
        } else if (name == "--ledger") {
            options.ledger = value;
        } else {
            throw std::runtime_error("unknown option " + std::string(name));
        }
    }

    return options;
}

}  // namespace


int main(int count, char** words)
{
    struct sigaction action = {};

    action.sa_handler = [](int) { stopped = 1; };
    sigaction(SIGTERM, &action, nullptr);

    try {
        Load(read_options(count, words)).run();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "load: %s\n", e.what());
        return 1;
    }

    return 0;
}
