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


// ngx_http_access_loc_conf_t: the rules for IPv4 come first. "deny all" is
// among those of each family.
struct AccessConf {
    const ngx_array_t* rules;
};


// ngx_http_access_rule_t, whose last member says what the rule does.
bool has_denial(const ngx_array_t* rules)
{
    if (rules == nullptr) {
        return false;
    }

    for (ngx_uint_t i = 0; i < rules->nelts; ++i) {
        const auto* const end =
            static_cast<const u_char*>(rules->elts) + (i + 1) * rules->size;
        ngx_uint_t deny;

        ngx_memcpy(&deny, end - sizeof(deny), sizeof(deny));
        if (deny != 0) {
            return true;
        }
    }

    return false;
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


bool ngx_http_logout_is_protected(const ngx_cycle_t* cycle,
                                  const ngx_http_core_loc_conf_t* location)
{
    const auto* const access =
        conf_of<AccessConf>(cycle, "ngx_http_access_module", location);
    const auto* const basic =
        conf_of<AuthBasicConf>(cycle, "ngx_http_auth_basic_module", location);
    const auto* const request = conf_of<AuthRequestConf>(
        cycle, "ngx_http_auth_request_module", location);

    return location->internal ||
           (access != nullptr && has_denial(access->rules)) ||
           asks_for_password(basic) ||
           (request != nullptr && request->uri.len > 0);
}
