#include "core/url/url.hpp"

#include "core/url/host.hpp"
#include "core/url/forbidden_scheme.hpp"
#include "core/base/byte_classes.hpp"
#include "core/base/utf8.hpp"

#include <cstring>

namespace logout {

namespace {

constexpr Url no_url;


// Reads the input from left to right and writes the canonical form beside it.
struct Cursor {
    const char* in;
    const char* end;
    char* out;

    bool done() const { return in == end; }
    bool at(char c) const { return in != end && *in == c; }
    bool at_end_of_authority() const
    {
        return done() || *in == '/' || *in == '?' || *in == '#';
    }

    std::string_view rest() const
    {
        return {in, static_cast<std::size_t>(end - in)};
    }

    void put(char c) { *out++ = c; }
    void copy() { *out++ = *in++; }
};


// What was written from `begin` on.
std::string_view written(const char* begin, const Cursor& cursor)
{
    return {begin, static_cast<std::size_t>(cursor.out - begin)};
}


// Copies as many bytes of `plain` as there are.
void copy_run(Cursor& cursor, const ByteSet& plain)
{
    const std::size_t size = run_length(cursor.rest(), plain);

    std::memcpy(cursor.out, cursor.in, size);
    cursor.in += size;
    cursor.out += size;
}


void put_escape(Cursor& cursor, char c)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);

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
    const int byte = escaped_byte(cursor.rest());

    if (byte < 0) {
        return UrlRule::bad_escape;
    }
    if (byte < 0x20 || byte == 0x7f) {
        return UrlRule::escaped_control;
    }
    put_escape(cursor, static_cast<char>(byte));
    cursor.in += 3;
    return UrlRule::ok;
}


// The first character of `text`, escaped or not, as a byte; -1 at the end.
// `size` is the number of bytes that spell it.
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


// Whether a segment begins behind the path written so far. An escaped slash
// or backslash separates segments for some servers.
bool segment_begins(std::string_view path)
{
    if (path.empty() || path.back() == '/') {
        return true;
    }
    const std::string_view last =
        path.size() < 3 ? std::string_view() : path.substr(path.size() - 3);
    return last == "%2F" || last == "%5C";
}


// Copies up to "?", "#" or the end.
UrlRule copy_path(Cursor& cursor, Url& url)
{
    const char* const begin = cursor.out;

    for (;;) {
        copy_run(cursor, plain_path_bytes);
        if (cursor.done() || cursor.at('?') || cursor.at('#')) {
            break;
        }
        if (segment_begins(written(begin, cursor)) &&
            begins_with_dot_segment(cursor.rest())) {
            return UrlRule::dot_segment;
        }
        if (cursor.at('.')) {
            cursor.copy();
            continue;
        }

        url.plain_path = false;
        if (cursor.at(';')) {
            cursor.copy();
            continue;
        }
        const UrlRule rule =
            cursor.at('%') ? copy_escape(cursor) : UrlRule::forbidden_byte;
        if (rule != UrlRule::ok) {
            return rule;
        }
    }

    url.path = written(begin, cursor);
    return UrlRule::ok;
}


UrlRule escape_character(Cursor& cursor)
{
    const std::size_t size = read_utf8(cursor.rest()).size;

    if (size == 0) {
        return UrlRule::forbidden_byte;
    }
    for (std::size_t i = 0; i < size; ++i) {
        put_escape(cursor, *cursor.in++);
    }
    return UrlRule::ok;
}


// Copies what `plain` has and escapes, and escapes the rest as browsers do. A
// query ends at "#".
UrlRule copy_and_escape(Cursor& cursor, const ByteSet& plain)
{
    for (;;) {
        copy_run(cursor, plain);
        if (cursor.done() || cursor.at('#')) {
            return UrlRule::ok;
        }

        UrlRule rule = UrlRule::forbidden_byte;
        if (cursor.at('%')) {
            rule = copy_escape(cursor);
        } else if (!is_control(*cursor.in)) {
            rule = escape_character(cursor);
        }
        if (rule != UrlRule::ok) {
            return rule;
        }
    }
}


UrlRule copy_query(Cursor& cursor, Url& url)
{
    if (!cursor.at('?')) {
        return UrlRule::ok;
    }
    cursor.copy();
    const char* const begin = cursor.out;
    const UrlRule rule = copy_and_escape(
        cursor, url.kind == UrlKind::private_use ? plain_query_bytes
                                                 : plain_web_query_bytes);
    url.query = written(begin, cursor);
    url.has_query = true;
    return rule;
}


UrlRule copy_fragment(Cursor& cursor, Url& url)
{
    if (!cursor.at('#')) {
        return UrlRule::ok;
    }
    cursor.copy();
    const char* const begin = cursor.out;
    const UrlRule rule = copy_and_escape(cursor, plain_fragment_bytes);
    url.fragment = written(begin, cursor);
    url.has_fragment = true;
    return rule;
}


// Path, query and fragment: the same for all kinds.
UrlRule copy_target(Cursor& cursor, Url& url)
{
    UrlRule rule = copy_path(cursor, url);

    if (rule == UrlRule::ok) {
        rule = copy_query(cursor, url);
    }
    if (rule == UrlRule::ok) {
        rule = copy_fragment(cursor, url);
    }
    return rule;
}


// Names what is wrong with an authority that could be read only in part.
// `rule` is what its host or port says, if anything.
UrlRule explain_authority(std::string_view authority, UrlRule rule)
{
    authority = authority.substr(0, authority.find_first_of("/?#"));
    if (authority.find('@') != authority.npos) {
        return UrlRule::userinfo;
    }
    for (const char c : authority) {
        if (is_forbidden_before_query(c)) {
            return UrlRule::forbidden_byte;
        }
    }
    return rule == UrlRule::ok ? UrlRule::bad_host : rule;
}


UrlRule copy_port(Cursor& cursor, Url& url)
{
    std::string_view port = cursor.rest().substr(1);
    std::size_t size = 0;
    const UrlRule rule = read_port(port, size);

    if (rule != UrlRule::ok) {
        return rule;
    }
    port = port.substr(0, size);
    cursor.in += size + 1;
    if ((url.scheme == "https" && port == "443") ||
        (url.scheme == "http" && port == "80")) {
        return UrlRule::ok;
    }

    cursor.put(':');
    std::memcpy(cursor.out, port.data(), size);
    url.port = {cursor.out, size};
    cursor.out += size;
    return UrlRule::ok;
}


UrlRule copy_web_host(Cursor& cursor, Url& url)
{
    std::size_t read = 0;
    std::size_t size = 0;
    const UrlRule rule =
        canonicalize_host(cursor.rest(), cursor.out, read, size);

    if (rule == UrlRule::ok) {
        url.host = {cursor.out, size};
        cursor.in += read;
        cursor.out += size;
    }
    return rule;
}


// The host of a private-use URL: a name in the case that the application
// chose, or nothing (com.example.app:///path).
UrlRule copy_private_host(Cursor& cursor, Url& url)
{
    const char* const begin = cursor.out;

    copy_run(cursor, host_bytes);
    url.host = written(begin, cursor);
    return url.host.empty() && !cursor.at_end_of_authority() ? UrlRule::bad_host
                                                             : UrlRule::ok;
}


// Copies "//", host and port.
UrlRule copy_authority(Cursor& cursor, Url& url)
{
    cursor.copy();
    cursor.copy();
    const std::string_view authority = cursor.rest();

    UrlRule rule = url.kind == UrlKind::web ? copy_web_host(cursor, url)
                                            : copy_private_host(cursor, url);
    if (rule == UrlRule::ok && cursor.at(':')) {
        rule = copy_port(cursor, url);
    }
    if (rule == UrlRule::ok && cursor.at_end_of_authority()) {
        return UrlRule::ok;
    }
    return explain_authority(authority, rule);
}


UrlRule parse_web(Cursor& cursor, Url& url)
{
    char* const begin = cursor.out - url.scheme.size() - 1;

    if (cursor.rest().substr(0, 2) != "//") {
        return UrlRule::no_slashes_after_scheme;
    }
    UrlRule rule = copy_authority(cursor, url);
    if (rule != UrlRule::ok) {
        return rule;
    }
    url.origin = written(begin, cursor);

    if (cursor.at('/')) {
        return copy_target(cursor, url);
    }
    url.path = {cursor.out, 1};
    cursor.put('/');
    rule = copy_query(cursor, url);
    return rule == UrlRule::ok ? copy_fragment(cursor, url) : rule;
}


UrlRule parse_private_use(Cursor& cursor, Url& url)
{
    char* const begin = cursor.out - url.scheme.size() - 1;

    if (is_dangerous_scheme(url.scheme)) {
        return UrlRule::bad_scheme;
    }
    if (cursor.rest().substr(0, 2) == "//") {
        const UrlRule rule = copy_authority(cursor, url);
        if (rule != UrlRule::ok) {
            return rule;
        }
    }
    url.origin = written(begin, cursor);
    return copy_target(cursor, url);
}


// A short cut: nearly all URLs begin like this.
constexpr std::string_view usual_scheme = "https:";


UrlRule copy_usual_scheme(Cursor& cursor, Url& url)
{
    std::memcpy(cursor.out, usual_scheme.data(), usual_scheme.size());
    url.scheme = {cursor.out, usual_scheme.size() - 1};
    cursor.in += usual_scheme.size();
    cursor.out += usual_scheme.size();
    return UrlRule::ok;
}


// Copies a scheme and its colon.
UrlRule copy_scheme(Cursor& cursor, Url& url)
{
    const char* const begin = cursor.out;

    if (cursor.rest().substr(0, usual_scheme.size()) == usual_scheme) {
        return copy_usual_scheme(cursor, url);
    }
    if (is_alpha(*cursor.in)) {
        while (!cursor.done() && contains(scheme_bytes, *cursor.in)) {
            cursor.put(to_lower(*cursor.in++));
        }
    }
    if (!cursor.at(':') || cursor.out == begin) {
        return !cursor.done() && is_forbidden_before_query(*cursor.in)
                   ? UrlRule::forbidden_byte
                   : UrlRule::bad_scheme;
    }

    url.scheme = written(begin, cursor);
    cursor.copy();
    return UrlRule::ok;
}


UrlRule parse_relative(Cursor& cursor, Url& url)
{
    const std::string_view start = cursor.rest().substr(0, 2);

    if (start == "//" || start == "/\\") {
        return UrlRule::network_path;
    }
    url.kind = UrlKind::relative;
    url.origin = written(cursor.out, cursor);
    return copy_target(cursor, url);
}


UrlRule parse_absolute(Cursor& cursor, Url& url)
{
    const UrlRule rule = copy_scheme(cursor, url);

    if (rule != UrlRule::ok) {
        return rule;
    }
    if (url.scheme == "https" || url.scheme == "http") {
        url.kind = UrlKind::web;
        return parse_web(cursor, url);
    }
    url.kind = UrlKind::private_use;
    return parse_private_use(cursor, url);
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
        return "the URL holds a control character or bytes that are not "
               "UTF-8, or before its query a space, a character beyond ASCII, "
               "or one of \\ \" < > ^ { | } `";
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
    url = no_url;
    if (input.empty()) {
        return UrlRule::empty;
    }
    if (input.size() > url_max_length) {
        return UrlRule::too_long;
    }
    if (input.back() == ' ') {
        return UrlRule::forbidden_byte;
    }

    Cursor cursor{input.data(), input.data() + input.size(), buffer.data()};
    const UrlRule rule = cursor.at('/') ? parse_relative(cursor, url)
                                        : parse_absolute(cursor, url);
    if (rule == UrlRule::ok) {
        url.text = written(buffer.data(), cursor);
    } else {
        url = no_url;
    }
    return rule;
}

}  // namespace logout
