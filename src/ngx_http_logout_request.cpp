#include "ngx_http_logout_request.hpp"


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
    std::string_view logout::LogoutRequest::*value;
};


struct MetadataField {
    std::string_view name;  // lower case
    std::string_view logout::FetchMetadata::*value;
};


constexpr HeaderField header_fields[] = {
    {"authorization", &logout::LogoutRequest::authorization},
    {"access-control-request-method", &logout::LogoutRequest::preflight_method},
    {"access-control-request-headers",
     &logout::LogoutRequest::preflight_headers},
};


constexpr MetadataField metadata_fields[] = {
    {"accept", &logout::FetchMetadata::accept},
    {"origin", &logout::FetchMetadata::origin},
    {"referer", &logout::FetchMetadata::referer},
    {"purpose", &logout::FetchMetadata::purpose},
    {"sec-purpose", &logout::FetchMetadata::sec_purpose},
    {"x-purpose", &logout::FetchMetadata::x_purpose},
    {"x-moz", &logout::FetchMetadata::x_moz},
    {"sec-fetch-site", &logout::FetchMetadata::sec_fetch_site},
    {"sec-fetch-mode", &logout::FetchMetadata::sec_fetch_mode},
    {"sec-fetch-dest", &logout::FetchMetadata::sec_fetch_dest},
    {"upgrade-insecure-requests",
     &logout::FetchMetadata::upgrade_insecure_requests},
};

constexpr std::string_view cookie_name = "cookie";


// One bit for each length that a name of interest has: most headers are told
// apart by it alone.
constexpr std::uint32_t lengths_of_interest()
{
    std::uint32_t lengths = 1u << cookie_name.size();

    for (const HeaderField& field : header_fields) {
        lengths |= 1u << field.name.size();
    }

    for (const MetadataField& field : metadata_fields) {
        lengths |= 1u << field.name.size();
    }

    return lengths;
}


// The first of several headers of one name counts.
template <typename Fields, typename Place>
bool store_field(const Fields& fields, std::string_view name,
                 std::string_view value, Place& place)
{
    for (const auto& field : fields) {
        if (name == field.name) {
            std::string_view& member = place.*field.value;

            member = member.empty() ? value : member;
            return true;
        }
    }

    return false;
}


void read_header(const ngx_table_elt_t& header, LogoutContext& context)
{
    constexpr std::uint32_t lengths = lengths_of_interest();

    if (header.key.len > 31 || (lengths >> header.key.len & 1u) == 0) {
        return;
    }

    const std::string_view name(reinterpret_cast<char*>(header.lowcase_key),
                                header.key.len);
    const std::string_view value = to_view(header.value);

    if (name == cookie_name) {
        context.cookie_headers.push_back(value);
        return;
    }

    if (!store_field(metadata_fields, name, value, context.request.fetch)) {
        store_field(header_fields, name, value, context.request);
    }
}


void read_headers(LogoutContext& context)
{
    const ngx_list_part_t* part = &context.r->headers_in.headers.part;

    context.cookie_headers.reserve(1);

    for (; part != nullptr; part = part->next) {
        const auto* const headers =
            static_cast<const ngx_table_elt_t*>(part->elts);

        for (ngx_uint_t i = 0; i < part->nelts; ++i) {
            read_header(headers[i], context);
        }
    }

    context.request.cookie_headers = context.cookie_headers.data();
    context.request.cookie_header_count = context.cookie_headers.size();
    context.request.fetch.has_cookie = !context.cookie_headers.empty();
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

    if (r != r->main) {
        return;  // the body is the main request's
    }

    const auto body =
        ngx_http_logout_body(r, logout::body_max_length, &context.memory);

    if (body) {
        context.request.body = *body;
    } else {
        context.request.body_too_large = true;
    }
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
    return r == r->main && r->headers_in.content_length_n >
                               static_cast<off_t>(logout::body_max_length);
}


void ngx_http_logout_read_request(LogoutContext& context)
{
    const ngx_http_request_t* const r = context.r;
    logout::LogoutRequest& request = context.request;

    request.method = method_of(r);
    request.query = to_view(r->args);
    request.now = ngx_time();
    read_headers(context);
    if (!request.fetch.origin.empty() || !request.fetch.referer.empty()) {
        request.fetch.host = lower_case_host(context);
    }

    request.body_type = body_type_of(r);
    read_body(context);
}
