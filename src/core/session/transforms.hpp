// The steps that turn a cookie's value into a session id, one function each.
// None of them verifies anything.

#ifndef LOGOUT_SESSION_TRANSFORMS_HPP
#define LOGOUT_SESSION_TRANSFORMS_HPP

#include "core/base/base64.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

namespace logout {

// Longest cookie value that is read: browsers send at most 4096 bytes for
// name, "=" and value together (RFC 6265bis, section 5.6).
constexpr std::size_t cookie_value_max_length = 4096;

// Memory for the decoded forms of one value, on the stack. Decoding makes a
// text shorter, and no real cookie of any format needs more than a quarter.
class SessionScratch {
public:
    // Room for `size` bytes, until this object goes; null if there is none.
    char* take(std::size_t size)
    {
        if (size > bytes_.size() - used_) {
            return nullptr;
        }
        char* start = bytes_.data() + used_;
        used_ += size;
        return start;
    }

private:
    std::array<char, 4 * cookie_value_max_length> bytes_;
    std::size_t used_ = 0;
};

// Two parts of a text, without what was between them.
struct SplitText {
    std::string_view first;
    std::string_view second;
};

// Undoes percent-encoding; "+" stays. Nothing for a malformed escape.
std::optional<std::string_view> percent_decode(std::string_view text,
                                               SessionScratch& scratch);

// Undoes Base64, see base64_decode().
std::optional<std::string_view>
base64_decode(std::string_view text, Base64 alphabet, SessionScratch& scratch);

// What follows `lead`; nothing if `text` does not begin with it.
inline std::optional<std::string_view> without_lead(std::string_view text,
                                                    std::string_view lead)
{
    std::size_t same = 0;

    // leads are short: comparing takes less than a call would
    while (same < lead.size() && same < text.size() &&
           text[same] == lead[same]) {
        same++;
    }
    if (same < lead.size()) {
        return std::nullopt;
    }
    return text.substr(same);
}

// The parts before and after the byte at `position`, which may be npos.
inline std::optional<SplitText> split_at(std::string_view text,
                                         std::size_t position)
{
    if (position == std::string_view::npos) {
        return std::nullopt;
    }
    return SplitText{text.substr(0, position), text.substr(position + 1)};
}

// Where the last `wanted` is, or npos. memrchr(), which is GNU's and the BSDs',
// looks at many bytes at once, rfind() at one.
inline std::size_t find_last(std::string_view text, char wanted)
{
#ifdef __APPLE__
    return text.rfind(wanted);
#else
    const void* const found =
        text.empty() ? nullptr : memrchr(text.data(), wanted, text.size());

    return found == nullptr
               ? std::string_view::npos
               : static_cast<std::size_t>(static_cast<const char*>(found) -
                                          text.data());
#endif
}

// The parts before and after the first, or the last, `separator`; nothing
// without one.
inline std::optional<SplitText> split_at_first(std::string_view text,
                                               char separator)
{
    return split_at(text, text.find(separator));
}

inline std::optional<SplitText> split_at_last(std::string_view text,
                                              char separator)
{
    return split_at(text, find_last(text, separator));
}

// The id of a Spring Session cookie without the ".route" at its end: of that
// route, of any route if it is "*", of none if it is empty.
std::string_view without_route(std::string_view id, std::string_view route);

// The string in the Go gob encoding of one string of up to 120 bytes.
std::optional<std::string_view> gob_string(std::string_view bytes);

// The 32 bytes of a session id in the cookie of lua-resty-session 4; nothing
// for other versions, and where the session is in the cookie itself.
std::optional<std::string_view> lua_resty_session_id(std::string_view value,
                                                     SessionScratch& scratch);

// The session id in a ticket of oauth2-proxy, version 2 or before.
std::optional<std::string_view> oauth2_proxy_id(std::string_view ticket,
                                                SessionScratch& scratch);

}  // namespace logout

#endif
