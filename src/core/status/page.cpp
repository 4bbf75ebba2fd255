#include "core/status/page.hpp"

#include "core/base/escape.hpp"
#include "core/base/html_page.hpp"

#include <algorithm>
#include <ctime>

namespace logout {

namespace {

struct OutcomeStyle {
    std::string_view name;
    std::string_view css_class;
    std::string_view colour;  // where the style sheet is not applied
};

// In the order of enum Outcome.
constexpr OutcomeStyle outcomes[outcome_count] = {
    {"logged out", "logged-out", "#00805c"},
    {"no session", "no-session", "#2f81c1"},
    {"deferred", "deferred", "#a2558a"},
    {"refused", "refused", "#b36b00"},
    {"Redis unavailable", "failed", "#c43c00"},
};


std::uint64_t result_count(const LocationCounters& counters, Outcome outcome)
{
    std::uint64_t count = 0;

    for (std::size_t i = 0; i < counted_results; ++i) {
        if (is_result(i) && outcome_of(static_cast<Result>(i)) == outcome) {
            count += counters.results[i];
        }
    }

    return count;
}


std::uint64_t sum_of(const std::array<std::uint64_t, outcome_count>& step)
{
    std::uint64_t sum = 0;

    for (const std::uint64_t count : step) {
        sum += count;
    }

    return sum;
}


// The least of 2, 4, 10, 20, 40, 100, ... that is not below `count`: the half
// of each is a whole number.
std::uint64_t round_up(std::uint64_t count)
{
    std::uint64_t unit = 1;

    for (;;) {
        for (const std::uint64_t factor : {2, 4, 10}) {
            if (count <= factor * unit) {
                return factor * unit;
            }
        }

        unit *= 10;
    }
}


void append_time(std::pmr::string& out, std::uint64_t seconds)
{
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts = {};
    char text[32];

    gmtime_r(&time, &parts);
    const std::size_t length =
        std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &parts);

    out.append(text, length);
}


void append_total(std::pmr::string& out, std::string_view title,
                  std::uint64_t count)
{
    out += "<div><dt>";
    out += title;
    out += "</dt><dd>";
    append_number(out, count);
    out += "</dd></div>\n";
}


void append_fill(std::pmr::string& out, const OutcomeStyle& outcome)
{
    out += "class=\"";
    out += outcome.css_class;
    out += "\" fill=\"";
    out += outcome.colour;
    out += '"';
}


void write_totals(const Metrics& metrics, std::pmr::string& out)
{
    std::uint64_t totals[outcome_count] = {};
    std::uint64_t keys_deleted = 0;

    for (const LocationMetrics& location : metrics.locations) {
        for (std::size_t i = 0; i < outcome_count; ++i) {
            totals[i] +=
                result_count(location.counters, static_cast<Outcome>(i));
        }

        keys_deleted += location.counters.keys_deleted;
    }

    out += "<section class=\"card\" aria-labelledby=\"totals\">\n"
           "<h2 id=\"totals\">Since ";
    append_time(out, metrics.since);
    out += "</h2>\n<dl class=\"totals\">\n";

    for (std::size_t i = 0; i < outcome_count; ++i) {
        append_total(out, outcomes[i].name, totals[i]);
    }

    append_total(out, "keys deleted", keys_deleted);

    out += "</dl>\n</section>\n";
}


void write_rect(std::pmr::string& out, std::size_t step, std::uint64_t from,
                std::uint64_t height, const OutcomeStyle& outcome)
{
    out += "<rect x=\"";
    append_thousandths(out, step * 10000 + 500);
    out += "\" y=\"";
    append_thousandths(out, 100000 - from - height);
    out += "\" width=\"9\" height=\"";
    append_thousandths(out, height);
    out += "\" ";
    append_fill(out, outcome);
    out += "/>";
}


// Bars of 600 x 100, in thousandths.
void write_bars(const RecentAnswers& recent, std::uint64_t top,
                std::pmr::string& out)
{
    for (std::size_t step = 0; step < history_length; ++step) {
        std::uint64_t below = 0;

        for (std::size_t i = 0; i < outcome_count; ++i) {
            if (recent[step][i] > 0) {
                const std::uint64_t from = below * 100000 / top;

                below += recent[step][i];
                write_rect(out, step, from, below * 100000 / top - from,
                           outcomes[i]);
            }
        }
    }
}


void write_legend(std::pmr::string& out)
{
    out += "<ul class=\"legend\">\n";

    for (const OutcomeStyle& outcome : outcomes) {
        out += "<li><svg viewBox=\"0 0 10 10\" aria-hidden=\"true\">"
               "<rect width=\"10\" height=\"10\" ";
        append_fill(out, outcome);
        out += "/></svg> ";
        out += outcome.name;
        out += "</li>\n";
    }

    out += "</ul>\n";
}


void write_recent(const Metrics& metrics, std::pmr::string& out)
{
    std::uint64_t most = 0;
    std::uint64_t all = 0;

    for (const auto& step : metrics.recent) {
        most = std::max(most, sum_of(step));
        all += sum_of(step);
    }

    const std::uint64_t top = round_up(most);

    out += "<section class=\"card\" aria-labelledby=\"recent\">\n"
           "<h2 id=\"recent\">Answers in the last ten minutes</h2>\n"
           "<div class=\"chart\">\n<div class=\"axis y\" aria-hidden=\"true\">"
           "<span>";
    append_number(out, top);
    out += "</span><span>";
    append_number(out, top / 2);
    out += "</span><span>0</span></div>\n"
           "<svg viewBox=\"0 0 600 100\" preserveAspectRatio=\"none\""
           " role=\"img\" aria-label=\"";
    append_number(out, all);
    out += " answers in the last ten minutes, at most ";
    append_number(out, most);
    out += " in ten seconds\">"
           "<g class=\"grid\" stroke=\"#d0d7de\">"
           "<path d=\"M0 0H600M0 50H600M0 100H600\""
           " vector-effect=\"non-scaling-stroke\"/></g>";
    write_bars(metrics.recent, top, out);
    out += "</svg>\n<span></span>\n<div class=\"axis\" aria-hidden=\"true\">"
           "<span>10 min ago</span><span>5 min</span><span>now</span></div>\n"
           "</div>\n";
    write_legend(out);
    out += "<p class=\"hint\">A bar is ten seconds.</p>\n</section>\n";
}


void append_cell(std::pmr::string& out, std::uint64_t count)
{
    out += "<td class=\"n\">";
    append_number(out, count);
    out += "</td>";
}


void begin_table(std::pmr::string& out, std::string_view id,
                 std::string_view title)
{
    out += "<section class=\"card\" aria-labelledby=\"";
    out += id;
    out += "\">\n<h2 id=\"";
    out += id;
    out += "\">";
    out += title;
    out += "</h2>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\""
           " aria-labelledby=\"";
    out += id;
    out += "\">\n<table>\n";
}


void end_table(std::pmr::string& out)
{
    out += "</tbody>\n</table>\n</div>\n</section>\n";
}


void write_locations(const Metrics& metrics, std::pmr::string& out)
{
    begin_table(out, "locations", "Locations");
    out += "<thead><tr><th scope=\"col\">Location</th>"
           "<th scope=\"col\">Protocol</th>";

    for (const OutcomeStyle& outcome : outcomes) {
        out += "<th scope=\"col\" class=\"n\">";
        out += outcome.name;
        out += "</th>";
    }

    out += "<th scope=\"col\" class=\"n\">keys deleted</th></tr></thead>\n"
           "<tbody>\n";

    for (const LocationMetrics& location : metrics.locations) {
        out += "<tr><th scope=\"row\"><code>";
        append_html(out, location.location);
        out += "</code></th><td>";
        append_html(out, location.protocol);
        out += "</td>";

        for (std::size_t i = 0; i < outcome_count; ++i) {
            append_cell(
                out, result_count(location.counters, static_cast<Outcome>(i)));
        }

        append_cell(out, location.counters.keys_deleted);
        out += "</tr>\n";
    }

    end_table(out);
}


void write_problem(std::pmr::string& out, const LocationMetrics& location,
                   std::string_view word, std::string_view meaning,
                   std::uint64_t count)
{
    out += "<tr><th scope=\"row\"><code>";
    append_html(out, word);
    out += "</code></th><td>";
    append_html(out, meaning);
    out += "</td><td><code>";
    append_html(out, location.location);
    out += "</code></td>";
    append_cell(out, count);
    out += "</tr>\n";
}


void write_problems_of(const LocationMetrics& location, std::pmr::string& out)
{
    const LocationCounters& counters = location.counters;

    for (std::size_t i = 0; i < counted_errors; ++i) {
        if (is_error(i) && counters.errors[i] > 0) {
            const auto error = static_cast<RequestError>(i);
            write_problem(out, location, name(error), explain_to_user(error),
                          counters.errors[i]);
        }
    }

    for (std::size_t i = 0; i < counted_results; ++i) {
        const auto result = static_cast<Result>(i);
        const bool is_problem = is_result(i) && counters.results[i] > 0 &&
                                outcome_of(result) >= Outcome::refused;

        if (is_problem) {
            write_problem(out, location, name(result), explain_to_user(result),
                          counters.results[i]);
        }
    }

    if (counters.events_failed > 0) {
        write_problem(out, location, "event",
                      "Redis did not take an event of logout_event.",
                      counters.events_failed);
    }
}


void write_problems(const Metrics& metrics, std::pmr::string& out)
{
    std::pmr::string rows(out.get_allocator());

    for (const LocationMetrics& location : metrics.locations) {
        write_problems_of(location, rows);
    }

    if (rows.empty()) {
        return;
    }

    begin_table(out, "problems", "Refusals and problems");
    out += "<thead><tr><th scope=\"col\">Name</th>"
           "<th scope=\"col\">What the user is told</th>"
           "<th scope=\"col\">Location</th>"
           "<th scope=\"col\" class=\"n\">Count</th></tr></thead>\n<tbody>\n";
    out += rows;
    end_table(out);
}


void write_fact(std::pmr::string& out, std::string_view term,
                std::uint64_t count)
{
    out += "<dt>";
    append_html(out, term);
    out += "</dt><dd>";
    append_number(out, count);
    out += "</dd>\n";
}


void write_state(const ServerNumbers& store, std::pmr::string& out)
{
    out += "<dt>state</dt><dd>";

    if (store.workers_down == 0) {
        out += "<span class=\"good\">up</span>";
    } else {
        out += "<span class=\"bad\">down</span> for ";
        append_number(out, store.workers_down);
        out += " of ";
        append_number(out, store.workers);
        out += " workers";
    }

    out += "</dd>\n";
}


void write_connections(const ServerNumbers& numbers, std::pmr::string& out)
{
    write_state(numbers, out);
    write_fact(out, "attempts to connect", numbers.connects);
    write_fact(out, "connections", numbers.established);
    write_fact(out, "reconnects", numbers.reconnects);

    for (const NamedCount& failure : numbers.failures) {
        if (failure.count > 0) {
            out += "<dt>connections given up, ";
            append_html(out, failure.name);
            out += "</dt><dd>";
            append_number(out, failure.count);
            out += "</dd>\n";
        }
    }
}


void write_numbers(const ServerNumbers& numbers, std::pmr::string& out)
{
    write_connections(numbers, out);
    write_fact(out, "commands in flight", numbers.in_flight);
    write_fact(out, "commands", numbers.commands);
    write_fact(out, "error replies", numbers.errors);
    write_fact(out, "unanswered commands", numbers.unavailable);
}


void write_store_facts(const StoreMetrics& store, std::pmr::string& out)
{
    out += "<dl class=\"facts\">\n";
    write_numbers(store, out);
    write_fact(out, "rejected, being down", store.rejected);
    write_fact(out, "rejected, too many", store.overflows);
    out += "</dl>\n";
}


// 12.5 % of the replies; `title` is the row's first cell.
void write_latency_row(std::pmr::string& out, std::string_view title,
                       std::uint64_t bound, std::uint64_t count,
                       std::uint64_t all)
{
    const std::uint64_t share = count * 100000 / all;  // thousandths of percent

    out += "<tr><th scope=\"row\" class=\"n\">";
    out += title;
    append_number(out, bound);
    out += " ms</th><td class=\"bar\"><svg aria-hidden=\"true\">"
           "<rect class=\"fill\" fill=\"#0b5cad\" height=\"100%\" width=\"";
    append_thousandths(out, share);
    out += "%\"/></svg></td>";
    append_cell(out, count);
    out += "<td class=\"n\">";
    append_thousandths(out, (share + 50) / 100 * 100);
    out += " %</td></tr>\n";
}


void write_latency(const ServerNumbers& store, std::pmr::string& out)
{
    std::uint64_t all = store.latency_over;

    for (const ServerNumbers::Bucket& bucket : store.latency) {
        all += bucket.count;
    }

    if (all == 0) {
        return;
    }

    out += "<h3>How long replies take</h3>\n<div class=\"scroll\""
           " role=\"region\" tabindex=\"0\""
           " aria-label=\"How long replies take\">\n<table>\n<thead><tr>"
           "<th scope=\"col\" class=\"n\">up to</th>"
           "<th scope=\"col\"><span aria-hidden=\"true\"></span></th>"
           "<th scope=\"col\" class=\"n\">replies</th>"
           "<th scope=\"col\" class=\"n\">share</th></tr></thead>\n<tbody>\n";

    for (const ServerNumbers::Bucket& bucket : store.latency) {
        write_latency_row(out, "", bucket.bound, bucket.count, all);
    }

    if (!store.latency.empty()) {
        write_latency_row(out, "over ", store.latency.back().bound,
                          store.latency_over, all);
    }

    out += "</tbody>\n</table>\n</div>\n";
}


// `write` is for the facts.
void write_server(std::string_view what, const ServerMetrics& server,
                  void (*write)(const ServerNumbers&, std::pmr::string&),
                  std::pmr::string& out)
{
    out += "<h3>";
    out += what;
    out += " <code>";
    append_html(out, server.server);
    out += "</code></h3>\n<dl class=\"facts\">\n";
    write(server, out);
    out += "</dl>\n";
}


// Of one server there is nothing to tell beside what its store tells.
void write_servers(const StoreMetrics& store, std::pmr::string& out)
{
    if (store.servers.size() > 1) {
        for (const ServerMetrics& server : store.servers) {
            write_server("Server", server, write_numbers, out);
        }
    }

    for (const ServerMetrics& sentinel : store.sentinels) {
        write_server("Sentinel", sentinel, write_connections, out);
    }
}


void write_stores(const Metrics& metrics, std::pmr::string& out)
{
    for (const StoreMetrics& store : metrics.stores) {
        out += "<section class=\"card\">\n<h2>Redis <code>";
        append_html(out, store.store);
        out += "</code></h2>\n";
        write_store_facts(store, out);
        write_latency(store, out);
        write_servers(store, out);
        out += "</section>\n";
    }
}


void write_deferred(const Metrics& metrics, std::pmr::string& out)
{
    for (const DeferredMetrics& deferred : metrics.deferred) {
        out += "<section class=\"card\">\n<h2>Deletions for later, <code>";
        append_html(out, deferred.zone);
        out += "</code></h2>\n<dl class=\"facts\">\n";
        write_fact(out, "waiting", deferred.waiting);
        out += "<dt>oldest</dt><dd>";
        append_thousandths(out, deferred.oldest_age / 100 * 100);
        out += " s</dd>\n";
        write_fact(out, "done", deferred.done);
        write_fact(out, "no room for", deferred.refused);
        write_fact(out, "given up", deferred.dropped);
        out += "</dl>\n</section>\n";
    }
}


void write_stream(const RevocationStreamMetrics& stream, std::pmr::string& out)
{
    if (stream.age) {
        write_fact(out, "milliseconds since it was up to date", *stream.age);
    } else {
        out += "<dt>up to date</dt><dd>not yet</dd>\n";
    }
    write_fact(out, "entries read from the stream", stream.received);
    write_fact(out, "entries of no use", stream.ill_formed);
    write_fact(out, "times that the stream was cut or replaced", stream.lost);
}


void write_revocations(const Metrics& metrics, std::pmr::string& out)
{
    for (const RevocationMetrics& revocations : metrics.revocations) {
        out += "<section class=\"card\">\n<h2>Ended sessions, <code>";
        append_html(out, revocations.zone);
        out += "</code></h2>\n<dl class=\"facts\">\n";
        write_fact(out, "sessions that are refused", revocations.entries);
        write_fact(out, "room for", revocations.capacity);
        write_fact(out, "no room for", revocations.refused);
        write_fact(out, "begun anew", revocations.lifted);
        if (revocations.stream) {
            write_stream(*revocations.stream, out);
        }

        for (std::size_t i = 0; i < guard_verdicts; ++i) {
            out += "<dt>requests, <code>";
            out += name(static_cast<GuardVerdict>(i));
            out += "</code></dt><dd>";
            append_number(out, revocations.requests[i]);
            out += "</dd>\n";
        }
        out += "</dl>\n</section>\n";
    }
}


void write_refresh(const StatusPage& page, std::pmr::string& out)
{
    if (page.refresh_seconds > 0) {
        out += "The page loads itself again every ";
        append_number(out, page.refresh_seconds);
        out += " seconds. <a href=\"?format=html&amp;refresh=off\">"
               "Let it stay as it is</a>.";
    } else {
        out += "<a href=\"?format=html\">Let the page load itself again</a>"
               " every few seconds.";
    }
}


void write_links(std::pmr::string& out)
{
    out += "<p class=\"dim\">The same numbers as <a"
           " href=\"?format=prometheus\">Prometheus' text format</a>, <a"
           " href=\"?format=openmetrics\">OpenMetrics</a> and <a"
           " href=\"?format=json\">JSON</a>.</p>\n";
}

}  // namespace


void write_status_page(const Metrics& metrics, const StatusPage& page,
                       std::pmr::string& out)
{
    std::pmr::string title("Logouts on ", out.get_allocator());
    title += page.host;

    open_page(out, title, page.refresh_seconds);

    out += "<p class=\"dim\">At ";
    append_time(out, metrics.now);
    out += ". ";
    write_refresh(page, out);
    out += "</p>\n";

    write_totals(metrics, out);
    write_recent(metrics, out);
    write_locations(metrics, out);
    write_problems(metrics, out);
    write_stores(metrics, out);
    write_deferred(metrics, out);
    write_revocations(metrics, out);
    write_links(out);

    close_page(out);
}

}  // namespace logout
