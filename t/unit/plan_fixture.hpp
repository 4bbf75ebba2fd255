// A location's configuration and a request, for tests of the plan.

#ifndef LOGOUT_TEST_PLAN_FIXTURE_HPP
#define LOGOUT_TEST_PLAN_FIXTURE_HPP

#include "core/plan/plan.hpp"

#include <deque>
#include <initializer_list>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

using UrlEntries = std::initializer_list<std::string_view>;

// A GET of a browser, to an endpoint without lists, clients and sessions.
// What does not compile throws.
class PlanFixture {
public:
    explicit PlanFixture(std::string_view protocol)
    {
        policy.protocol = logout::find_protocol(protocol);
        policy.query_matching = policy.protocol->query_matching;
        policy.methods.add(logout::Method::get);
        policy.methods.add(logout::Method::post);
        request.fetch.host = "id.test";
    }

    void tenant(UrlEntries entries)
    {
        add_all(entries, tenant_);
        policy.tenant_urls = &tenant_;
    }

    void client(std::string_view id, UrlEntries entries,
                std::initializer_list<std::string_view> origins = {})
    {
        logout::Client made;

        made.id = id;
        add_all(entries, made.return_urls);
        for (const std::string_view origin : origins) {
            made.origins.add(origin);
        }

        clients_.add(std::move(made));
        policy.clients = &clients_;
    }

    // A session of format raw.
    void session(std::string_view cookie, std::string_view prefix)
    {
        logout::SessionSettings settings;
        std::string problem;

        settings.format = "raw";
        settings.cookie = cookie;
        settings.prefix = prefix;

        auto reader = logout::SessionReader::compile(settings, problem);
        readers_.push_back(std::move(reader.value()));
        policy.sessions.push_back(&readers_.back());
    }

    void cookies(std::initializer_list<std::string_view> headers)
    {
        cookie_headers_ = headers;
        request.cookie_headers = cookie_headers_.data();
        request.cookie_header_count = cookie_headers_.size();
    }

    logout::LogoutPlan plan()
    {
        return logout::plan_logout(request, policy, &memory_);
    }

    logout::LogoutPlan plan(std::string_view query)
    {
        request.query = query;
        return plan();
    }

    // All keys of all sessions, separated by spaces.
    static std::string keys(const logout::LogoutPlan& plan)
    {
        std::string all;

        for (const logout::PlannedSession& planned : plan.sessions) {
            for (const std::string_view key : planned.session.keys) {
                all += all.empty() ? "" : " ";
                all += key;
            }
        }

        return all;
    }

    logout::LogoutPolicy policy;
    logout::LogoutRequest request;

private:
    static void add_all(UrlEntries entries, logout::Allowlist& list)
    {
        for (const std::string_view entry : entries) {
            list.add(entry);
        }

        list.compile();
    }

    std::pmr::monotonic_buffer_resource memory_;
    logout::Allowlist tenant_;
    logout::ClientRegistry clients_;
    std::deque<logout::SessionReader> readers_;
    std::vector<std::string_view> cookie_headers_;
};

#endif
