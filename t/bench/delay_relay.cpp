// Puts a distance between nginx and Redis: relays TCP connections and holds
// every byte back for half of the round trip, each way. Bandwidth is not
// limited and bytes sent together arrive together, as on a long wire.
//
// netem would do the same, but many kernels are built without it, and it needs
// root. Runs until it is killed.
//
// usage: delay_relay LISTEN_PORT TARGET_PORT ROUND_TRIP_MICROSECONDS

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::nanoseconds;

struct Chunk {
    Clock::time_point release;
    std::string bytes;
};

// One end of a relayed connection.
struct End {
    int fd = -1;
    End* other = nullptr;
    std::deque<Chunk> held;  // on the way to this end
    bool closed = false;
};

struct Pair {
    End client;
    End server;
};


sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    return address;
}


int check(int result, const char* what)
{
    if (result < 0) {
        throw std::runtime_error(std::string(what) + " failed");
    }

    return result;
}


void send_at_once(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}


class Relay {
public:
    Relay(std::uint16_t port, std::uint16_t target, Nanoseconds one_way)
        : target_(loopback(target)), one_way_(one_way)
    {
        epoll_ = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        listener_ =
            check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");

        int on = 1;
        setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));

        sockaddr_in address = loopback(port);
        check(bind(listener_, reinterpret_cast<sockaddr*>(&address),
                   sizeof(address)),
              "bind");
        check(listen(listener_, 128), "listen");
        watch(listener_, nullptr);
    }

    [[noreturn]] void run()
    {
        std::array<epoll_event, 64> events;

        for (;;) {
            std::optional<Clock::time_point> next = release_due();
            timespec timeout = time_until(next);
            int ready = epoll_pwait2(epoll_, events.data(), events.size(),
                                     next ? &timeout : nullptr, nullptr);

            for (int i = 0; i < ready; i++) {
                End* end = static_cast<End*>(events[i].data.ptr);
                if (end == nullptr) {
                    accept_one();
                } else if (!end->closed) {
                    read_from(*end);
                }
            }
        }
    }

private:
    void watch(int fd, End* end)
    {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = end;
        check(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }

    void accept_one()
    {
        auto pair = std::make_unique<Pair>();

        pair->client.fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        pair->server.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        pair->client.other = &pair->server;
        pair->server.other = &pair->client;

        if (pair->client.fd < 0 ||
            connect(pair->server.fd, reinterpret_cast<sockaddr*>(&target_),
                    sizeof(target_)) != 0) {
            close(pair->client.fd);
            close(pair->server.fd);
            return;
        }

        for (End* end : {&pair->client, &pair->server}) {
            send_at_once(end->fd);
            watch(end->fd, end);
        }
        pairs_.push_back(std::move(pair));
    }

    void read_from(End& end)
    {
        std::array<char, 65536> buffer;
        ssize_t count = recv(end.fd, buffer.data(), buffer.size(), 0);

        if (count <= 0) {
            close_both(end);
            return;
        }

        end.other->held.push_back(
            {Clock::now() + one_way_, std::string(buffer.data(), count)});
    }

    static void close_both(End& end)
    {
        for (End* each : {&end, end.other}) {
            close(each->fd);
            each->closed = true;
            each->held.clear();
        }
    }

    // Passes on what has been held long enough; returns when the next is due.
    std::optional<Clock::time_point> release_due()
    {
        std::optional<Clock::time_point> next;

        for (const auto& pair : pairs_) {
            for (End* end : {&pair->client, &pair->server}) {
                release(*end);
                if (!end->held.empty() &&
                    (!next || end->held.front().release < *next)) {
                    next = end->held.front().release;
                }
            }
        }

        return next;
    }

    static void release(End& end)
    {
        while (!end.held.empty() && end.held.front().release <= Clock::now()) {
            std::string bytes = std::move(end.held.front().bytes);
            end.held.pop_front();

            ssize_t sent =
                send(end.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent != static_cast<ssize_t>(bytes.size())) {
                close_both(end);
            }
        }
    }

    static timespec time_until(const std::optional<Clock::time_point>& when)
    {
        Nanoseconds wait(0);
        if (when) {
            wait = std::max(wait, Nanoseconds(*when - Clock::now()));
        }

        timespec result;
        result.tv_sec = wait.count() / 1000000000;
        result.tv_nsec = wait.count() % 1000000000;

        return result;
    }

    sockaddr_in target_;
    Nanoseconds one_way_;
    int epoll_ = -1;
    int listener_ = -1;
    std::vector<std::unique_ptr<Pair>> pairs_;
};

}  // namespace


int main(int count, char** words)
{
    if (count != 4) {
        std::fprintf(stderr, "usage: delay_relay LISTEN_PORT TARGET_PORT "
                             "ROUND_TRIP_MICROSECONDS\n");
        return 2;
    }

    try {
        std::chrono::microseconds round_trip(std::stoul(words[3]));
        Relay relay(static_cast<std::uint16_t>(std::stoul(words[1])),
                    static_cast<std::uint16_t>(std::stoul(words[2])),
                    round_trip / 2);
        relay.run();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "delay_relay: %s\n", error.what());
        return 1;
    }
}
