// What a location and the logout_redis blocks that it uses have to agree on.

#include "http/conf.hpp"
#include "http/conf/redis_block.hpp"

using logout::redis::AddressMapping;
using logout::redis::Endpoint;
using logout::redis::StoreConf;


namespace {

// nginx has a resolver everywhere; one that was not configured has no servers.
ngx_resolver_t* configured_resolver(ngx_conf_t* cf)
{
    const auto* const clcf = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module));
    ngx_resolver_t* const resolver = clcf->resolver;

    return resolver != nullptr && resolver->connections.nelts > 0 ? resolver
                                                                  : nullptr;
}


// Connections are those of the worker, not of a location: one resolver has to
// do for all locations.
void lend_resolver(ngx_conf_t* cf, const ConfPlace& place, StoreConf& store)
{
    ngx_resolver_t* const resolver = configured_resolver(cf);

    if (resolver == nullptr || resolver == store.resolver ||
        (store.resolver != nullptr && !store.resolver_is_lent)) {
        return;
    }

    if (store.resolver == nullptr) {
        store.resolver = resolver;
        store.resolver_is_lent = true;
        return;
    }

    ngx_str_t file = to_ngx_str(place.file);

    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "logout_redis \"%V\" has no \"resolver\" and uses that of the"
                  " first location, not that of the location in %V:%ui",
                  &store.name, &file, place.line);
}


bool has_stream(const LocationPolicy& location)
{
    return location.revocations != nullptr && location.revocations->stream;
}


template <typename Use>
void use_stores(const LocationPolicy& location, Use use)
{
    for (const auto* const sessions : {&location.sessions, &location.tokens}) {
        for (const LocationPolicy::Session& session : *sessions) {
            if (session.store) {
                use(*session.store);
            }
        }
    }
    for (const LocationPolicy::Event& event : location.events) {
        use(event.store);
    }

    if (location.index != nullptr) {
        use(location.index_store);
    }
    if (has_stream(location)) {
        use(*location.revocations->stream->store);
    }
}


// A token is asked for before the sessions are, and other hosts are told of
// sessions when these are deleted: the commands' own deadlines would add up.
bool asks_in_turn(const LocationPolicy& location)
{
    return has_stream(location) ||
           (location.index != nullptr &&
            is_server(location.policy.protocol->asked_by));
}


void set_deadline(ngx_msec_t longest, LocationPolicy& location)
{
    if (location.timeout == NGX_CONF_UNSET_MSEC) {
        location.timeout = longest;
    }

    location.has_deadline =
        longest > location.timeout || (longest > 0 && asks_in_turn(location));
}


const Endpoint* unknown_name(const ngx_array_t& endpoints)
{
    const auto* const all = static_cast<const Endpoint*>(endpoints.elts);

    for (ngx_uint_t i = 0; i < endpoints.nelts; ++i) {
        if (all[i].address_count == 0) {
            return &all[i];
        }
    }

    return nullptr;
}


const Endpoint* unknown_place(const ngx_array_t& mappings)
{
    const auto* const all = static_cast<const AddressMapping*>(mappings.elts);

    for (ngx_uint_t i = 0; i < mappings.nelts; ++i) {
        if (all[i].place.address_count == 0) {
            return &all[i].place;
        }
    }

    return nullptr;
}


bool check_names(ngx_conf_t* cf, const StoreConf& store)
{
    const Endpoint* unknown = unknown_name(store.servers);

    if (unknown == nullptr) {
        unknown = unknown_name(store.sentinels);
    }

    if (unknown == nullptr) {
        unknown = unknown_place(store.address_map);
    }

    if (unknown == nullptr || store.resolver != nullptr) {
        return true;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "host not found in \"%V\" in %V",
                  &unknown->name, &unknown->place);
    return false;
}

}  // namespace


void ngx_http_logout_use_stores(ngx_conf_t* cf, const ConfPlace& place,
                                ngx_array_t* stores, LocationPolicy& location)
{
    ngx_msec_t longest = 0;

    use_stores(location, [&](std::size_t index) {
        StoreConf& store = logout::redis::StoreConfs(stores)[index];

        lend_resolver(cf, place, store);
        longest = ngx_max(longest, store.timeout);
    });

    set_deadline(longest, location);
}


bool ngx_http_logout_check_names(ngx_conf_t* cf, ngx_array_t* stores)
{
    for (StoreConf* const store : logout::redis::StoreConfs(stores)) {
        if (store->resolver == nullptr) {
            store->resolver = configured_resolver(cf);
        }

        if (!check_names(cf, *store)) {
            return false;
        }
    }

    return true;
}
