#include "http/logout/zone.hpp"

#include "http/conf.hpp"
#include "http/conf/directive.hpp"

#include <exception>


namespace {

using logout::redis::DeferredMemory;
using logout::redis::DeferredTable;

// Less leaves hardly a page beside what nginx keeps there.
constexpr ssize_t zone_min_size = 8 * 4096;


// The names of the zones that hold a queue of this layout: one of another has
// another name.
std::string shared_prefix()
{
    return "logout_zone_" + logout::redis::deferred_layout() + "_";
}


// What stands behind the prefix; empty if the name has another.
std::string_view configured_name(const ngx_shm_zone_t& zone)
{
    constexpr std::string_view before = "logout_zone_";
    const std::string_view name = to_view(zone.shm.name);
    const std::size_t end = name.find('_', before.size());

    return name.substr(0, before.size()) == before && end != name.npos &&
                   name.substr(before.size(), end - before.size()) ==
                       logout::redis::deferred_layout()
               ? name.substr(end + 1)
               : std::string_view();
}


// Of the zones whose queue is in a file, which only tell when to open it.
constexpr std::string_view file_prefix = "logout_zone_file_";

}  // namespace


// nginx's own zone: all its pages, taken at its first use. nginx unlocks it
// when a worker dies.
class DeferredZone::SharedMemory final : public DeferredMemory {
public:
    explicit SharedMemory(ngx_slab_pool_t* pool) : pool_(pool) {}

    // Returns false if there are no pages.
    bool create()
    {
        const std::size_t size = pool_->pfree * ngx_pagesize;
        void* const pages = ngx_slab_calloc(pool_, size);

        if (pages == nullptr) {
            return false;
        }

        pool_->data = pages;
        static_cast<Start*>(pages)->size = size;
        return true;
    }

    bool lock() override
    {
        ngx_shmtx_lock(&pool_->mutex);
        return true;
    }

    void unlock() override { ngx_shmtx_unlock(&pool_->mutex); }

    void* data() const override { return start() + 1; }

    std::size_t size() const override { return start()->size - sizeof(Start); }

private:
    struct Start {
        alignas(64) std::size_t size;
    };

    Start* start() const { return static_cast<Start*>(pool_->data); }

    ngx_slab_pool_t* pool_;
};


class DeferredZone::FileMemory final : public DeferredMemory {
public:
    ZoneFile file;

    bool lock() override
    {
        if (file.lock()) {
            return true;
        }

        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, ngx_errno,
                      "logout_zone: the file cannot be locked");
        return false;
    }

    void unlock() override { file.unlock(); }
    void* data() const override { return file.data(); }
    std::size_t size() const override { return file.size(); }
};


DeferredZone::DeferredZone() = default;
DeferredZone::~DeferredZone() = default;


namespace {

ngx_int_t prepare(ngx_shm_zone_t* shm, DeferredZone& zone, std::size_t limit)
{
    std::uint32_t broken = 0;

    if (!zone.queue->prepare(limit, broken)) {
        return NGX_ERROR;
    }

    if (broken > 0) {
        ngx_log_error(NGX_LOG_ERR, shm->shm.log, 0,
                      "logout_zone \"%s\": %uD deferred deletions were broken,"
                      " and are lost",
                      zone.name.c_str(), broken);
    }

    return NGX_OK;
}


// `old_data` is the DeferredZone of the configuration before, which may be of
// another build: the queue goes on, and is found where every build leaves it.
ngx_int_t init_shared(ngx_shm_zone_t* shm, DeferredZone& zone, bool exists)
{
    auto* const pool = reinterpret_cast<ngx_slab_pool_t*>(shm->shm.addr);

    zone.shared = std::make_unique<DeferredZone::SharedMemory>(pool);
    zone.queue.emplace(*zone.shared);

    if (exists) {
        return NGX_OK;
    }

    // a zone that is full is counted, and told by the logouts it concerns
    pool->log_nomem = 0;

    return zone.shared->create() ? prepare(shm, zone, zone.shared->size())
                                 : NGX_ERROR;
}


ngx_int_t init_file(ngx_shm_zone_t* shm, DeferredZone& zone)
{
    zone.file = std::make_unique<DeferredZone::FileMemory>();
    zone.queue.emplace(*zone.file);

    const std::string problem = zone.file->file.open(
        zone.path, DeferredTable::size_for(zone.size),
        {"deferred deletions", logout::redis::deferred_layout()},
        ngx_test_config != 0);

    if (!problem.empty()) {
        ngx_log_error(NGX_LOG_EMERG, shm->shm.log, 0,
                      "logout_zone \"%s\": the file %s", zone.name.c_str(),
                      problem.c_str());
        return NGX_ERROR;
    }

    return ngx_test_config != 0 ? NGX_OK : prepare(shm, zone, zone.size);
}


ngx_int_t init_zone(ngx_shm_zone_t* shm, void* old_data) noexcept
{
    auto* const zone = static_cast<DeferredZone*>(shm->data);

    try {
        return zone->path.empty()
                   ? init_shared(shm, *zone,
                                 old_data != nullptr || shm->shm.exists)
                   : init_file(shm, *zone);

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_EMERG, shm->shm.log, 0, "logout_zone: %s",
                      e.what());
        return NGX_ERROR;
    }
}


bool read_file_parameter(ngx_conf_t* cf, std::string_view argument,
                         DeferredZone& zone)
{
    const Parameter parameter(argument);

    if (parameter.name != "file") {
        return ngx_http_logout_unknown_parameter(cf, "logout_zone", argument,
                                                 {"file="});
    }

    if (parameter.value.empty()) {
        return ngx_http_logout_refuse(cf, argument, "it needs a path");
    }

    ngx_str_t path = copy_to_pool(cf->pool, parameter.value);
    if (path.data == nullptr ||
        ngx_conf_full_name(cf->cycle, &path, 0) != NGX_OK) {
        return false;
    }

    zone.path = to_view(path);
    return true;
}


bool is_file_of_another(const ngx_http_logout_main_conf_t* lmcf,
                        const std::string& path)
{
    for (const DeferredZone* const zone : *lmcf->zones) {
        if (!path.empty() && zone->path == path) {
            return true;
        }
    }

    return false;
}


// With a file, nginx's own zone only tells when to open it.
bool add_shared(ngx_conf_t* cf, DeferredZone* zone)
{
    const bool in_file = !zone->path.empty();
    ngx_str_t name = copy_to_pool(
        cf->pool,
        (in_file ? std::string(file_prefix) : shared_prefix()) + zone->name);

    if (name.data == nullptr) {
        return false;
    }

    // not the module's own address as the tag: that is another one when the
    // module's file was replaced, and the queue is to outlive that, too
    ngx_shm_zone_t* const shm = ngx_shared_memory_add(
        cf, &name, in_file ? zone_min_size : zone->size, &ngx_http_module);
    if (shm == nullptr) {
        return false;
    }

    shm->init = init_zone;
    shm->data = zone;
    return true;
}


bool add_zone(ngx_conf_t* cf, ngx_http_logout_main_conf_t* lmcf)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const ssize_t size = ngx_parse_size(&value[2]);

    if (size < zone_min_size) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone size \"%V\" must be a size of at least %z",
                           &value[2], zone_min_size);
        return false;
    }

    if (lmcf->zones == nullptr) {
        lmcf->zones = create_in_pool<std::vector<DeferredZone*>>(cf->pool);
    }

    for (const DeferredZone* const other : *lmcf->zones) {
        if (other->name == to_view(value[1])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate logout_zone \"%V\"", &value[1]);
            return false;
        }
    }

    auto* const zone = create_in_pool<DeferredZone>(cf->pool);

    zone->name = to_view(value[1]);
    zone->size = static_cast<std::size_t>(size);

    if (cf->args->nelts > 3 &&
        !read_file_parameter(cf, to_view(value[3]), *zone)) {
        return false;
    }

    if (is_file_of_another(lmcf, zone->path)) {
        return ngx_http_logout_refuse(cf, to_view(value[3]),
                                      "it is the file of another logout_zone");
    }

    if (!add_shared(cf, zone)) {
        return false;
    }

    lmcf->zones->push_back(zone);
    return true;
}


// Calls `look` with each of nginx's zones that holds a queue.
template <typename Look>
void each_shared_zone(const ngx_cycle_t* cycle, Look look)
{
    const ngx_list_part_t* part = &cycle->shared_memory.part;

    for (; part != nullptr && part->elts != nullptr; part = part->next) {
        auto* const zones = static_cast<ngx_shm_zone_t*>(part->elts);

        for (ngx_uint_t i = 0; i < part->nelts; ++i) {
            const std::string_view name = configured_name(zones[i]);

            if (!name.empty() && zones[i].shm.addr != nullptr) {
                look(zones[i], name);
            }
        }
    }
}


bool has_shared_memory(const ngx_cycle_t* cycle, const u_char* address)
{
    bool found = false;

    each_shared_zone(cycle, [&](const ngx_shm_zone_t& zone, std::string_view) {
        found = found || zone.shm.addr == address;
    });

    return found;
}


void report_lost(ngx_log_t* log, const ngx_shm_zone_t& shm,
                 std::string_view name, const char* why)
{
    DeferredZone::SharedMemory memory(
        reinterpret_cast<ngx_slab_pool_t*>(shm.shm.addr));
    const std::uint32_t count = logout::redis::DeferredQueue(memory).length();

    if (count > 0) {
        ngx_str_t zone = to_ngx_str(name);

        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "logout_zone \"%V\": %uD deferred deletions are lost, %s;"
                      " with \"file=\" they would be kept",
                      &zone, count, why);
    }
}

}  // namespace


char* ngx_http_logout_zone(ngx_conf_t* cf, ngx_command_t* command, void* conf)
{
    auto* const lmcf = static_cast<ngx_http_logout_main_conf_t*>(conf);

    return ngx_http_logout_set(cf, to_view(command->name),
                               [&] { return add_zone(cf, lmcf); });
}


// nginx's current cycle is still the one before.
void ngx_http_logout_leave_zones(ngx_cycle_t* cycle)
{
    const auto* const before = const_cast<const ngx_cycle_t*>(ngx_cycle);

    if (ngx_test_config != 0 || before == cycle) {
        return;
    }

    each_shared_zone(
        before, [&](const ngx_shm_zone_t& zone, std::string_view name) {
            if (!has_shared_memory(cycle, zone.shm.addr)) {
                report_lost(cycle->log, zone, name,
                            "the zone is gone or has another size");
            }
        });
}


void ngx_http_logout_end_zones(ngx_cycle_t* cycle)
{
    each_shared_zone(cycle,
                     [&](const ngx_shm_zone_t& zone, std::string_view name) {
                         report_lost(cycle->log, zone, name, "nginx stops");
                     });
}
