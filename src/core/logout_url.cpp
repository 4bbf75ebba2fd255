#include "logout_url.hpp"

#include "logout_host.hpp"
#include "logout_scheme.hpp"
#include "logout_url_bytes.hpp"
#include "logout_utf8.hpp"

#include <cstring>

namespace logout {

namespace {

// Reads the input from left to right and writes the canonical form beside it.
struct Cursor {
    std::string_view rest;  // of the input
    char* out;
    bool plain_path = true;

    bool at(char c) const { return !rest.empty() && rest[0] == c; }

    void put(char c) { *out++ = c; }

    void skip(std::size_t count) { rest.remove_prefix(count); }
};


UrlRule refuse(char c, UrlRule otherwise)
{
    return is_forbidden_everywhere(c) ? UrlRule::forbidden_byte : otherwise;
}


void put_escape(Cursor& cursor, unsigned char byte)
{
    constexpr std::string_view digits = "0123456789ABCDEF";

    cursor.put('%');
    cursor.put(digits[byte >> 4]);
    cursor.put(digits[byte & 0xf]);
}


// The byte that the escape at the beginning of `text` stands for, or -1.
int escaped_byte(std::string_view text)
{
    if (text.size() < 3 || text[0] != '%') {
        return -1;
    }
    const int high = hex_value(text[1]);
    const int low = hex_value(text[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}


UrlRule copy_escape(Cursor& cursor)
{
    const int byte = escaped_byte(cursor.rest);

    if (byte < 0) {
        return UrlRule::bad_escape;
    }
    if (byte < 0x20 || byte == 0x7f) {
        return UrlRule::escaped_control;
    }
    put_escape(cursor, static_cast<unsigned char>(byte));
    cursor.skip(3);
    return UrlRule::ok;
}


// The character at the beginning of `text`, escaped or not, as a byte; -1 at
// the end. `size` is the number of bytes that spell it.
int spelled_byte(std::string_view text, std::size_t& size)
{
    if (text.empty()) {
        return -1;
    }
    const int escaped = escaped_byte(text);
    size = escaped < 0 ? 1 : 3;
    return escaped < 0 ? static_cast<unsigned char>(text[0]) : escaped;
}


// Whether `text` begins with "." or ".." as a segment of its own. A segment
// ends also where some server ends one: at ";" and at an escaped slash.
bool begins_with_dot_segment(std::string_view text)
{
    std::size_t size = 0;
    int dots = 0;

    while (dots < 3 && spelled_byte(text, size) == '.') {
        text.remove_prefix(size);
        ++dots;
    }
    if (dots == 0 || dots > 2) {
        return false;
    }

    const int next = spelled_byte(text, size);
    return next < 0 || std::string_view("/\\;?#").find(
                           static_cast<char>(next)) != std::string_view::npos;
}


bool is_escaped_slash(std::string_view text)
{
    const int byte = escaped_byte(text);
    return byte == '/' || byte == '\\';
}


// Copies up to "?", "#" or the end.
UrlRule copy_path(Cursor& cursor)
{
    if (begins_with_dot_segment(cursor.rest)) {
        return UrlRule::dot_segment;
    }

    while (!cursor.rest.empty()) {
        const char c = cursor.rest[0];

        if (contains(plain_path_bytes, c)) {
            cursor.put(c);
            cursor.skip(1);
            continue;
        }
        if (c == '?' || c == '#') {
            break;
        }

        bool segment_begins = c == '/';
        if (c == '%') {
            segment_begins = is_escaped_slash(cursor.rest);
            const UrlRule rule = copy_escape(cursor);
            if (rule != UrlRule::ok) {
                return rule;
            }
            cursor.plain_path = false;
        } else if (c == '/' || c == ';') {
            cursor.plain_path = cursor.plain_path && c == '/';
            cursor.put(c);
            cursor.skip(1);
        } else {
            return UrlRule::forbidden_byte;
        }

        if (segment_begins && begins_with_dot_segment(cursor.rest)) {
            return UrlRule::dot_segment;
        }
    }
    return UrlRule::ok;
}


// What browsers escape in a query or fragment, and the escapes themselves.
UrlRule copy_unusual(Cursor& cursor)
{
    const char c = cursor.rest[0];

    if (c == '%') {
        return copy_escape(cursor);
    }
    if (c == ' ' || c == '\'') {
        put_escape(cursor, static_cast<unsigned char>(c));
        cursor.skip(1);
        return UrlRule::ok;
    }
    if (static_cast<unsigned char>(c) < 0x80) {
        return UrlRule::forbidden_byte;
    }

    const Utf8Sequence sequence = read_utf8(cursor.rest);
    if (sequence.size == 0) {
        return UrlRule::forbidden_byte;
    }
    for (std::size_t i = 0; i < sequence.size; ++i) {
        put_escape(cursor, static_cast<unsigned char>(cursor.rest[i]));
    }
    cursor.skip(sequence.size);
    return UrlRule::ok;
}


// A query ends at "#", where a fragment begins; a second "#" is no character
// of a fragment, and no end of it.
UrlRule copy_query_or_fragment(Cursor& cursor, bool is_query)
{
    while (!cursor.rest.empty() && !(is_query && cursor.at('#'))) {
        if (contains(plain_query_bytes, cursor.rest[0])) {
            cursor.put(cursor.rest[0]);
            cursor.skip(1);
            continue;
        }
        const UrlRule rule = copy_unusual(cursor);
        if (rule != UrlRule::ok) {
            return rule;
        }
    }
    return UrlRule::ok;
}


std::string_view written(const char* begin, const Cursor& cursor)
{
    return {begin, static_cast<std::size_t>(cursor.out - begin)};
}


// Path, query and fragment: the same for all kinds.
UrlRule copy_target(Cursor& cursor, Url& url)
{
    const char* begin = cursor.out;
    UrlRule rule = copy_path(cursor);
    url.path = written(begin, cursor);
    url.plain_path = cursor.plain_path;

    if (rule == UrlRule::ok && cursor.at('?')) {
        cursor.skip(1);
        cursor.put('?');
        begin = cursor.out;
        rule = copy_query_or_fragment(cursor, true);
        url.query = written(begin, cursor);
        url.has_query = true;
    }

    if (rule == UrlRule::ok && cursor.at('#')) {
        cursor.skip(1);
        cursor.put('#');
        begin = cursor.out;
        rule = copy_query_or_fragment(cursor, false);
        url.fragment = written(begin, cursor);
        url.has_fragment = true;
    }

    return rule;
}


std::string_view authority_of(std::string_view text)
{
    return text.substr(0, text.find_first_of("/?#"));
}


// Names what is wrong with an authority whose host or port ended at `stop`.
UrlRule explain_authority(std::string_view authority, char stop, UrlRule rule)
{
    if (authority.find('@') != authority.npos) {
        return UrlRule::userinfo;
    }
    return refuse(stop, rule);
}


bool is_default_port(std::string_view scheme, std::string_view port)
{
    return port == (scheme == "https" ? "443" : "80");
}


UrlRule copy_port(Cursor& cursor, Url& url)
{
    std::size_t size = 0;

    cursor.skip(1);
    const UrlRule rule = read_port(cursor.rest, size);
    if (rule != UrlRule::ok) {
        return rule;
    }

    const std::string_view port = cursor.rest.substr(0, size);
    cursor.skip(size);
    if (url.kind == UrlKind::web && is_default_port(url.scheme, port)) {
        return UrlRule::ok;
    }

    cursor.put(':');
    std::memcpy(cursor.out, port.data(), size);
    url.port = {cursor.out, size};
    cursor.out += size;
    return UrlRule::ok;
}


// Host and port of a web URL, behind "//".
UrlRule copy_web_authority(Cursor& cursor, Url& url)
{
    const std::string_view authority = authority_of(cursor.rest);
    std::size_t read = 0;
    std::size_t size = 0;

    UrlRule rule = canonicalize_host(authority, cursor.out, read, size);
    if (rule == UrlRule::ok) {
        url.host = {cursor.out, size};
        cursor.out += size;
        cursor.skip(read);
        if (cursor.at(':')) {
            rule = copy_port(cursor, url);
        }
    }

    const std::string_view rest = authority_of(cursor.rest);
    if (rule != UrlRule::ok || !rest.empty()) {
        const UrlRule otherwise =
            rule == UrlRule::ok ? UrlRule::bad_host : rule;
        return explain_authority(authority, rest.empty() ? 'x' : rest[0],
                                 otherwise);
    }
    return UrlRule::ok;
}


UrlRule parse_web(Cursor& cursor, Url& url, const char* begin)
{
    if (cursor.rest.substr(0, 2) != "//") {
        return UrlRule::no_slashes_after_scheme;
    }
    cursor.skip(2);
    cursor.put('/');
    cursor.put('/');

    const UrlRule rule = copy_web_authority(cursor, url);
    if (rule != UrlRule::ok) {
        return rule;
    }
    url.origin = written(begin, cursor);

    if (cursor.at('/')) {
        return copy_target(cursor, url);
    }

    char* path = cursor.out;
    cursor.put('/');
    const UrlRule target = copy_target(cursor, url);
    url.path = {path, 1};
    return target;
}


// The host of a private-use URL: a name in the case that the application
// chose, or nothing (com.example.app:///path).
UrlRule copy_private_authority(Cursor& cursor, Url& url)
{
    const std::string_view authority = authority_of(cursor.rest);
    const char* begin = cursor.out;

    while (!cursor.rest.empty() && contains(host_bytes, cursor.rest[0])) {
        cursor.put(cursor.rest[0]);
        cursor.skip(1);
    }
    url.host = written(begin, cursor);

    UrlRule rule = UrlRule::ok;
    if (cursor.at(':')) {
        rule = url.host.empty() ? UrlRule::bad_host : copy_port(cursor, url);
    }

    const std::string_view rest = authority_of(cursor.rest);
    if (rule != UrlRule::ok || !rest.empty()) {
        const UrlRule otherwise =
            rule == UrlRule::ok ? UrlRule::bad_host : rule;
        return explain_authority(authority, rest.empty() ? 'x' : rest[0],
                                 otherwise);
    }
    return UrlRule::ok;
}


UrlRule parse_private_use(Cursor& cursor, Url& url, const char* begin)
{
    if (is_dangerous_scheme(url.scheme)) {
        return UrlRule::bad_scheme;
    }

    if (cursor.rest.substr(0, 2) == "//") {
        cursor.skip(2);
        cursor.put('/');
        cursor.put('/');
        const UrlRule rule = copy_private_authority(cursor, url);
        if (rule != UrlRule::ok) {
            return rule;
        }
    }
    url.origin = written(begin, cursor);
    return copy_target(cursor, url);
}


// Copies a scheme and its colon.
UrlRule copy_scheme(Cursor& cursor, Url& url)
{
    const char* begin = cursor.out;

    if (!is_alpha(cursor.rest[0])) {
        return refuse(cursor.rest[0], UrlRule::bad_scheme);
    }
    while (!cursor.rest.empty() && contains(scheme_bytes, cursor.rest[0])) {
        cursor.put(to_lower(cursor.rest[0]));
        cursor.skip(1);
    }
    if (!cursor.at(':')) {
        return cursor.rest.empty()
                   ? UrlRule::bad_scheme
                   : refuse(cursor.rest[0], UrlRule::bad_scheme);
    }

    url.scheme = written(begin, cursor);
    cursor.skip(1);
    cursor.put(':');
    return UrlRule::ok;
}


UrlRule parse_relative(Cursor& cursor, Url& url)
{
    const std::string_view behind = cursor.rest.substr(1);

    if (!behind.empty() && (behind[0] == '/' || behind[0] == '\\')) {
        return UrlRule::network_path;
    }
    url.kind = UrlKind::relative;
    url.origin = {cursor.out, 0};
    return copy_target(cursor, url);
}


UrlRule parse_absolute(Cursor& cursor, Url& url)
{
    const char* begin = cursor.out;
    const UrlRule rule = copy_scheme(cursor, url);

    if (rule != UrlRule::ok) {
        return rule;
    }
    if (url.scheme == "https" || url.scheme == "http") {
        url.kind = UrlKind::web;
        return parse_web(cursor, url, begin);
    }
    url.kind = UrlKind::private_use;
    return parse_private_use(cursor, url, begin);
}

}  // namespace


const char* describe(UrlRule rule)
{
    switch (rule) {
    case UrlRule::ok:
        return "the URL is well-formed";
    case UrlRule::empty:
        return "the URL is empty";
    case UrlRule::too_long:
        return "the URL is longer than 2048 bytes";
    case UrlRule::forbidden_byte:
        return "the URL holds a space, a control character, a character "
               "beyond ASCII, or one of \\ \" < > ^ { | } ` where none may be";
    case UrlRule::bad_scheme:
        return "the URL begins neither with \"/\" nor with a scheme that is "
               "allowed";
    case UrlRule::no_slashes_after_scheme:
        return "\"http:\" or \"https:\" is not followed by \"//\"";
    case UrlRule::userinfo:
        return "the URL holds a user name or \"@\" before its path";
    case UrlRule::bad_host:
        return "the URL's host is empty or is no host name";
    case UrlRule::bad_ipv4:
        return "the URL's host is a number but no IPv4 address in dotted "
               "decimal form";
    case UrlRule::bad_ipv6:
        return "the URL's host is a malformed IPv6 address";
    case UrlRule::bad_port:
        return "the URL's port is not a number from 1 to 65535 without a "
               "leading zero";
    case UrlRule::bad_escape:
        return "a \"%\" in the URL is not followed by two hexadecimal digits";
    case UrlRule::escaped_control:
        return "the URL holds an escaped control character";
    case UrlRule::dot_segment:
        return "the URL's path holds a \".\" or \"..\" segment";
    case UrlRule::network_path:
        return "a URL that begins with two slashes or backslashes leads to "
               "another host";
    }
    return "the URL is malformed";
}


UrlRule parse_url(std::string_view input, UrlBuffer& buffer, Url& url)
{
    if (input.empty()) {
        return UrlRule::empty;
    }
    if (input.size() > url_max_length) {
        return UrlRule::too_long;
    }
    if (input.back() == ' ') {
        return UrlRule::forbidden_byte;
    }

    Cursor cursor{input, buffer.data()};
    Url parsed;
    const UrlRule rule = cursor.at('/') ? parse_relative(cursor, parsed)
                                        : parse_absolute(cursor, parsed);
    if (rule == UrlRule::ok) {
        parsed.text = written(buffer.data(), cursor);
        url = parsed;
    }
    return rule;
}

}  // namespace logout
