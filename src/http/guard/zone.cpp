#include "http/guard/zone.hpp"

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/slab_lock.hpp"

#include <sys/random.h>

#include <algorithm>
#include <new>

namespace logout::http {

namespace {

// The counters and the smallest table, beside nginx's own pages.
constexpr ssize_t zone_min_size = 256 * 1024;

// Of the counters and the table together.
constexpr int zone_layout = 2;

// A full table is told at most this often, in seconds.
constexpr std::uint64_t report_every = 60;

// Of stale=, in milliseconds: Redis answers once a second where nothing
// happens.
constexpr ngx_msec_t min_stale = 3000;

// How long a worker that reads the stream may be silent before another does.
constexpr ngx_msec_t lead_time = 2000;


// All that a new zone has.
std::size_t free_size(const ngx_slab_pool_t* pool)
{
    return pool->pfree * ngx_pagesize;
}


constexpr std::size_t table_offset = (sizeof(GuardCounters) + 63) / 64 * 64;


ngx_int_t init_zone(ngx_shm_zone_t* shm, void* old_data)
{
    auto* const zone = static_cast<RevocationZone*>(shm->data);

    return zone->attach(old_data != nullptr || shm->shm.exists);
}


struct ZoneArguments {
    ssize_t size = 0;
    time_t lifetime = 0;
    std::string redis;
    std::string stream;
    ngx_msec_t stale = 0;  // 0: not said
};


bool read_lifetime(ngx_conf_t* cf, std::string_view argument,
                   std::string_view text, time_t& lifetime)
{
    ngx_str_t value = to_ngx_str(text);

    lifetime = ngx_parse_time(&value, 1);
    if (lifetime <= 0) {
        return ngx_http_logout_refuse(cf, argument, "it is no time");
    }

    return static_cast<Milliseconds>(lifetime) * 1000 <=
               revocation_max_lifetime ||
           ngx_http_logout_refuse(cf, argument, "it must be less than 4 years");
}


bool read_stale(ngx_conf_t* cf, std::string_view argument,
                std::string_view text, ngx_msec_t& stale)
{
    ngx_str_t value = to_ngx_str(text);
    const ngx_int_t time = ngx_parse_time(&value, 0);

    if (time == NGX_ERROR) {
        return ngx_http_logout_refuse(cf, argument, "it is no time");
    }

    stale = static_cast<ngx_msec_t>(time);
    return time >= static_cast<ngx_int_t>(min_stale) ||
           ngx_http_logout_refuse(cf, argument,
                                  "it must be 3s or more: Redis is asked once"
                                  " a second");
}


bool read_argument(ngx_conf_t* cf, std::string_view argument,
                   ZoneArguments& arguments)
{
    const ::Parameter parameter(argument);

    if (parameter.name == "for" && !parameter.value.empty()) {
        return read_lifetime(cf, argument, parameter.value, arguments.lifetime);
    }

    if (parameter.name == "redis" && !parameter.value.empty()) {
        arguments.redis = parameter.value;
        return true;
    }

    if (parameter.name == "stream" && !parameter.value.empty()) {
        arguments.stream = parameter.value;
        return true;
    }

    if (parameter.name == "stale" && !parameter.value.empty()) {
        return read_stale(cf, argument, parameter.value, arguments.stale);
    }

    return ngx_http_logout_unknown_parameter(
        cf, "logout_revocations", argument,
        {"for=", "redis=", "stream=", "stale="});
}


bool check_stream(ngx_conf_t* cf, const ZoneArguments& arguments)
{
    if (arguments.stream.empty() &&
        (!arguments.redis.empty() || arguments.stale != 0)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_revocations\" needs stream=KEY for"
                           " \"redis=\" and \"stale=\"");
        return false;
    }

    return true;
}


bool read_arguments(ngx_conf_t* cf, ZoneArguments& arguments)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    arguments.size = ngx_parse_size(&value[2]);
    if (arguments.size < zone_min_size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone size \"%V\" must be a size of at least %z",
                           &value[2], zone_min_size);
        return false;
    }

    for (ngx_uint_t i = 3; i < cf->args->nelts; ++i) {
        if (!read_argument(cf, to_view(value[i]), arguments)) {
            return false;
        }
    }

    if (arguments.lifetime == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"logout_revocations\" needs for=TIME, the longest"
                           " time that a session can last");
        return false;
    }

    return check_stream(cf, arguments);
}


void set_stream(ngx_conf_t* cf, const ZoneArguments& arguments,
                RevocationZone& zone)
{
    if (arguments.stream.empty()) {
        return;
    }

    zone.stream.emplace(RevocationStream{arguments.redis, arguments.stream,
                                         ConfPlace(cf), std::nullopt, 10000});
    if (arguments.stale != 0) {
        zone.stream->stale = arguments.stale;
    }
}


// Of what a zone holds. One of another layout is in a zone of another name.
ngx_str_t shared_name(ngx_pool_t* pool, std::string_view name)
{
    return copy_to_pool(pool, "logout_revocations_" +
                                  std::to_string(zone_layout) + "_" +
                                  std::string(name));
}


bool add_zone(ngx_conf_t* cf, ngx_http_logout_main_conf_t* lmcf)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    ZoneArguments arguments;

    if (!read_arguments(cf, arguments)) {
        return false;
    }

    ngx_str_t shared = shared_name(cf->pool, to_view(value[1]));
    if (shared.data == nullptr) {
        return false;
    }

    // the tag is nginx's, as for logout_zone: the module's own address changes
    // when its file was replaced
    ngx_shm_zone_t* const shm = ngx_shared_memory_add(
        cf, &shared, static_cast<size_t>(arguments.size), &ngx_http_module);
    if (shm == nullptr) {
        return false;
    }

    if (shm->data != nullptr) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "duplicate logout_revocations \"%V\"", &value[1]);
        return false;
    }

    if (lmcf->revocations == nullptr) {
        lmcf->revocations = create_in_pool<RevocationZones>(cf->pool);
    }

    auto* const zone = create_in_pool<RevocationZone>(cf->pool);

    zone->name = to_view(value[1]);
    zone->lifetime = arguments.lifetime;
    zone->shm = shm;
    set_stream(cf, arguments, *zone);
    shm->init = init_zone;
    shm->data = zone;
    lmcf->revocations->push_back(zone);

    return true;
}

}  // namespace


Milliseconds now_in_milliseconds()
{
    const ngx_time_t* const now = ngx_timeofday();

    return static_cast<Milliseconds>(now->sec) * 1000 + now->msec;
}


ngx_int_t RevocationZone::create(ngx_slab_pool_t* pool)
{
    const std::size_t size = free_size(pool);

    pool->data = ngx_slab_calloc(pool, size);
    if (pool->data == nullptr) {
        return NGX_ERROR;
    }

    Bits128 secret;
    if (getentropy(&secret, sizeof(secret)) != 0) {
        ngx_log_error(NGX_LOG_EMERG, ngx_cycle->log, ngx_errno,
                      "logout: there are no random numbers");
        return NGX_ERROR;
    }

    counters_ = new (pool->data) GuardCounters{};
    counters_->table_size = size - table_offset;
    table_ =
        RevocationTable::create(static_cast<char*>(pool->data) + table_offset,
                                counters_->table_size, secret);
    return NGX_OK;
}


// What a zone holds is told by its name and size, which nginx compares: a
// memory that exists has a table of this layout.
ngx_int_t RevocationZone::attach(bool exists)
{
    ngx_slab_pool_t* const pool = slab();

    if (!exists) {
        return create(pool);
    }

    const char* problem = "";

    counters_ = static_cast<GuardCounters*>(pool->data);
    table_ =
        RevocationTable::adopt(static_cast<char*>(pool->data) + table_offset,
                               counters_->table_size, problem);
    if (!table_) {
        ngx_log_error(NGX_LOG_EMERG, ngx_cycle->log, 0,
                      "logout_revocations \"%s\": %s", name.c_str(), problem);
    }

    return table_ ? NGX_OK : NGX_ERROR;
}


std::optional<Revocation> RevocationZone::find(RevocationKind kind,
                                               std::string_view realm,
                                               std::string_view value) const
{
    if (!table_->has_had(kind)) {
        return std::nullopt;
    }

    return table_->find(table_->keys().of(kind, realm, value),
                        now_in_milliseconds());
}


TableChange RevocationZone::revoke(RevocationKind kind, std::string_view realm,
                                   std::string_view value)
{
    const RevocationKey key = table_->keys().of(kind, realm, value);
    const Milliseconds now = now_in_milliseconds();
    const Milliseconds expires =
        now + static_cast<Milliseconds>(lifetime) * 1000;
    TableChange change;

    {
        const SlabLock lock(slab());
        change = table_->insert(kind, key, {now, expires}, now);
    }

    note(change);
    return change;
}


void RevocationZone::note(TableChange change) const
{
    if (change == TableChange::full) {
        ++counters_->refused;
        report_full();
    } else if (change == TableChange::inserted) {
        ++counters_->added;
    }
}


void RevocationZone::revoke(const StreamEntry& entry)
{
    const RevocationKey key = entry.key(table_->keys());
    const Milliseconds now = now_in_milliseconds();
    TableChange change;

    if (entry.expires <= now) {
        return;
    }

    {
        const SlabLock lock(slab());
        change =
            table_->insert(entry.kind, key, {entry.since, entry.expires}, now);
    }

    note(change);
}


void RevocationZone::lift(const StreamEntry& entry)
{
    const RevocationKey key = entry.key(table_->keys());
    const SlabLock lock(slab());

    if (table_->lift(key, entry.since)) {
        ++counters_->lifted;
    }
}


void RevocationZone::set_stream_place(const StreamPlace& place)
{
    const SlabLock lock(slab());

    table_->set_stream_place(place);
}


// By a clock that nobody sets.
void RevocationZone::set_up_to_date(ngx_msec_t moment)
{
    table_->set_stream_answered(moment);
}


std::optional<ngx_msec_t> RevocationZone::age() const
{
    const auto answered = static_cast<ngx_msec_t>(table_->stream_answered());

    if (answered == 0) {
        return std::nullopt;
    }

    // another worker's clock may be a little ahead
    const auto age = static_cast<ngx_msec_int_t>(ngx_current_msec - answered);

    return age > 0 ? static_cast<ngx_msec_t>(age) : 0;
}


bool RevocationZone::is_stale() const
{
    if (!stream) {
        return false;
    }

    const auto now_age = age();

    return !now_age || *now_age > stream->stale;
}


bool RevocationZone::lead()
{
    const SlabLock lock(slab());
    const auto left =
        static_cast<ngx_msec_int_t>(counters_->leader_until - ngx_current_msec);

    if (counters_->leader != ngx_pid && left > 0) {
        return false;
    }

    counters_->leader = ngx_pid;
    counters_->leader_until = ngx_current_msec + lead_time;
    return true;
}


void RevocationZone::stop_leading()
{
    const SlabLock lock(slab());

    if (counters_->leader == ngx_pid) {
        counters_->leader_until = ngx_current_msec;
    }
}


bool RevocationZone::lift(RevocationKind kind, std::string_view realm,
                          std::string_view value, Milliseconds moment)
{
    const RevocationKey key = table_->keys().of(kind, realm, value);
    const SlabLock lock(slab());
    const bool lifted = table_->lift(key, moment);

    counters_->lifted += lifted ? 1 : 0;
    return lifted;
}


void RevocationZone::report_full() const
{
    const auto now = static_cast<std::uint64_t>(ngx_time());
    std::uint64_t last = counters_->reported;

    if (last + report_every <= now &&
        counters_->reported.compare_exchange_strong(last, now)) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "logout_revocations \"%s\" is full, sessions that end"
                      " now are not kept in it",
                      name.c_str());
    }
}


void RevocationZone::count(GuardVerdict verdict) const
{
    GuardCounters::Line& line =
        counters_->lines[ngx_worker % GuardCounters::line_count];

    line.verdicts[static_cast<std::size_t>(verdict)].fetch_add(
        1, std::memory_order_relaxed);
}


std::uint64_t RevocationZone::counted(GuardVerdict verdict) const
{
    std::uint64_t sum = 0;

    for (const GuardCounters::Line& line : counters_->lines) {
        sum += line.verdicts[static_cast<std::size_t>(verdict)].load(
            std::memory_order_relaxed);
    }

    return sum;
}


RevocationZone* find_zone(const RevocationZones* zones, std::string_view name)
{
    if (zones == nullptr) {
        return nullptr;
    }

    const auto found =
        std::find_if(zones->begin(), zones->end(),
                     [&](const auto* zone) { return zone->name == name; });

    return found != zones->end() ? *found : nullptr;
}

}  // namespace logout::http


char* ngx_http_logout_revocations(ngx_conf_t* cf, ngx_command_t* command,
                                  void* conf)
{
    auto* const lmcf = static_cast<ngx_http_logout_main_conf_t*>(conf);

    return ngx_http_logout_set(cf, to_view(command->name), [&] {
        return logout::http::add_zone(cf, lmcf);
    });
}
