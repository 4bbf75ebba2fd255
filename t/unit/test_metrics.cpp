// Counters, and the forms in which they are read.

#include "core/base/escape.hpp"
#include "core/status/metrics.hpp"
#include "core/status/json.hpp"
#include "core/status/prometheus.hpp"
#include "core/status/page.hpp"

#include <jansson.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using namespace std::literals;
using logout::LocationCounters;
using logout::RequestError;
using logout::Result;

namespace {

void check_equal(std::string_view actual, std::string_view expected)
{
    if (actual != expected) {
        fail_msg("\n%.*s\nis not\n%.*s", static_cast<int>(actual.size()),
                 actual.data(), static_cast<int>(expected.size()),
                 expected.data());
    }
}


void check_contains(std::string_view text, std::string_view part)
{
    if (text.find(part) == text.npos) {
        fail_msg("\n%.*s\nis not in\n%.*s", static_cast<int>(part.size()),
                 part.data(), static_cast<int>(text.size()), text.data());
    }
}


void check_lacks(std::string_view text, std::string_view part)
{
    if (text.find(part) != text.npos) {
        fail_msg("\n%.*s\nis in\n%.*s", static_cast<int>(part.size()),
                 part.data(), static_cast<int>(text.size()), text.data());
    }
}


template <typename Append, typename Value>
std::pmr::string appended(Append append, Value value)
{
    std::pmr::string out;

    append(out, value);
    return out;
}


void escapes_html(void**)
{
    const auto html = [](std::string_view text) {
        return appended(logout::append_html, text);
    };

    check_equal(html("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
    check_equal(html("gr\xc3\xb8nn \xf0\x9f\x8d\xaa"),
                "gr\xc3\xb8nn \xf0\x9f\x8d\xaa");
    check_equal(html("\xff\xc3"), "\xef\xbf\xbd\xef\xbf\xbd");
    check_equal(html("a\0b\x1b\x7f\n"sv), "a\xef\xbf\xbd"
                                          "b\xef\xbf\xbd\xef\xbf\xbd\n");
}


void escapes_json(void**)
{
    const auto json = [](std::string_view text) {
        return appended(logout::append_json, text);
    };

    check_equal(json("a\"\\\n\0"sv), R"("a\"\\\u000a\u0000")");
    check_equal(json("</script>&"), R"("\u003c/script\u003e\u0026")");
    check_equal(json("\x80\xc3\xb8"), "\"\xef\xbf\xbd\xc3\xb8\"");
}


void escapes_labels(void**)
{
    const auto label = [](std::string_view text) {
        return appended(logout::append_label, text);
    };

    check_equal(label("~ \\.php\"\n"), R"("~ \\.php\"\n")");
    check_equal(label("\xc3"), "\"\xef\xbf\xbd\"");
}


void writes_thousandths(void**)
{
    const auto text = [](std::uint64_t number) {
        return appended(logout::append_thousandths, number);
    };

    check_equal(text(0), "0");
    check_equal(text(5), "0.005");
    check_equal(text(250), "0.25");
    check_equal(text(1000), "1");
    check_equal(text(12340), "12.34");
}


void counts_answers(void**)
{
    LocationCounters one = {};
    LocationCounters other = {};

    count_answer(one, Result::logged_out, RequestError::none, 2);
    count_answer(one, Result::logged_out, RequestError::unknown_client, 1);
    count_answer(other, Result::prefetch, RequestError::none, 0);
    other.abandoned = 4;
    other.timeouts = 7;
    other.events_sent = 5;
    other.events_failed = 6;
    add_counters(one, other);

    assert_int_equal(one.results[static_cast<int>(Result::logged_out)], 2);
    assert_int_equal(one.results[static_cast<int>(Result::prefetch)], 1);
    assert_int_equal(one.results[static_cast<int>(Result::no_session)], 0);
    assert_int_equal(one.errors[static_cast<int>(RequestError::unknown_client)],
                     1);
    assert_int_equal(one.keys_deleted, 3);
    assert_int_equal(one.abandoned, 4);
    assert_int_equal(one.timeouts, 7);
    assert_int_equal(one.events_sent, 5);
    assert_int_equal(one.events_failed, 6);
}


void counts_every_result(void**)
{
    assert_true(logout::is_result(0));
    assert_true(
        logout::is_result(static_cast<std::size_t>(Result::body_too_large)));
    assert_false(logout::is_result(logout::counted_results - 1));
    assert_false(logout::is_error(0));
    assert_true(logout::is_error(1));
    assert_false(logout::is_error(logout::counted_errors - 1));
}


void remembers_ten_minutes(void**)
{
    logout::History history = {};
    logout::RecentAnswers recent = {};
    const std::uint64_t now = 1700000000;

    note_answer(history, now - 1000, logout::Outcome::failed);
    note_answer(history, now - 591, logout::Outcome::failed);
    note_answer(history, now - 590, logout::Outcome::logged_out);
    note_answer(history, now - 570, logout::Outcome::logged_out);
    note_answer(history, now, logout::Outcome::refused);
    note_answer(history, now, logout::Outcome::refused);
    note_answer(history, now, logout::Outcome::no_session);
    add_history(recent, history, now);

    assert_int_equal(recent[0][0], 1);
    assert_int_equal(recent[1][0], 0);
    assert_int_equal(recent[2][0], 1);
    assert_int_equal(recent[59][1], 1);
    assert_int_equal(recent[59][3], 2);

    std::uint64_t failed = 0;
    for (const auto& step : recent) {
        failed += step[4];
    }
    assert_int_equal(failed, 0);
}


void forgets_what_is_older(void**)
{
    logout::History history = {};
    const std::uint64_t now = 1700000000;

    // the same place in the ring, one round later
    note_answer(history, now, logout::Outcome::failed);
    note_answer(history, now + 610, logout::Outcome::logged_out);

    logout::RecentAnswers recent = {};
    add_history(recent, history, now + 610);
    assert_int_equal(recent[59][0], 1);
    assert_int_equal(recent[59][4], 0);

    // a worker whose clock is behind
    recent = {};
    add_history(recent, history, now + 600);
    for (const auto& step : recent) {
        assert_int_equal(step[0], 0);
    }
}


void chooses_the_format(void**)
{
    using logout::StatusFormat;

    assert_true(logout::status_format("") == StatusFormat::prometheus);
    assert_true(logout::status_format("*/*") == StatusFormat::prometheus);
    assert_true(
        logout::status_format("application/openmetrics-text;version=1.0.0,"
                              "text/plain;version=0.0.4;q=0.5,*/*;q=0.1") ==
        StatusFormat::openmetrics);
    assert_true(
        logout::status_format("text/html,application/xhtml+xml,*/*;q=0.8") ==
        StatusFormat::html);
    assert_true(logout::status_format("application/json") ==
                StatusFormat::json);
    assert_true(logout::find_status_format("json") == StatusFormat::json);
    assert_false(logout::find_status_format("xml").has_value());
}


void fill(logout::ServerNumbers& numbers)
{
    numbers.workers = 4;
    numbers.workers_down = 1;
    numbers.in_flight = 7;
    numbers.connects = 10;
    numbers.established = 9;
    numbers.reconnects = 8;
    numbers.failures.push_back({"connect", 3});
    numbers.commands = 20;
    numbers.unreplicated = 6;
    numbers.latency = {{1, 5}, {25, 3}, {1000, 0}};
    numbers.latency_over = 2;
    numbers.latency_sum = 4250;
}


logout::StoreMetrics some_store()
{
    logout::StoreMetrics store(std::pmr::new_delete_resource());

    store.store = "sessions";
    store.rejected = 8;
    fill(store);

    logout::ServerMetrics& server =
        store.servers.emplace_back(std::pmr::new_delete_resource());
    server.server = "10.0.0.7:6379";
    fill(server);

    logout::ServerMetrics& sentinel =
        store.sentinels.emplace_back(std::pmr::new_delete_resource());
    sentinel.server = "10.0.0.8:26379";
    fill(sentinel);
    return store;
}


logout::Metrics some_metrics()
{
    logout::Metrics metrics(std::pmr::new_delete_resource());

    metrics.version = "1.2.3";
    metrics.now = 1700000000;
    metrics.since = 1699990000;
    metrics.locations.push_back({"example.com/v2/logout", "auth0", {}});
    metrics.locations.push_back({"~ \"<\\", "schibsted", {}});

    count_answer(metrics.locations[0].counters, Result::logged_out,
                 RequestError::return_url_not_allowed, 3);
    count_answer(metrics.locations[1].counters, Result::cross_site,
                 RequestError::none, 0);
    metrics.stores.push_back(some_store());
    metrics.recent[59] = {1, 2, 0, 0, 0};
    return metrics;
}


std::pmr::string exposed(const logout::Metrics& metrics,
                         logout::Exposition exposition)
{
    std::pmr::string out;

    write_prometheus(metrics, exposition, out);
    return out;
}


void writes_prometheus(void**)
{
    const auto text = exposed(some_metrics(), logout::Exposition::text);

    check_contains(text, "# HELP nginx_logout_requests_total Logout requests"
                         " answered, by $logout_result.\n"
                         "# TYPE nginx_logout_requests_total counter\n"
                         "nginx_logout_requests_total{location="
                         "\"example.com/v2/logout\",protocol=\"auth0\","
                         "result=\"logged_out\"} 1\n");
    check_contains(text, "nginx_logout_requests_total{location=\"~ \\\"<\\\\\","
                         "protocol=\"schibsted\",result=\"cross_site\"} 1\n");
    check_contains(text, "error=\"return_url_not_allowed\"} 1\n");
    check_contains(text, "nginx_logout_keys_deleted_total{location="
                         "\"example.com/v2/logout\",protocol=\"auth0\"} 3\n");
    check_contains(text, "# TYPE nginx_logout_build_info gauge\n"
                         "nginx_logout_build_info{version=\"1.2.3\"} 1\n");
    check_contains(text, "nginx_logout_redis_workers{redis=\"sessions\",server="
                         "\"10.0.0.7:6379\",role=\"server\",state=\"up\"} 3\n"
                         "nginx_logout_redis_workers{redis=\"sessions\",server="
                         "\"10.0.0.7:6379\",role=\"server\",state=\"down\"} 1\n"
                         "nginx_logout_redis_workers{redis=\"sessions\",server="
                         "\"10.0.0.8:26379\",role=\"sentinel\","
                         "state=\"up\"} 3\n");
    check_contains(text, "server=\"10.0.0.7:6379\",role=\"server\","
                         "reason=\"connect\"} 3\n");
    check_contains(text, "server=\"10.0.0.8:26379\",role=\"sentinel\","
                         "reason=\"connect\"} 3\n");
    check_contains(text, "nginx_logout_redis_connects_total{redis=\"sessions\","
                         "server=\"10.0.0.8:26379\",role=\"sentinel\"} 10\n");
    check_contains(text, "nginx_logout_redis_reconnects_total{redis="
                         "\"sessions\",server=\"10.0.0.7:6379\","
                         "role=\"server\"} 8\n");
    check_lacks(text, "commands_total{redis=\"sessions\","
                      "server=\"10.0.0.8:26379\"");
    check_lacks(text, "# EOF");
    check_lacks(text, "# UNIT");
    check_lacks(text, "nginx_logout_deferred");
}


void writes_a_histogram(void**)
{
    check_contains(exposed(some_metrics(), logout::Exposition::text),
                   "# TYPE nginx_logout_redis_reply_seconds histogram\n"
                   "nginx_logout_redis_reply_seconds_bucket{redis=\"sessions\","
                   "server=\"10.0.0.7:6379\","
                   "le=\"0.001\"} 5\n"
                   "nginx_logout_redis_reply_seconds_bucket{redis=\"sessions\","
                   "server=\"10.0.0.7:6379\","
                   "le=\"0.025\"} 8\n"
                   "nginx_logout_redis_reply_seconds_bucket{redis=\"sessions\","
                   "server=\"10.0.0.7:6379\","
                   "le=\"1\"} 8\n"
                   "nginx_logout_redis_reply_seconds_bucket{redis=\"sessions\","
                   "server=\"10.0.0.7:6379\","
                   "le=\"+Inf\"} 10\n"
                   "nginx_logout_redis_reply_seconds_sum{redis=\"sessions\","
                   "server=\"10.0.0.7:6379\"} 4.25\n"
                   "nginx_logout_redis_reply_seconds_count{redis=\"sessions\","
                   "server=\"10.0.0.7:6379\"} 10\n");
}


void writes_openmetrics(void**)
{
    auto metrics = some_metrics();
    metrics.deferred.push_back({"late", 3, 60250, 4, 5, 6});

    const auto text = exposed(metrics, logout::Exposition::openmetrics);

    check_contains(text, "# TYPE nginx_logout_requests counter\n"
                         "nginx_logout_requests_total{");
    check_contains(text, "# TYPE nginx_logout_build info\n"
                         "nginx_logout_build_info{version=\"1.2.3\"} 1\n");
    check_contains(text, "# UNIT nginx_logout_redis_reply_seconds seconds\n");
    check_contains(text, "le=\"1.0\"} 8\n");
    check_contains(text, "nginx_logout_deferred_deletions{zone=\"late\"} 3\n");
    check_contains(text, "nginx_logout_deferred_oldest_age_seconds"
                         "{zone=\"late\"} 60.25\n");
    check_contains(text, "nginx_logout_deferred_dropped_total{zone=\"late\"}"
                         " 6\n");
    check_equal(text.substr(text.size() - 6), "# EOF\n");
}


void leaves_out_what_is_not_there(void**)
{
    auto metrics = some_metrics();
    metrics.stores.clear();

    check_lacks(exposed(metrics, logout::Exposition::text),
                "nginx_logout_redis_");
}


void writes_json(void**)
{
    std::pmr::string out;
    write_metrics_json(some_metrics(), out);

    json_error_t error;
    json_t* const json = json_loadb(out.data(), out.size(), 0, &error);
    if (json == nullptr) {
        fail_msg("%s: %s", error.text, out.c_str());
    }

    const json_t* const location =
        json_array_get(json_object_get(json, "locations"), 0);
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(location, "results"), "logged_out")),
                     1);
    assert_int_equal(
        json_integer_value(json_object_get(location, "keys_deleted")), 3);

    const json_t* const store =
        json_array_get(json_object_get(json, "redis"), 0);
    assert_string_equal(json_string_value(json_object_get(store, "redis")),
                        "sessions");
    assert_int_equal(
        json_array_size(json_object_get(
            json_object_get(store, "reply_milliseconds"), "buckets")),
        3);

    const json_t* const recent = json_object_get(json, "recent");
    assert_int_equal(json_array_size(json_object_get(recent, "logged_out")),
                     60);
    json_decref(json);
}


std::pmr::string page_of(const logout::Metrics& metrics, unsigned refresh)
{
    std::pmr::string out;

    write_status_page(metrics, {"host<1>", refresh}, out);
    return out;
}


void draws_a_page(void**)
{
    const auto page = page_of(some_metrics(), 5);

    check_contains(page, "<title>Logouts on host&lt;1&gt;</title>");
    check_contains(page, "<meta http-equiv=\"refresh\" content=\"5\">");
    check_contains(page, "Since 2023-11-14 19:26:40 UTC");
    check_contains(page, "<code>~ &quot;&lt;\\</code>");
    check_contains(page, "3 answers in the last ten minutes, at most 3 in ten"
                         " seconds");
    check_contains(page, "<span>4</span><span>2</span><span>0</span>");
    check_contains(page, "<rect x=\"590.5\" y=\"75\" width=\"9\" height=\"25\""
                         " class=\"logged-out\" fill=\"#00805c\"/>"
                         "<rect x=\"590.5\" y=\"25\" width=\"9\" height=\"50\""
                         " class=\"no-session\" fill=\"#2f81c1\"/>");
    check_contains(page, "<code>return_url_not_allowed</code>");
    check_contains(page, "<code>cross_site</code>");
    check_contains(page, "down</span> for 1 of 4 workers");
    check_contains(page, "over 1000 ms</th>");
    check_contains(page, "width=\"50%\"/>");
    check_lacks(page, "<script");
    check_lacks(page, "style=\"");
    check_lacks(page, "://");
}


void draws_an_empty_page(void**)
{
    const logout::Metrics metrics(std::pmr::new_delete_resource());
    const auto page = page_of(metrics, 0);

    check_lacks(page, "http-equiv");
    check_lacks(page, "Refusals and problems");
    check_lacks(page, "<rect x=");
    check_contains(page, "0 answers in the last ten minutes");
}


void draws_no_bar_over_the_top(void**)
{
    auto metrics = some_metrics();
    metrics.recent[0] = {1000, 0, 0, 0, 1};

    check_contains(page_of(metrics, 0), "<span>2000</span>");
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(escapes_html),
        cmocka_unit_test(escapes_json),
        cmocka_unit_test(escapes_labels),
        cmocka_unit_test(writes_thousandths),
        cmocka_unit_test(counts_answers),
        cmocka_unit_test(counts_every_result),
        cmocka_unit_test(remembers_ten_minutes),
        cmocka_unit_test(forgets_what_is_older),
        cmocka_unit_test(chooses_the_format),
        cmocka_unit_test(writes_prometheus),
        cmocka_unit_test(writes_a_histogram),
        cmocka_unit_test(writes_openmetrics),
        cmocka_unit_test(leaves_out_what_is_not_there),
        cmocka_unit_test(writes_json),
        cmocka_unit_test(draws_a_page),
        cmocka_unit_test(draws_an_empty_page),
        cmocka_unit_test(draws_no_bar_over_the_top),
    };

    return cmocka_run_group_tests_name("metrics", tests, nullptr, nullptr);
}
