#include "http/request_header.hpp"


std::string_view ngx_http_logout_header(const ngx_http_request_t* r,
                                        std::string_view name)
{
    const ngx_list_part_t* part = &r->headers_in.headers.part;

    for (; part != nullptr; part = part->next) {
        const auto* const headers =
            static_cast<const ngx_table_elt_t*>(part->elts);

        for (ngx_uint_t i = 0; i < part->nelts; ++i) {
            const std::string_view here(
                reinterpret_cast<char*>(headers[i].lowcase_key),
                headers[i].key.len);

            if (here == name) {
                return to_view(headers[i].value);
            }
        }
    }

    return {};
}
