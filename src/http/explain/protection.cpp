// Whether nginx's own modules restrict who may use a location. nginx declares
// the configurations of these modules in their own files only; what is read of
// them here has had this form since nginx 0.8.

#include "http/explain/explain.hpp"


namespace {

// A module that nginx may be built without; nullptr then.
const ngx_module_t* find_module(const ngx_cycle_t* cycle, std::string_view name)
{
    for (ngx_uint_t i = 0; cycle->modules[i] != nullptr; ++i) {
        if (name == cycle->modules[i]->name) {
            return cycle->modules[i];
        }
    }

    return nullptr;
}


template <typename Conf>
const Conf* conf_of(const ngx_cycle_t* cycle, std::string_view module,
                    const ngx_http_core_loc_conf_t* location)
{
    const ngx_module_t* const found = find_module(cycle, module);

    return found != nullptr
               ? static_cast<const Conf*>(location->loc_conf[found->ctx_index])
               : nullptr;
}


// ngx_http_access_rule_t
struct AccessRule {
    in_addr_t mask;
    in_addr_t address;
    ngx_uint_t deny;
};


#if (NGX_HAVE_INET6)

// ngx_http_access_rule6_t
struct AccessRule6 {
    in6_addr address;
    in6_addr mask;
    ngx_uint_t deny;
};

#endif


// ngx_http_access_loc_conf_t. "deny all" is among the rules of each family.
struct AccessConf {
    const ngx_array_t* rules;
#if (NGX_HAVE_INET6)
    const ngx_array_t* rules6;
#endif
};


// What the rules say of somebody who is not named in them.
enum class Strangers { not_mentioned, refused, allowed };


// How many bits of an address a rule compares.
template <typename Mask>
int prefix_length(const Mask& mask)
{
    u_char bytes[sizeof(mask)];
    int length = 0;

    ngx_memcpy(bytes, &mask, sizeof(mask));
    for (const u_char byte : bytes) {
        length += __builtin_popcount(byte);
    }

    return length;
}


// The first rule that fits counts. An "allow" that compares less than
// `narrowest` bits allows more than anybody's own network.
template <typename Rule>
Strangers judge(const ngx_array_t* rules, int narrowest)
{
    if (rules == nullptr) {
        return Strangers::not_mentioned;
    }

    const auto* const rule = static_cast<const Rule*>(rules->elts);

    for (ngx_uint_t i = 0; i < rules->nelts; ++i) {
        const int length = prefix_length(rule[i].mask);

        if (rule[i].deny != 0 && length == 0) {
            return Strangers::refused;
        }

        if (rule[i].deny == 0 && length < narrowest) {
            return Strangers::allowed;
        }
    }

    return Strangers::not_mentioned;
}


Strangers judge_access(const AccessConf* conf)
{
    // of the networks that nobody else has, 10.0.0.0/8 is the largest
    constexpr int narrowest = 8;

    if (conf == nullptr) {
        return Strangers::not_mentioned;
    }

    const Strangers verdict = judge<AccessRule>(conf->rules, narrowest);

#if (NGX_HAVE_INET6)
    // and fc00::/7
    constexpr int narrowest6 = 7;
    const Strangers verdict6 = judge<AccessRule6>(conf->rules6, narrowest6);

    if (verdict != verdict6) {
        return verdict == Strangers::allowed || verdict6 == Strangers::allowed
                   ? Strangers::allowed
                   : Strangers::not_mentioned;
    }
#endif

    return verdict;
}


bool has_rules(const AccessConf* conf)
{
#if (NGX_HAVE_INET6)
    return conf != nullptr &&
           (conf->rules != nullptr || conf->rules6 != nullptr);
#else
    return conf != nullptr && conf->rules != nullptr;
#endif
}


// ngx_http_auth_basic_loc_conf_t
struct AuthBasicConf {
    const ngx_http_complex_value_t* realm;
    const void* user_file;
};


bool asks_for_password(const AuthBasicConf* conf)
{
    return conf != nullptr && conf->realm != nullptr &&
           conf->user_file != nullptr && to_view(conf->realm->value) != "off";
}


// ngx_http_auth_request_conf_t
struct AuthRequestConf {
    ngx_str_t uri;
};

}  // namespace


Protection ngx_http_logout_protection(const ngx_cycle_t* cycle,
                                      const ngx_http_core_loc_conf_t* location)
{
    const auto* const access =
        conf_of<AccessConf>(cycle, "ngx_http_access_module", location);
    const auto* const basic =
        conf_of<AuthBasicConf>(cycle, "ngx_http_auth_basic_module", location);
    const auto* const request = conf_of<AuthRequestConf>(
        cycle, "ngx_http_auth_request_module", location);

    const Strangers strangers = judge_access(access);
    const bool asks = asks_for_password(basic) ||
                      (request != nullptr && request->uri.len > 0);
    const bool skips_asking = location->satisfy == NGX_HTTP_SATISFY_ANY &&
                              strangers == Strangers::allowed;

    if (location->internal || strangers == Strangers::refused ||
        (asks && !skips_asking)) {
        return Protection::complete;
    }

    return has_rules(access) ? Protection::partial : Protection::none;
}
