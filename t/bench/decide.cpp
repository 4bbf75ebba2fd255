// The core's decision on ten fixed requests, for callgrind to count: from the
// request's parameters and cookies to the response, without nginx or Redis.
//
// Under callgrind every case leaves one dump, "NAME/ITERATIONS". A decision
// that is not the expected one ends the program: cheap and wrong is no result.

#include "core/plan/plan.hpp"
#include "core/answer/response.hpp"

#include <valgrind/callgrind.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t iterations = 1000;
constexpr std::size_t many_clients = 10000;
constexpr std::size_t urls_per_client = 10;

// What nginx's pool is in the module; 64 KB hold any decision here, and more
// would throw.
constexpr std::size_t memory_size = 64 * 1024;

constexpr std::string_view session_id = "0123456789abcdef0123456789abcdef";

// A signature of session_id by "keyboard cat", as express-session makes it.
constexpr std::string_view signed_cookie =
    "s%3A0123456789abcdef0123456789abcdef."
    "GYCVRJjxJDp%2BkqtKWiLv07Ocime2twE%2FK3%2B8Nt73obQ";


[[noreturn]] void fail(const std::string& message)
{
    throw std::runtime_error(message);
}


std::string client_name(std::size_t client)
{
    std::string digits = std::to_string(client);

    return "client-" + std::string(5 - digits.size(), '0') + digits;
}


std::string return_url(std::size_t client, std::size_t url)
{
    return "https://" + client_name(client) + ".example.com/bye/" +
           std::to_string(url);
}


std::string escape(std::string_view text)
{
    std::string result;

    for (char c : text) {
        if (c == ':') {
            result += "%3A";
        } else if (c == '/') {
            result += "%2F";
        } else if (c == '?') {
            result += "%3F";
        } else if (c == '=') {
            result += "%3D";
        } else {
            result += c;
        }
    }

    return result;
}


std::string query(std::size_t client, std::string_view url)
{
    return "client_id=" + client_name(client) + "&returnTo=" + escape(url);
}


logout::SessionReader reader(const logout::SessionSettings& settings)
{
    std::string problem;
    auto compiled = logout::SessionReader::compile(settings, problem);
    if (!compiled) {
        fail(problem);
    }

    return std::move(*compiled);
}


logout::SessionReader raw_reader()
{
    logout::SessionSettings settings;
    settings.format = "raw";
    settings.cookie = "sid";
    settings.prefix = "sess:";

    return reader(settings);
}


logout::SessionReader express_reader()
{
    logout::SessionSettings settings;
    settings.format = "express";
    settings.secrets = {"keyboard cat"};

    return reader(settings);
}


void add_entry(logout::Allowlist& list, const std::string& entry)
{
    for (const logout::AllowlistProblem& problem : list.add(entry)) {
        fail(problem.message);
    }
}


void add_client(logout::ClientRegistry& clients, std::size_t number,
                std::size_t urls)
{
    logout::Client client;
    client.id = client_name(number);
    for (std::size_t url = 0; url < urls; url++) {
        add_entry(client.return_urls, return_url(number, url));
    }
    if (number == 1) {
        add_entry(client.return_urls, "https://*.preview.example.com/bye");
    }
    client.return_urls.compile();
    clients.add(std::move(client));
}


// Everything that the cases point to.
struct World {
    logout::ClientRegistry few;
    logout::ClientRegistry many;
    logout::SessionReader raw = raw_reader();
    logout::SessionReader express = express_reader();

    World()
    {
        add_client(few, 0, 1);
        add_client(few, 1, 1);
        for (std::size_t client = 0; client < many_clients; client++) {
            add_client(many, client, urls_per_client);
        }
    }
};

// A request, and what has to come of it.
struct Case {
    const char* name;
    std::string query;
    std::string cookies;
    const logout::ClientRegistry* clients;
    const logout::SessionReader* session;
    unsigned status;
    std::size_t sessions;
};


std::string raw_cookie()
{
    return "sid=" + std::string(session_id);
}


// 8 KB of other cookies before the session's.
std::string long_cookies()
{
    std::string cookies;
    for (int number = 0; number < 80; number++) {
        cookies += "other" + std::to_string(number) + "=";
        cookies += std::string(92, 'v') + "; ";
    }

    return cookies + raw_cookie();
}


std::string eight_cookies()
{
    std::string cookies;
    for (char digit = '0'; digit < '8'; digit++) {
        cookies += cookies.empty() ? "" : "; ";
        cookies += raw_cookie() + digit;
    }

    return cookies;
}


std::vector<Case> cases(const World& world)
{
    const logout::ClientRegistry* few = &world.few;
    const logout::SessionReader* raw = &world.raw;
    const std::string plain = query(0, return_url(0, 0));
    const std::string long_query = "?q=" + std::string(1950, 'q');

    return {
        {"raw", plain, raw_cookie(), few, raw, 302, 1},
        {"no-cookie", plain, "", few, raw, 302, 0},
        {"default-url", "client_id=" + client_name(0), raw_cookie(), few, raw,
         302, 1},
        {"refused-url", query(0, "https://evil.example.net/"), raw_cookie(),
         few, raw, 400, 1},
        {"wildcard", query(1, "https://pr-17.preview.example.com/bye"),
         raw_cookie(), few, raw, 302, 1},
        {"express", plain, "connect.sid=" + std::string(signed_cookie), few,
         &world.express, 302, 1},
        {"many-urls", query(many_clients - 1, return_url(many_clients - 1, 9)),
         raw_cookie(), &world.many, raw, 302, 1},
        {"long-cookies", plain, long_cookies(), few, raw, 302, 1},
        {"long-url", query(0, return_url(0, 0) + long_query), raw_cookie(), few,
         raw, 302, 1},
        {"eight-sessions", plain, eight_cookies(), few, raw, 302, 8},
    };
}


logout::LogoutPolicy policy_of(const Case& each)
{
    logout::LogoutPolicy policy;
    policy.protocol = logout::find_protocol("auth0");
    policy.clients = each.clients;
    policy.query_matching = policy.protocol->query_matching;
    policy.methods.add(logout::Method::get);
    policy.sessions = {each.session};

    return policy;
}


logout::LogoutRequest request_of(const Case& each,
                                 const std::string_view& cookies)
{
    logout::LogoutRequest request;
    request.query = each.query;
    request.fetch.sec_fetch_site = "same-site";
    request.fetch.sec_fetch_mode = "navigate";
    request.fetch.accept = "text/html,application/xhtml+xml,*/*;q=0.8";
    request.fetch.host = "login.example.com";
    request.cookie_headers = &cookies;
    request.cookie_header_count = cookies.empty() ? 0 : 1;

    return request;
}


class Decision {
public:
    explicit Decision(const Case& each)
        : case_(each), cookies_(each.cookies), policy_(policy_of(each)),
          request_(request_of(each, cookies_))
    {
        expiry_.lines.push_back(
            logout::expire_cookie("sid", logout::CookieAttributes()));
    }

    void decide()
    {
        std::pmr::monotonic_buffer_resource memory(
            memory_.data(), memory_.size(), std::pmr::null_memory_resource());

        const logout::LogoutPlan plan =
            logout::plan_logout(request_, policy_, &memory);
        logout::RedisOutcome outcome;
        outcome.deleted = plan.sessions.size();
        const logout::LogoutResponse response =
            logout::respond(request_, plan, outcome, expiry_, {}, &memory);

        if (response.status != case_.status ||
            plan.sessions.size() != case_.sessions) {
            fail(std::string(case_.name) + ": status " +
                 std::to_string(response.status) + ", " +
                 std::to_string(plan.sessions.size()) + " sessions");
        }
    }

private:
    const Case& case_;
    std::string_view cookies_;
    logout::LogoutPolicy policy_;
    logout::LogoutRequest request_;
    logout::CookieExpiry expiry_;
    std::array<char, memory_size> memory_;
};


void count(const Case& each)
{
    Decision decision(each);
    decision.decide();

    CALLGRIND_ZERO_STATS;
    for (std::size_t i = 0; i < iterations; i++) {
        decision.decide();
    }

    const std::string label =
        std::string(each.name) + "/" + std::to_string(iterations);
    CALLGRIND_DUMP_STATS_AT(label.c_str());
}

}  // namespace


int main()
{
    try {
        const World world;
        for (const Case& each : cases(world)) {
            count(each);
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "decide: %s\n", error.what());
        return 1;
    }

    return 0;
}
