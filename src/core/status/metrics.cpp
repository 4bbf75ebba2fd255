#include "core/status/metrics.hpp"

namespace logout {

namespace {

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

}  // namespace


bool is_result(std::size_t number)
{
    return name(static_cast<Result>(number)) != "unknown";
}


bool is_error(std::size_t number)
{
    return !name(static_cast<RequestError>(number)).empty();
}


void add_counters(LocationCounters& sum, const LocationCounters& more)
{
    for (std::size_t i = 0; i < counted_results; ++i) {
        sum.results[i] += more.results[i];
    }

    for (std::size_t i = 0; i < counted_errors; ++i) {
        sum.errors[i] += more.errors[i];
    }

    sum.keys_deleted += more.keys_deleted;
    sum.abandoned += more.abandoned;
    sum.timeouts += more.timeouts;
    sum.events_sent += more.events_sent;
    sum.events_failed += more.events_failed;
}


std::optional<Outcome> outcome_of(Result result)
{
    switch (result) {
    case Result::logged_out:
        return Outcome::logged_out;
    case Result::no_session:
        return Outcome::no_session;
    case Result::deferred:
        return Outcome::deferred;
    case Result::redis_unavailable:
    case Result::revocations_full:
        return Outcome::failed;
    case Result::preflight:
    case Result::confirmation_required:
        return std::nullopt;
    case Result::bad_request:
    case Result::method_not_allowed:
    case Result::cross_site:
    case Result::prefetch:
    case Result::navigation_required:
    case Result::cookie_required:
    case Result::body_too_large:
        break;
    }

    return Outcome::refused;
}


void add_history(RecentAnswers& sum, const History& history, std::uint64_t now)
{
    const std::uint64_t last = now / history_step;

    for (const History::Step& step : history.steps) {
        if (step.number > last || last - step.number >= history_length) {
            continue;
        }

        const std::size_t place =
            history_length - 1 - static_cast<std::size_t>(last - step.number);

        for (std::size_t i = 0; i < outcome_count; ++i) {
            sum[place][i] += step.answers[i];
        }
    }
}


std::optional<StatusFormat> find_status_format(std::string_view word)
{
    if (word == "prometheus") {
        return StatusFormat::prometheus;
    }

    if (word == "openmetrics") {
        return StatusFormat::openmetrics;
    }

    if (word == "json") {
        return StatusFormat::json;
    }

    if (word == "html") {
        return StatusFormat::html;
    }

    return std::nullopt;
}


StatusFormat status_format(std::string_view accept)
{
    if (contains(accept, "application/openmetrics-text")) {
        return StatusFormat::openmetrics;
    }

    if (contains(accept, "text/html")) {
        return StatusFormat::html;
    }

    return contains(accept, "application/json") ? StatusFormat::json
                                                : StatusFormat::prometheus;
}


std::string_view content_type(StatusFormat format)
{
    switch (format) {
    case StatusFormat::prometheus:
        break;
    case StatusFormat::openmetrics:
        return "application/openmetrics-text; version=1.0.0; charset=utf-8";
    case StatusFormat::json:
        return "application/json";
    case StatusFormat::html:
        return "text/html; charset=utf-8";
    }

    return "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace logout
