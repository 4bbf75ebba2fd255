// A load client that costs less than what it measures.
//
// wrk runs a Lua function per request and is itself the bottleneck when it
// shares two cores with an nginx worker. This one copies a prepared line into
// a prepared request and keeps one thread, so that the worker under test is
// saturated first. Each request is sent once: its line names its own session.
//
// usage: lean_client --port N --requests FILE [--connections N] [--rate N]
//                    [--think MS] [--settle MS] [--burst N --server PID]
//                    [--expect TEXT] [--histogram FILE]
//
// FILE holds one request per line, "TARGET<tab>COOKIE HEADER". The result is
// one JSON object on standard output; latencies are in microseconds. With
// --rate requests start on a fixed schedule and latency counts from the moment
// a request was due, so that a server that stalls cannot hide it. "rate" leaves
// out the beginning and the end, where not all connections wait for an answer;
// "client_cpu" is what this program took meanwhile, in seconds. With --burst
// the server finds so many requests at once, whatever the machine does: it is
// stopped while they are sent, and the next ones wait for all answers.

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

// The headers that decide about a logout, as a browser sends them, and none
// besides: every other one would make all contenders look more alike.
constexpr std::string_view head_before_cookie =
    " HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Site: same-site\r\n"
    "Cookie: ";

// The client gives up when nothing at all arrives for so long.
constexpr std::chrono::seconds silence_limit{10};

struct Options {
    std::uint16_t port = 0;
    std::string requests_file;
    std::size_t connections = 64;
    double rate = 0;  // requests per second; 0: as fast as answers come
    std::chrono::milliseconds think{0};   // pause between answer and request
    std::chrono::milliseconds settle{0};  // pause after connecting
    std::size_t burst = 0;                // requests per burst; 0: no bursts
    pid_t server = 0;                     // stopped while a burst is sent
    std::string expected;  // a response without this text is counted apart
    std::string histogram_file;
};

// One prepared request; the views point into the contents of the file.
struct Line {
    std::string_view target;
    std::string_view cookie;
};

struct Connection {
    int fd = -1;
    bool waiting = false;  // for an answer
    Clock::time_point started;
    std::size_t received = 0;
    std::array<char, 16384> buffer;
};

// What the server said, counted.
struct Tally {
    std::map<int, std::size_t> statuses;
    std::size_t unexpected = 0;
    std::size_t broken = 0;  // connections lost with a request on them
    std::vector<std::uint64_t> latencies;  // nanoseconds
    Nanoseconds took{0};
    double cpu_seconds = 0;  // of this program

    // While all connections were in use: from when as many answers had come as
    // there are connections, to when the last request was sent.
    Clock::time_point busy_from;
    Clock::time_point busy_to;
    std::size_t answers_meanwhile = 0;
};


[[noreturn]] void fail(const std::string& message)
{
    throw std::runtime_error(message);
}


[[noreturn]] void fail_errno(const std::string& what)
{
    fail(what + ": " + std::strerror(errno));
}


std::string read_file(const std::string& name)
{
    std::ifstream file(name, std::ios::binary);
    if (!file) {
        fail("cannot read " + name);
    }

    return {std::istreambuf_iterator<char>(file),
            std::istreambuf_iterator<char>()};
}


std::vector<Line> split_lines(std::string_view text)
{
    std::vector<Line> lines;

    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));

        std::size_t tab = line.find('\t');
        if (tab == line.npos) {
            fail("a request without a tab");
        }
        lines.push_back({line.substr(0, tab), line.substr(tab + 1)});
    }

    return lines;
}


// The value of header `name` ("\r\nname:") in a response head, as a number.
std::size_t numeric_header(std::string_view head, std::string_view name)
{
    std::size_t at = head.find(name);
    if (at == head.npos) {
        return 0;
    }

    std::size_t value = 0;
    std::size_t first = head.find_first_not_of(' ', at + name.size());
    if (first != head.npos) {
        std::from_chars(head.data() + first, head.data() + head.size(), value);
    }

    return value;
}


// How long the response is that `text` begins with; 0 if more has to come.
std::size_t response_length(std::string_view text)
{
    std::size_t end = text.find("\r\n\r\n");
    if (end == text.npos) {
        return 0;
    }

    std::string_view head = text.substr(0, end);
    if (head.find("\r\nTransfer-Encoding:") != head.npos) {
        fail("a chunked response: this client needs Content-Length");
    }

    std::size_t length = end + 4 + numeric_header(head, "\r\nContent-Length:");

    return length <= text.size() ? length : 0;
}


double cpu_seconds()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);

    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) /
               1e6;
}


// Stops a process and waits until it stands still.
void stop_process(pid_t pid)
{
    std::string stat = "/proc/" + std::to_string(pid) + "/stat";

    if (kill(pid, SIGSTOP) != 0) {
        fail_errno("kill");
    }
    for (;;) {
        std::string text = read_file(stat);
        if (text.substr(text.rfind(')') + 2, 1) == "T") {
            return;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
}


class Client {
public:
    Client(const Options& options, const std::vector<Line>& lines)
        : options_(options), lines_(lines), connections_(options.connections)
    {
        epoll_ = epoll_create1(EPOLL_CLOEXEC);
        if (epoll_ < 0) {
            fail_errno("epoll_create1");
        }

        tally_.latencies.reserve(lines.size());
        for (Connection& connection : connections_) {
            open(connection);
        }
    }

    ~Client()
    {
        for (Connection& connection : connections_) {
            close(connection.fd);
        }
        close(epoll_);
    }

    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    const Tally& tally() const { return tally_; }

    // Sends every request once.
    void run()
    {
        std::this_thread::sleep_for(options_.settle);
        begin_ = Clock::now();
        for (Connection& connection : connections_) {
            idle_.push_back({begin_, &connection});
        }

        const double cpu = cpu_seconds();
        while (done_ < lines_.size()) {
            if (options_.burst == 0) {
                start_due_requests();
            } else if (done_ == started_) {
                send_burst();
            }
            wait_for_answers();
        }

        tally_.cpu_seconds = cpu_seconds() - cpu;
        tally_.took = Clock::now() - begin_;
    }

private:
    // A connection without a request, and when it may have the next one.
    struct Idle {
        Clock::time_point from;
        Connection* connection;
    };

    void open(Connection& connection)
    {
        connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        connection.received = 0;
        connection.waiting = false;

        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(options_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

        if (connection.fd < 0 ||
            connect(connection.fd, reinterpret_cast<sockaddr*>(&address),
                    sizeof(address)) != 0) {
            fail_errno("connect");
        }

        int on = 1;
        setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));

        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &connection;
        if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event) != 0) {
            fail_errno("epoll_ctl");
        }
    }

    // When request number `index` is to start, by the schedule if there is one.
    Clock::time_point due(std::size_t index) const
    {
        if (options_.rate <= 0) {
            return begin_;
        }

        std::chrono::duration<double> after(index / options_.rate);

        return begin_ + std::chrono::duration_cast<Nanoseconds>(after);
    }

    Clock::time_point next_start() const
    {
        return std::max(due(started_), idle_.front().from);
    }

    bool can_start() const
    {
        return started_ < lines_.size() && !idle_.empty();
    }

    void start_due_requests()
    {
        while (can_start() && next_start() <= Clock::now()) {
            Connection& connection = *idle_.front().connection;
            idle_.pop_front();

            connection.started =
                options_.rate > 0 ? due(started_) : Clock::now();
            send_request(connection, lines_[started_++]);
        }
    }

    void send_burst()
    {
        stop_process(options_.server);
        for (std::size_t i = 0; i < options_.burst && can_start(); i++) {
            Connection& connection = *idle_.front().connection;
            idle_.pop_front();

            connection.started = Clock::now();
            send_request(connection, lines_[started_++]);
        }
        kill(options_.server, SIGCONT);
    }

    void send_request(Connection& connection, const Line& line)
    {
        request_.assign("GET ");
        request_.append(line.target);
        request_.append(head_before_cookie);
        request_.append(line.cookie);
        request_.append("\r\n\r\n");

        connection.waiting = true;
        ssize_t sent =
            send(connection.fd, request_.data(), request_.size(), MSG_NOSIGNAL);
        if (sent != static_cast<ssize_t>(request_.size())) {
            lose(connection);
        }
    }

    timespec time_to_wait() const
    {
        Nanoseconds wait = silence_limit;
        if (options_.burst == 0 && can_start()) {
            wait = std::min(wait, next_start() - Clock::now());
            wait = std::max(wait, Nanoseconds(0));
        }

        timespec result;
        result.tv_sec = wait.count() / 1000000000;
        result.tv_nsec = wait.count() % 1000000000;

        return result;
    }

    void wait_for_answers()
    {
        std::array<epoll_event, 256> events;
        timespec timeout = time_to_wait();

        int ready = epoll_pwait2(epoll_, events.data(), events.size(), &timeout,
                                 nullptr);
        if (ready < 0 && errno != EINTR) {
            fail_errno("epoll_pwait2");
        }
        if (ready == 0 && timeout.tv_sec >= silence_limit.count()) {
            fail("no answer for too long");
        }

        for (int i = 0; i < ready; i++) {
            receive(*static_cast<Connection*>(events[i].data.ptr));
        }
    }

    void receive(Connection& connection)
    {
        ssize_t count =
            recv(connection.fd, connection.buffer.data() + connection.received,
                 connection.buffer.size() - connection.received, MSG_DONTWAIT);

        if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (count <= 0) {
            lose(connection);
            return;
        }

        connection.received += count;
        std::string_view text(connection.buffer.data(), connection.received);

        std::size_t length = response_length(text);
        if (length == text.size()) {
            finish(connection, text);
        } else if (length != 0 ||
                   connection.received == connection.buffer.size()) {
            fail("more came than one response");
        }
    }

    void finish(Connection& connection, std::string_view response)
    {
        Clock::time_point now = Clock::now();
        if (!connection.waiting) {
            fail("a response without a request");
        }

        tally_.latencies.push_back(
            Nanoseconds(now - connection.started).count());

        int status = 0;
        constexpr std::size_t status_at = sizeof("HTTP/1.1 ") - 1;
        std::from_chars(response.data() + status_at,
                        response.data() + status_at + 3, status);
        tally_.statuses[status]++;

        if (response.find(options_.expected) == response.npos) {
            tally_.unexpected++;
        }

        connection.received = 0;
        connection.waiting = false;
        count_answer(now);
        next(connection, now);
    }

    void count_answer(Clock::time_point now)
    {
        done_++;
        if (done_ == connections_.size()) {
            tally_.busy_from = now;
        }
        if (started_ < lines_.size() && done_ > connections_.size()) {
            tally_.busy_to = now;
            tally_.answers_meanwhile = done_ - connections_.size();
        }
    }

    // With nothing to wait for, the answer to one request sends the next: no
    // turn of the loop in between.
    void next(Connection& connection, Clock::time_point now)
    {
        bool at_once = options_.rate <= 0 && options_.think.count() == 0 &&
                       options_.burst == 0;

        if (at_once && started_ < lines_.size()) {
            connection.started = now;
            send_request(connection, lines_[started_++]);
        } else {
            idle_.push_back({now + options_.think, &connection});
        }
    }

    void lose(Connection& connection)
    {
        bool had_request = connection.waiting;

        close(connection.fd);
        open(connection);
        if (had_request) {
            tally_.broken++;
            done_++;
            idle_.push_back({Clock::now(), &connection});
        }
    }

    const Options& options_;
    const std::vector<Line>& lines_;
    std::vector<Connection> connections_;
    std::deque<Idle> idle_;
    std::string request_;
    Tally tally_;
    Clock::time_point begin_;
    int epoll_ = -1;
    std::size_t started_ = 0;
    std::size_t done_ = 0;
};


double percentile(const std::vector<std::uint64_t>& sorted, double share)
{
    if (sorted.empty()) {
        return 0;
    }

    std::size_t index = static_cast<std::size_t>(share * (sorted.size() - 1));

    return sorted[index] / 1000.0;
}


// Requests per second.
double rate(const Tally& tally)
{
    // fewer requests than connections are never all in use
    const bool ever_busy = tally.answers_meanwhile > 0;
    const Nanoseconds time =
        ever_busy ? tally.busy_to - tally.busy_from : tally.took;
    const std::size_t answers =
        ever_busy ? tally.answers_meanwhile : tally.latencies.size();

    return static_cast<double>(answers) /
           std::chrono::duration<double>(time).count();
}


void print_result(const Tally& tally)
{
    std::vector<std::uint64_t> sorted = tally.latencies;
    std::sort(sorted.begin(), sorted.end());

    double seconds = std::chrono::duration<double>(tally.took).count();

    std::printf("{\"requests\": %zu, \"seconds\": %.6f, \"rate\": %.1f"
                ", \"client_cpu\": %.6f",
                sorted.size(), seconds, rate(tally), tally.cpu_seconds);
    std::printf(", \"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f"
                ", \"max\": %.1f",
                percentile(sorted, 0.5), percentile(sorted, 0.9),
                percentile(sorted, 0.99), percentile(sorted, 0.999),
                percentile(sorted, 1));

    std::printf(", \"broken\": %zu, \"unexpected\": %zu, \"statuses\": {",
                tally.broken, tally.unexpected);
    const char* comma = "";
    for (const auto& [status, count] : tally.statuses) {
        std::printf("%s\"%d\": %zu", comma, status, count);
        comma = ", ";
    }
    std::printf("}}\n");
}


// Every latency, to the microsecond: "microseconds,count" lines.
void write_histogram(const std::string& name, const Tally& tally)
{
    std::map<std::uint64_t, std::size_t> counts;
    for (std::uint64_t latency : tally.latencies) {
        counts[latency / 1000]++;
    }

    std::ofstream file(name);
    file << "microseconds,requests\n";
    for (const auto& [microseconds, count] : counts) {
        file << microseconds << ',' << count << '\n';
    }
    if (!file) {
        fail("cannot write " + name);
    }
}


Options parse_options(int count, char** words)
{
    Options options;

    for (int i = 1; i + 1 < count; i += 2) {
        std::string_view name = words[i];
        std::string value = words[i + 1];

        if (name == "--port") {
            options.port = static_cast<std::uint16_t>(std::stoul(value));
        } else if (name == "--requests") {
            options.requests_file = value;
        } else if (name == "--connections") {
            options.connections = std::stoul(value);
        } else if (name == "--rate") {
            options.rate = std::stod(value);
        } else if (name == "--think") {
            options.think = std::chrono::milliseconds(std::stoul(value));
        } else if (name == "--settle") {
            options.settle = std::chrono::milliseconds(std::stoul(value));
        } else if (name == "--burst") {
            options.burst = std::stoul(value);
        } else if (name == "--server") {
            options.server = std::stoi(value);
        } else if (name == "--expect") {
            options.expected = value;
        } else if (name == "--histogram") {
            options.histogram_file = value;
        } else {
            fail("unknown option " + std::string(name));
        }
    }

    if (options.port == 0 || options.requests_file.empty() || count % 2 == 0) {
        fail("usage: lean_client --port N --requests FILE [--connections N] "
             "[--rate N] [--think MS] [--settle MS] [--burst N --server PID] "
             "[--expect TEXT] [--histogram FILE]");
    }

    return options;
}


void run(const Options& options)
{
    std::string text = read_file(options.requests_file);
    std::vector<Line> lines = split_lines(text);
    Client client(options, lines);

    client.run();
    print_result(client.tally());

    if (!options.histogram_file.empty()) {
        write_histogram(options.histogram_file, client.tally());
    }
}

}  // namespace


int main(int count, char** words)
{
    try {
        run(parse_options(count, words));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "lean_client: %s\n", error.what());
        return 1;
    }

    return 0;
}
