#include "core/session/transforms.hpp"

#include "core/base/percent_encoding.hpp"

#include <cstring>

namespace logout {

std::optional<std::string_view> percent_decode(std::string_view text,
                                               SessionScratch& scratch)
{
    std::size_t escape = text.find('%');
    if (escape == std::string_view::npos) {
        return text;
    }

    char* const start = scratch.take(text.size());
    if (start == nullptr) {
        return std::nullopt;
    }

    char* out = start;
    for (; escape != std::string_view::npos; escape = text.find('%')) {
        const int octet = percent_octet(text.substr(escape));
        if (octet < 0) {
            return std::nullopt;
        }

        std::memcpy(out, text.data(), escape);
        out += escape;
        *out++ = static_cast<char>(octet);
        text.remove_prefix(escape + percent_escape_size);
    }

    std::memcpy(out, text.data(), text.size());
    out += text.size();
    return std::string_view(start, static_cast<std::size_t>(out - start));
}


std::optional<std::string_view>
base64_decode(std::string_view text, Base64 alphabet, SessionScratch& scratch)
{
    char* out = scratch.take(base64_decoded_max(text.size()));
    if (out == nullptr) {
        return std::nullopt;
    }

    std::optional<std::size_t> size = base64_decode(text, alphabet, out);
    if (!size) {
        return std::nullopt;
    }
    return std::string_view(out, *size);
}


std::string_view without_route(std::string_view id, std::string_view route)
{
    std::optional<SplitText> parts;

    if (!route.empty()) {
        parts = split_at_last(id, '.');
    }
    if (!parts || (route != "*" && parts->second != route)) {
        return id;
    }
    return parts->first;
}


std::optional<std::string_view> gob_string(std::string_view bytes)
{
    // the length of the rest, the type "string", no delta, the length of the
    // string: https://pkg.go.dev/encoding/gob, "Encoding Details"
    constexpr std::size_t header = 4;
    constexpr std::size_t one_byte_length_max = 0x7f;

    if (bytes.size() < header || bytes.size() - 1 > one_byte_length_max ||
        static_cast<unsigned char>(bytes[0]) != bytes.size() - 1 ||
        bytes[1] != 0x0c || bytes[2] != 0x00 ||
        static_cast<unsigned char>(bytes[3]) != bytes.size() - header) {
        return std::nullopt;
    }
    return bytes.substr(header);
}


std::optional<std::string_view> lua_resty_session_id(std::string_view value,
                                                     SessionScratch& scratch)
{
    // type, flags (little endian), session id, and what is not needed here
    constexpr std::size_t encoded_header = 110;
    constexpr std::size_t id_at = 3;
    constexpr std::size_t id_size = 32;
    constexpr char type = 1;
    constexpr int flag_stored = 0x0001;

    if (value.size() < encoded_header) {
        return std::nullopt;
    }

    std::optional<std::string_view> header =
        base64_decode(value.substr(0, encoded_header), Base64::url, scratch);
    if (!header || (*header)[0] != type || ((*header)[1] & flag_stored) == 0) {
        return std::nullopt;
    }
    return header->substr(id_at, id_size);
}


std::optional<std::string_view> oauth2_proxy_id(std::string_view ticket,
                                                SessionScratch& scratch)
{
    std::optional<std::string_view> version_2 = without_lead(ticket, "v2.");
    std::optional<SplitText> parts =
        split_at_last(version_2 ? *version_2 : ticket, '.');

    if (!parts) {
        return std::nullopt;
    }
    if (!version_2) {
        return parts->first;
    }
    return base64_decode(parts->first, Base64::url, scratch);
}

}  // namespace logout
