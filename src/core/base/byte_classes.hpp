// Which byte may stand where in a URL, as tables made by the compiler.

#ifndef LOGOUT_URL_BYTES_HPP
#define LOGOUT_URL_BYTES_HPP

#include <array>
#include <cstddef>
#include <string_view>

namespace logout {

using ByteSet = std::array<bool, 256>;

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}


constexpr bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}


constexpr char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}


constexpr char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}


// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c)
{
    if (is_digit(c)) {
        return c - '0';
    }
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}


constexpr ByteSet alphanumeric_and(std::string_view others)
{
    ByteSet set{};

    for (int byte = 0; byte < 128; ++byte) {
        const char c = static_cast<char>(byte);
        set[static_cast<std::size_t>(byte)] = is_alpha(c) || is_digit(c);
    }
    for (const char c : others) {
        set[static_cast<unsigned char>(c)] = true;
    }
    return set;
}


constexpr ByteSet without_upper_case(ByteSet set)
{
    for (unsigned char c = 'A'; c <= 'Z'; ++c) {
        set[c] = false;
    }
    return set;
}


constexpr bool contains(const ByteSet& set, char c)
{
    return set[static_cast<unsigned char>(c)];
}


// How many bytes of `set` the text begins with. Four bytes a turn: this is
// where most of the time of reading a URL goes.
inline std::size_t run_length(std::string_view text, const ByteSet& set)
{
    const char* in = text.data();
    const char* const end = in + text.size();

    for (; end - in >= 4; in += 4) {
        if (!contains(set, in[0])) {
            return static_cast<std::size_t>(in - text.data());
        }
        if (!contains(set, in[1])) {
            return static_cast<std::size_t>(in + 1 - text.data());
        }
        if (!contains(set, in[2])) {
            return static_cast<std::size_t>(in + 2 - text.data());
        }
        if (!contains(set, in[3])) {
            return static_cast<std::size_t>(in + 3 - text.data());
        }
    }
    while (in != end && contains(set, *in)) {
        ++in;
    }
    return static_cast<std::size_t>(in - text.data());
}


// RFC 3986, 3.1.
constexpr ByteSet scheme_bytes = alphanumeric_and("+-.");

// Letters, digits and hyphens, and the underscore that some host names have.
constexpr ByteSet host_bytes = alphanumeric_and("-_.");
constexpr ByteSet lower_case_label_bytes =
    without_upper_case(alphanumeric_and("-_"));

// The slash and RFC 3986's pchar without those that need a look at what is
// around them: "%", ".", and ";", where some servers end a segment.
constexpr ByteSet plain_path_bytes = alphanumeric_and("/-_~!$&'()*+,=:@");

// RFC 3986's query and fragment, and what is beyond it but left as it is by
// browsers (WHATWG URL standard, section 1.3): frameworks write `a[]=1`, and
// location.href says `?columns=a|b`. Of the rest an apostrophe is escaped in
// the query of an http: or https: URL only, and a backtick and a second "#"
// mean something else in a fragment.
constexpr ByteSet plain_query_bytes =
    alphanumeric_and("-._~!$&'()*+,;=:@/?[]{|}\\^`");
constexpr ByteSet plain_web_query_bytes =
    alphanumeric_and("-._~!$&()*+,;=:@/?[]{|}\\^`");
constexpr ByteSet plain_fragment_bytes =
    alphanumeric_and("-._~!$&'()*+,;=:@/?[]{|}\\^#");


// Whether no part of a URL before its query may hold this byte in any position.
constexpr bool is_forbidden_before_query(char c)
{
    return c < 0x21 || c > 0x7e ||
           std::string_view("\\\"<>^{|}`").find(c) != std::string_view::npos;
}


constexpr bool is_control(char c)
{
    return (c >= 0 && c < 0x20) || c == 0x7f;
}

}  // namespace logout

#endif
