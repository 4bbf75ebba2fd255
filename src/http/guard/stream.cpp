#include "http/guard/stream.hpp"

#include "http/conf.hpp"
#include "http/guard/stream_reader.hpp"
#include "http/pool.hpp"

#include "core/base/text.hpp"

#include <charconv>

namespace logout::http {

namespace {

// Hosts' clocks may differ by this much before one trims what another needs.
constexpr Milliseconds clock_tolerance = 60 * 1000;


std::string_view decimal(Milliseconds time, std::pmr::memory_resource* memory)
{
    char text[20];
    const auto end = std::to_chars(text, text + sizeof(text), time).ptr;

    return copy_text({text, static_cast<std::size_t>(end - text)}, memory);
}


// What is older has expired.
Milliseconds trimmed_before(const RevocationZone& zone, Milliseconds now)
{
    const Milliseconds kept =
        static_cast<Milliseconds>(zone.lifetime) * 1000 + clock_tolerance;

    return now > kept ? now - kept : 0;
}


void lift_spread(void* data, const redis::Reply& reply)
{
    const auto* const zone = static_cast<const RevocationZone*>(data);

    if (reply.status != redis::ReplyStatus::text) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "logout_revocations \"%s\": other hosts were not told of"
                      " a session that began under an id that had ended, and"
                      " refuse it",
                      zone->name.c_str());
    }
}

}  // namespace


std::pmr::vector<std::string_view>
stream_command(const RevocationZone& zone, StreamEntry entry,
               std::pmr::memory_resource* memory)
{
    const Milliseconds now = now_in_milliseconds();

    if (!entry.lift) {
        entry.since = now;
    }
    entry.expires = now + static_cast<Milliseconds>(zone.lifetime) * 1000;

    const StreamEntryFields fields(entry);
    std::pmr::vector<std::string_view> words(
        {"XADD", zone.stream->key, "MINID", "~",
         decimal(trimmed_before(zone, now), memory), "*"},
        memory);

    for (std::size_t i = 0; i < fields.size(); ++i) {
        words.push_back(copy_text(fields.data()[i], memory));
    }
    return words;
}


void spread_lift(ngx_http_request_t* r, RevocationZone& zone,
                 const StreamEntry& entry, Milliseconds moment)
{
    if (!zone.stream) {
        return;
    }

    PoolMemory memory(r->pool);
    StreamEntry lift = entry;

    lift.lift = true;
    lift.since = moment - 1;

    const auto words = stream_command(zone, lift, &memory);
    redis::Store* const store =
        ngx_http_logout_main_conf(r)->workers[*zone.stream->store];

    if (redis::send_command(store, words.data(), words.size(), lift_spread,
                            &zone) == nullptr) {
        lift_spread(&zone, {redis::ReplyStatus::unavailable, 0, {}});
    }
}


bool find_stream(ngx_conf_t* cf, RevocationZone& zone)
{
    if (!zone.stream || zone.stream->store) {
        return true;
    }

    std::string problem;

    zone.stream->store = ngx_http_logout_store_index(
        ngx_http_logout_main_conf(cf)->stores, zone.stream->redis, problem);
    if (!zone.stream->store) {
        ngx_http_logout_conf_error(cf, zone.stream->place,
                                   "logout_revocations \"" + zone.name +
                                       "\": " + problem);
    }
    return zone.stream->store.has_value();
}


bool find_streams(ngx_conf_t* cf)
{
    const auto* const zones = ngx_http_logout_main_conf(cf)->revocations;

    if (zones == nullptr) {
        return true;
    }

    for (RevocationZone* const zone : *zones) {
        if (!find_stream(cf, *zone)) {
            return false;
        }
    }
    return true;
}


ngx_int_t start_streams(ngx_http_logout_main_conf_t* lmcf, ngx_cycle_t* cycle)
{
    if (lmcf->revocations == nullptr) {
        return NGX_OK;
    }

    for (RevocationZone* const zone : *lmcf->revocations) {
        if (!zone->stream) {
            continue;
        }

        const redis::StoreConfs confs(lmcf->stores);

        zone->reader =
            start_stream_reader(*zone, confs[*zone->stream->store], cycle);
        if (zone->reader == nullptr) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}


void stop_streams(ngx_http_logout_main_conf_t* lmcf)
{
    if (lmcf->revocations == nullptr) {
        return;
    }

    for (RevocationZone* const zone : *lmcf->revocations) {
        if (zone->reader != nullptr) {
            stop_stream_reader(zone->reader);
            zone->reader = nullptr;
        }
    }
}

}  // namespace logout::http
