// The Cookie headers of a request: finding, changing and removing them, in all
// the places where nginx keeps them.

#include "http/guard/guard.hpp"

#include "http/conf.hpp"

namespace logout::http {

namespace {

struct ListPlace {
    ngx_list_part_t* before;  // nullptr: `part` is the first
    ngx_list_part_t* part;
    ngx_uint_t index;
};


bool find(ngx_list_t& list, const ngx_table_elt_t* header, ListPlace& place)
{
    place.before = nullptr;

    for (place.part = &list.part; place.part != nullptr;
         place.before = place.part, place.part = place.part->next) {
        auto* const elements = static_cast<ngx_table_elt_t*>(place.part->elts);

        if (header >= elements && header < elements + place.part->nelts) {
            place.index = static_cast<ngx_uint_t>(header - elements);
            return true;
        }
    }

    return false;
}


// What stood behind the last element that was removed must not be written over:
// nginx takes the last part for full if it has as many elements as this.
void close_last_part(ngx_list_t& list)
{
    list.nalloc = list.last->nelts;
}


void remove_only_element(ngx_list_t& list, const ListPlace& place)
{
    if (place.before == nullptr) {
        if (place.part->next == nullptr) {
            place.part->nelts = 0;
            return;
        }

        if (list.last == place.part->next) {
            list.last = &list.part;
        }
        list.part = *place.part->next;

    } else {
        place.before->next = place.part->next;
        if (list.last == place.part) {
            list.last = place.before;
        }
    }

    close_last_part(list);
}


// The part ends before the element, and a new one has what follows.
void split_part(ngx_pool_t* pool, ngx_list_t& list, const ListPlace& place)
{
    auto* const rest = static_cast<ngx_list_part_t*>(
        ngx_palloc(pool, sizeof(ngx_list_part_t)));
    if (rest == nullptr) {
        throw std::bad_alloc();
    }

    rest->elts =
        static_cast<ngx_table_elt_t*>(place.part->elts) + place.index + 1;
    rest->nelts = place.part->nelts - place.index - 1;
    rest->next = place.part->next;
    place.part->nelts = place.index;
    place.part->next = rest;

    if (list.last == place.part) {
        list.last = rest;
        close_last_part(list);
    }
}


// Other members of headers_in point to the elements: none is moved. And nginx
// reads the first element of each further part without asking whether there is
// one: none is left empty.
void remove(ngx_pool_t* pool, ngx_list_t& list, const ngx_table_elt_t* header)
{
    ListPlace place;

    if (!find(list, header, place)) {
        return;
    }

    ngx_list_part_t& part = *place.part;

    if (part.nelts == 1) {
        remove_only_element(list, place);

    } else if (place.index + 1 == part.nelts) {
        --part.nelts;

    } else if (place.index == 0) {
        part.elts = static_cast<ngx_table_elt_t*>(part.elts) + 1;
        --part.nelts;
        if (list.last == &part) {
            close_last_part(list);
        }

    } else {
        split_part(pool, list, place);
    }
}


#if (nginx_version >= 1023000)

void forget_header(ngx_http_request_t* r, const ngx_table_elt_t* header)
{
    ngx_table_elt_t** link = &r->headers_in.cookie;

    while (*link != nullptr && *link != header) {
        link = &(*link)->next;
    }
    if (*link != nullptr) {
        *link = header->next;
    }
}

#else

void forget_header(ngx_http_request_t* r, const ngx_table_elt_t* header)
{
    ngx_array_t& cookies = r->headers_in.cookies;
    auto** const elements = static_cast<ngx_table_elt_t**>(cookies.elts);
    ngx_uint_t kept = 0;

    for (ngx_uint_t i = 0; i < cookies.nelts; ++i) {
        if (elements[i] != header) {
            elements[kept++] = elements[i];
        }
    }
    cookies.nelts = kept;
}

#endif


// Whether nginx itself gives the variable its value, and from the Cookie
// headers: one that "set" made has data of its own.
bool is_from_cookies(const ngx_http_variable_t& variable)
{
    const std::string_view name = to_view(variable.name);

    return name == "http_cookie" ||
           (name.substr(0, 7) == "cookie_" &&
            variable.data == reinterpret_cast<uintptr_t>(&variable.name));
}


void forget_variables(ngx_http_request_t* r)
{
    const auto* const cmcf = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_core_module));
    const auto* const variables =
        static_cast<ngx_http_variable_t*>(cmcf->variables.elts);

    for (ngx_uint_t i = 0; i < cmcf->variables.nelts; ++i) {
        if (is_from_cookies(variables[i])) {
            r->variables[i].valid = 0;
            r->variables[i].not_found = 0;
        }
    }
}

}  // namespace


#if (nginx_version >= 1023000)

void list_cookie_headers(ngx_http_request_t* r, CookieHeaders& headers)
{
    for (auto* header = r->headers_in.cookie; header != nullptr;
         header = header->next) {
        headers.push_back(header);
    }
}

#else

void list_cookie_headers(ngx_http_request_t* r, CookieHeaders& headers)
{
    const ngx_array_t& cookies = r->headers_in.cookies;

    for (ngx_uint_t i = 0; i < cookies.nelts; ++i) {
        headers.push_back(static_cast<ngx_table_elt_t**>(cookies.elts)[i]);
    }
}

#endif


void set_cookie_header(ngx_http_request_t* r, ngx_table_elt_t* header,
                       std::string_view text)
{
    header->value = to_ngx_str(text);

    if (text.empty()) {
        forget_header(r, header);
        remove(r->pool, r->headers_in.headers, header);
    }

    forget_variables(r);
}

}  // namespace logout::http
