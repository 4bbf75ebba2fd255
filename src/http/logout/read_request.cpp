#include "http/logout/context.hpp"

#include "http/complex_value.hpp"

#include <array>
#include <cstring>
#include <iterator>


namespace {

logout::Method method_of(const ngx_http_request_t* r)
{
    switch (r->method) {
    case NGX_HTTP_GET:
        return logout::Method::get;
    case NGX_HTTP_HEAD:
        return logout::Method::head;
    case NGX_HTTP_POST:
        return logout::Method::post;
    case NGX_HTTP_DELETE:
        return logout::Method::delete_;
    case NGX_HTTP_OPTIONS:
        return logout::Method::options;
    default:
        return logout::Method::other;
    }
}


struct HeaderField {
    std::string_view name;  // lower case
    std::string_view& (*value)(logout::LogoutRequest& request);
};


template <std::string_view logout::LogoutRequest::*member>
std::string_view& of_request(logout::LogoutRequest& request)
{
    return request.*member;
}


template <std::string_view logout::FetchMetadata::*member>
std::string_view& of_fetch(logout::LogoutRequest& request)
{
    return request.fetch.*member;
}


using logout::FetchMetadata;
using logout::LogoutRequest;

// The shortest name first: most headers are told apart by their length. Next.js
// sends "RSC" before a click and after one, and goes to a page that refuses it.
constexpr HeaderField header_fields[] = {
    {"rsc", of_fetch<&FetchMetadata::speculation>},
    {"x-moz", of_fetch<&FetchMetadata::speculation>},
    {"accept", of_fetch<&FetchMetadata::accept>},
    {"origin", of_fetch<&FetchMetadata::origin>},
    {"purpose", of_fetch<&FetchMetadata::speculation>},
    {"referer", of_fetch<&FetchMetadata::referer>},
    {"x-purpose", of_fetch<&FetchMetadata::speculation>},
    {"sec-purpose", of_fetch<&FetchMetadata::speculation>},
    {"hx-preloaded", of_fetch<&FetchMetadata::speculation>},
    {"x-sec-purpose", of_fetch<&FetchMetadata::speculation>},
    {"authorization", of_request<&LogoutRequest::authorization>},
    {"sec-fetch-site", of_fetch<&FetchMetadata::sec_fetch_site>},
    {"sec-fetch-mode", of_fetch<&FetchMetadata::sec_fetch_mode>},
    {"sec-fetch-dest", of_fetch<&FetchMetadata::sec_fetch_dest>},
    {"next-router-prefetch", of_fetch<&FetchMetadata::speculation>},
    {"x-middleware-prefetch", of_fetch<&FetchMetadata::speculation>},
    {"upgrade-insecure-requests",
     of_fetch<&FetchMetadata::upgrade_insecure_requests>},
    {"next-router-segment-prefetch", of_fetch<&FetchMetadata::speculation>},
    {"access-control-request-method",
     of_request<&LogoutRequest::preflight_method>},
    {"access-control-request-headers",
     of_request<&LogoutRequest::preflight_headers>},
};

constexpr std::size_t field_count = std::size(header_fields);
constexpr std::size_t shortest_name = header_fields[0].name.size();
constexpr std::size_t longest_name = header_fields[field_count - 1].name.size();

constexpr std::string_view cookie_name = "cookie";

// Where in header_fields the names of each length begin.
using Starts = std::array<std::uint8_t, longest_name + 2>;


constexpr bool is_sorted_by_length()
{
    for (std::size_t i = 1; i < field_count; ++i) {
        if (header_fields[i - 1].name.size() > header_fields[i].name.size()) {
            return false;
        }
    }

    return true;
}

static_assert(is_sorted_by_length());


constexpr Starts starts_by_length()
{
    Starts starts{};
    std::uint8_t field = 0;

    for (std::size_t length = 0; length < starts.size(); ++length) {
        while (field < field_count &&
               header_fields[field].name.size() < length) {
            ++field;
        }
        starts[length] = field;
    }

    return starts;
}


constexpr Starts starts = starts_by_length();


// Of a header whose name is as long. Names of one length mostly differ in their
// last three bytes, and those are compared without a call.
bool has_name(const ngx_table_elt_t& header, std::string_view name)
{
    constexpr std::size_t tail = 3;
    static_assert(tail <= shortest_name);

    const std::size_t head = name.size() - tail;

    return std::memcmp(header.lowcase_key + head, name.data() + head, tail) ==
               0 &&
           std::memcmp(header.lowcase_key, name.data(), head) == 0;
}


// The first of several headers of one name counts.
void read_header(const ngx_table_elt_t& header, LogoutContext& context)
{
    const std::size_t length = header.key.len;

    if (length > longest_name) {
        return;
    }

    if (length == cookie_name.size() && has_name(header, cookie_name)) {
        context.cookie_headers.push_back(to_view(header.value));
        return;
    }

    for (std::size_t i = starts[length]; i < starts[length + 1]; ++i) {
        if (has_name(header, header_fields[i].name)) {
            std::string_view& value = header_fields[i].value(context.request);

            value = value.empty() ? to_view(header.value) : value;
            return;
        }
    }
}


void read_headers(LogoutContext& context)
{
    const ngx_list_part_t* part = &context.r->headers_in.headers.part;

    for (; part != nullptr; part = part->next) {
        const auto* const headers =
            static_cast<const ngx_table_elt_t*>(part->elts);

        for (ngx_uint_t i = 0; i < part->nelts; ++i) {
            read_header(headers[i], context);
        }
    }

    context.request.cookie_headers = context.cookie_headers.data();
    context.request.cookie_header_count = context.cookie_headers.size();
}


bool has_upper_case(std::string_view text)
{
    for (const char byte : text) {
        if (byte >= 'A' && byte <= 'Z') {
            return true;
        }
    }

    return false;
}


std::string_view lower_case_host(LogoutContext& context)
{
    const ngx_table_elt_t* const host = context.r->headers_in.host;

    if (host == nullptr) {
        return {};
    }

    const std::string_view text = to_view(host->value);
    if (!has_upper_case(text)) {
        return text;
    }

    auto* const lower =
        static_cast<u_char*>(context.memory.allocate(text.size(), 1));

    ngx_strlow(lower, host->value.data, host->value.len);
    return {reinterpret_cast<char*>(lower), text.size()};
}


std::size_t body_length(const ngx_chain_t* chain)
{
    off_t length = 0;

    for (; chain != nullptr; chain = chain->next) {
        length += ngx_buf_size(chain->buf);
    }

    return static_cast<std::size_t>(length);
}


// Returns the end of what was copied to `place`. A part that nginx put into a
// temporary file is read back from there, as nginx does for its upstreams.
char* copy_buffer(ngx_buf_t* buffer, ngx_log_t* log, char* place)
{
    const auto size = static_cast<std::size_t>(ngx_buf_size(buffer));

    if (size == 0) {
        return place;  // a chunked body ends with a buffer of nothing
    }

    if (ngx_buf_in_memory(buffer)) {
        ngx_memcpy(place, buffer->pos, size);
        return place + size;
    }

    const ssize_t n = ngx_read_file(
        buffer->file, reinterpret_cast<u_char*>(place), size, buffer->file_pos);

    if (n == static_cast<ssize_t>(size)) {
        return place + size;
    }

    ngx_log_error(NGX_LOG_ERR, log, 0, "logout: could not read the body");
    return place;
}


std::string_view copy_body(const ngx_http_request_t* r, std::size_t length,
                           std::pmr::memory_resource* memory)
{
    char* const text = static_cast<char*>(memory->allocate(length, 1));
    char* end = text;

    const ngx_chain_t* chain = r->request_body->bufs;
    for (; chain != nullptr; chain = chain->next) {
        end = copy_buffer(chain->buf, r->connection->log, end);
    }

    return {text, static_cast<std::size_t>(end - text)};
}


void read_body(LogoutContext& context)
{
    const ngx_http_request_t* const r = context.r;

    if (r->request_body == nullptr || r != r->main) {
        return;  // the body is the main request's
    }

    const auto body = ngx_http_logout_body(
        r, context.location.policy.body_max_length(), &context.memory);

    if (body) {
        context.request.body = *body;
    } else {
        context.request.body_too_large = true;
    }
}


bool is_tls(const ngx_http_request_t* r)
{
#if (NGX_HTTP_SSL)
    return r->connection->ssl != nullptr;
#else
    (void) r;
    return false;
#endif
}


logout::BodyType body_type_of(const ngx_http_request_t* r)
{
    const ngx_table_elt_t* const type = r->headers_in.content_type;

    return type != nullptr ? logout::body_type(to_view(type->value))
                           : logout::BodyType::none;
}

}  // namespace


std::optional<std::string_view>
ngx_http_logout_body(const ngx_http_request_t* r, std::size_t max_length,
                     std::pmr::memory_resource* memory)
{
    if (r->request_body == nullptr || r->request_body->bufs == nullptr) {
        return std::string_view();
    }

    const std::size_t length = body_length(r->request_body->bufs);

    if (length > max_length) {
        return std::nullopt;
    }

    return length > 0 ? copy_body(r, length, memory) : std::string_view();
}


bool ngx_http_logout_has_body(const ngx_http_request_t* r)
{
    return r == r->main &&
           (r->headers_in.content_length_n > 0 || r->headers_in.chunked);
}


bool ngx_http_logout_has_large_body(const ngx_http_request_t* r)
{
    const logout::LogoutPolicy& policy =
        ngx_http_logout_loc_conf(r)->policy->policy;

    return r == r->main && r->headers_in.content_length_n >
                               static_cast<off_t>(policy.body_max_length());
}


logout::ClientScheme
ngx_http_logout_client_scheme(ngx_http_request_t* r,
                              const LocationPolicy& location)
{
    const auto scheme = location.https != nullptr
                            ? logout::client_scheme(
                                  ngx_http_logout_evaluate(r, *location.https))
                            : logout::ClientScheme::unknown;

    return scheme == logout::ClientScheme::unknown && is_tls(r)
               ? logout::ClientScheme::https
               : scheme;
}


void ngx_http_logout_read_request(LogoutContext& context)
{
    ngx_http_request_t* const r = context.r;
    logout::LogoutRequest& request = context.request;

    request.method = method_of(r);
    request.query = to_view(r->args);
    request.now = ngx_time();
    read_headers(context);
    request.fetch.scheme = ngx_http_logout_client_scheme(r, context.location);
    if (!request.fetch.origin.empty() || !request.fetch.referer.empty()) {
        request.fetch.host = lower_case_host(context);
    }

    request.body_type = body_type_of(r);
    read_body(context);
}
