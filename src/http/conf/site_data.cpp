// The directive logout_clear_site_data: the Clear-Site-Data header of a logout
// over HTTPS (https://www.w3.org/TR/clear-site-data/).

#include "http/conf.hpp"
#include "http/conf/directive.hpp"

#include <vector>


namespace {

// A type of the header, and what is to be known of it.
struct SiteData {
    std::string_view name;
    const char* warning;
};


constexpr SiteData site_data[] = {
    {"cache", "\"cache\" makes Chrome stall until its cache is empty"},
    {"cookies", "\"cookies\" takes the cookies of sibling domains, too"},
    {"storage", nullptr},
    {"executionContexts", nullptr},
    {"clientHints", nullptr},
    {"prefetchCache", nullptr},
    {"prerenderCache", nullptr},
};


const SiteData* find_site_data(std::string_view name)
{
    for (const SiteData& type : site_data) {
        if (type.name == name) {
            return &type;
        }
    }

    return nullptr;
}


bool unknown_type(ngx_conf_t* cf, std::string_view name)
{
    std::vector<std::string_view> names;

    for (const SiteData& type : site_data) {
        names.push_back(type.name);
    }

    return ngx_http_logout_unknown_word(cf, "logout_clear_site_data", name,
                                        names);
}


bool read_types(ngx_conf_t* cf, std::string& header)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const SiteData* const type = find_site_data(to_view(value[i]));

        if (type == nullptr) {
            return unknown_type(cf, to_view(value[i]));
        }

        if (type->warning != nullptr) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "logout_clear_site_data: %s", type->warning);
        }

        header += header.empty() ? "\"" : ", \"";
        header += type->name;
        header += '"';
    }

    return true;
}

}  // namespace


char* ngx_http_logout_clear_site_data(ngx_conf_t* cf, ngx_command_t* command,
                                      void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->clear_site_data,
                                    read_types);
}
