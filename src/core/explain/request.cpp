#include "core/explain/request.hpp"

#include "core/base/form_encoding.hpp"
#include "core/base/text.hpp"

#include <jansson.h>

#include <algorithm>
#include <memory>

namespace logout {

namespace {

struct Field {
    std::string_view name;
    std::string_view DescribedRequest::*value;
};


constexpr Field fields[] = {
    {"location", &DescribedRequest::location},
    {"method", &DescribedRequest::method},
    {"url", &DescribedRequest::url},
    {"client_id", &DescribedRequest::client_id},
    {"return_url", &DescribedRequest::return_url},
    {"cookie", &DescribedRequest::cookie},
    {"headers", &DescribedRequest::headers},
    {"body", &DescribedRequest::body},
};


const Field* find_field(std::string_view name)
{
    for (const Field& field : fields) {
        if (field.name == name) {
            return &field;
        }
    }

    return nullptr;
}


struct JsonRelease {
    void operator()(json_t* value) const { json_decref(value); }
};

using JsonPointer = std::unique_ptr<json_t, JsonRelease>;


std::string_view text_of(const json_t* value)
{
    return {json_string_value(value), json_string_length(value)};
}


// {"Origin": "https://a.example"} as "Origin: https://a.example\n".
std::optional<std::string_view> header_lines(json_t* headers,
                                             std::pmr::memory_resource* memory)
{
    std::pmr::vector<std::string_view> parts(memory);
    const char* name = nullptr;
    json_t* value = nullptr;

    parts.reserve(4 * json_object_size(headers));

    json_object_foreach(headers, name, value)
    {
        if (!json_is_string(value)) {
            return std::nullopt;
        }

        parts.insert(parts.end(), {name, ": ", text_of(value), "\n"});
    }

    return join_parts(memory, parts);
}


bool read_member(const Field& field, json_t* value,
                 std::pmr::memory_resource* memory, DescribedRequest& described)
{
    if (json_is_string(value)) {
        described.*field.value = join_text(memory, {text_of(value)});
        return true;
    }

    if (field.value != &DescribedRequest::headers || !json_is_object(value)) {
        return false;
    }

    const auto lines = header_lines(value, memory);
    if (lines) {
        described.headers = *lines;
    }

    return lines.has_value();
}


std::string_view trim(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";

    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == text.npos) {
        return {};
    }

    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}


std::string_view lower_case(std::string_view text,
                            std::pmr::memory_resource* memory)
{
    char* const lower =
        static_cast<char*>(memory->allocate(text.size() + 1, 1));

    for (std::size_t i = 0; i < text.size(); ++i) {
        const char byte = text[i];
        lower[i] =
            byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
    }

    return {lower, text.size()};
}


Method method_of(std::string_view word)
{
    if (word.empty() || word == "GET") {
        return Method::get;
    }

    if (word == "HEAD") {
        return Method::head;
    }

    if (word == "POST") {
        return Method::post;
    }

    if (word == "DELETE") {
        return Method::delete_;
    }

    return word == "OPTIONS" ? Method::options : Method::other;
}


// Where a header's value goes; nullptr if it does not matter.
std::string_view* header_place(std::string_view name, LogoutRequest& request)
{
    FetchMetadata& fetch = request.fetch;

    const struct {
        std::string_view name;
        std::string_view& place;
    } places[] = {
        {"host", fetch.host},
        {"accept", fetch.accept},
        {"origin", fetch.origin},
        {"referer", fetch.referer},
        {"purpose", fetch.speculation},
        {"sec-purpose", fetch.speculation},
        {"x-purpose", fetch.speculation},
        {"x-sec-purpose", fetch.speculation},
        {"x-moz", fetch.speculation},
        {"x-middleware-prefetch", fetch.speculation},
        {"next-router-prefetch", fetch.speculation},
        {"next-router-segment-prefetch", fetch.speculation},
        {"rsc", fetch.speculation},
        {"hx-preloaded", fetch.speculation},
        {"sec-fetch-site", fetch.sec_fetch_site},
        {"sec-fetch-mode", fetch.sec_fetch_mode},
        {"sec-fetch-dest", fetch.sec_fetch_dest},
        {"upgrade-insecure-requests", fetch.upgrade_insecure_requests},
        {"authorization", request.authorization},
        {"access-control-request-method", request.preflight_method},
        {"access-control-request-headers", request.preflight_headers},
    };

    for (const auto& known : places) {
        if (known.name == name) {
            return &known.place;
        }
    }

    return nullptr;
}


// RFC 9110, section 5.6.2
bool is_header_name(std::string_view name)
{
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";

    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [others](char byte) {
               return (byte >= 'a' && byte <= 'z') ||
                      (byte >= '0' && byte <= '9') ||
                      others.find(byte) != others.npos;
           });
}


void read_header(std::string_view line, std::pmr::memory_resource* memory,
                 RequestDescription& description)
{
    const std::size_t colon = line.find(':');
    const std::string_view name =
        lower_case(trim(line.substr(0, colon)), memory);

    if (colon == line.npos || !is_header_name(name)) {
        description.problem = join_text(
            memory, {"The header line \"", line, "\" is not \"Name: value\""});
        return;
    }

    const std::string_view value = trim(line.substr(colon + 1));

    if (name == "cookie") {
        description.cookie_headers.push_back(value);
        return;
    }

    if (name == "content-type") {
        description.request.body_type = body_type(value);
        return;
    }

    std::string_view* const place = header_place(name, description.request);
    if (place != nullptr && place->empty()) {
        *place = value;
    }
}


void read_headers(std::string_view lines, std::pmr::memory_resource* memory,
                  RequestDescription& description)
{
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        const std::string_view line = trim(lines.substr(0, end));

        if (!line.empty()) {
            read_header(line, memory, description);
        }

        lines.remove_prefix(end == lines.npos ? lines.size() : end + 1);
    }
}


// How long "https://" is at the beginning; 0 if there is no such thing.
std::size_t scheme_length(std::string_view url)
{
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (url.substr(0, scheme.size()) == scheme) {
            return scheme.size();
        }
    }

    return 0;
}


// "https://host/path?query#fragment", or a part of it that begins with "/" or
// "?". What begins otherwise is a query.
void read_url(std::string_view url, RequestDescription& description)
{
    url = url.substr(0, url.find('#'));

    const std::size_t scheme = scheme_length(url);
    if (scheme > 0) {
        description.request.fetch.scheme =
            client_scheme(url.substr(0, url.find(':')));
        url.remove_prefix(scheme);

        const std::size_t end = std::min(url.find_first_of("/?"), url.size());
        description.request.fetch.host = url.substr(0, end);
        url.remove_prefix(end);
    }

    if (scheme == 0 && url.find_first_of("/?") != 0) {
        description.request.query = url;
        return;
    }

    const std::size_t path = std::min(url.find('?'), url.size());

    description.path = url.substr(0, path);
    description.request.query = url.substr(std::min(path + 1, url.size()));
}


void add_parameter(std::string_view name, std::string_view value,
                   std::pmr::memory_resource* memory, LogoutRequest& request)
{
    if (value.empty()) {
        return;
    }

    request.query =
        join_text(memory, {request.query, request.query.empty() ? "" : "&",
                           name, "=", escape_component(value, memory)});
}

}  // namespace


std::optional<DescribedRequest>
read_described_form(std::string_view body, std::pmr::memory_resource* memory)
{
    DescribedRequest described;

    while (!body.empty()) {
        const std::size_t end = body.find('&');
        const std::string_view pair = body.substr(0, end);
        const std::size_t equals = pair.find('=');
        const Field* const field = find_field(pair.substr(0, equals));

        if (field != nullptr && equals != pair.npos) {
            const auto value =
                decode_form_component(pair.substr(equals + 1), memory);
            if (!value) {
                return std::nullopt;
            }

            described.*field->value = *value;
        }

        body.remove_prefix(end == body.npos ? body.size() : end + 1);
    }

    return described;
}


std::optional<DescribedRequest>
read_described_json(std::string_view body, std::pmr::memory_resource* memory)
{
    const JsonPointer document(
        json_loadb(body.data(), body.size(), JSON_REJECT_DUPLICATES, nullptr));

    if (!json_is_object(document.get())) {
        return std::nullopt;
    }

    DescribedRequest described;

    for (const Field& field : fields) {
        // the names are literals, so they end with a NUL
        json_t* const value =
            json_object_get(document.get(), field.name.data());

        if (value != nullptr && !read_member(field, value, memory, described)) {
            return std::nullopt;
        }
    }

    return described;
}


void describe_request(const DescribedRequest& described,
                      const LogoutPolicy& policy, std::string_view host,
                      std::pmr::memory_resource* memory,
                      RequestDescription& description)
{
    LogoutRequest& request = description.request;

    request.method = method_of(described.method);
    request.body = trim(described.body);
    request.body_type = request.body.empty() ? BodyType::none : BodyType::form;
    request.body_too_large = request.body.size() > policy.body_max_length();

    read_url(trim(described.url), description);
    read_headers(described.headers, memory, description);

    if (!trim(described.cookie).empty()) {
        description.cookie_headers.push_back(trim(described.cookie));
    }

    if (request.fetch.host.empty()) {
        request.fetch.host = host;
    }

    request.fetch.host = lower_case(request.fetch.host, memory);
    request.cookie_headers = description.cookie_headers.data();
    request.cookie_header_count = description.cookie_headers.size();

    add_parameter(parameter_name(Parameter::client_id), described.client_id,
                  memory, request);
    add_parameter(parameter_name(policy.protocol->return_url),
                  trim(described.return_url), memory, request);
}

}  // namespace logout
