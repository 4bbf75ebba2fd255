#include "core/session/sightings.hpp"

#include "core/base/byte_classes.hpp"
#include "core/session/cookie_text.hpp"

#include <algorithm>
#include <cstring>

namespace logout {

namespace {

// RFC 9110, section 5.6.2.
constexpr ByteSet token_bytes = alphanumeric_and("!#$%&'*+-.^_`|~");


// What some server trims: everything up to the blank, and no-break spaces.
bool is_trimmed(char c)
{
    return static_cast<unsigned char>(c) <= ' ' ||
           static_cast<unsigned char>(c) >= 0x7f;
}


std::string_view trim(std::string_view text)
{
    while (!text.empty() && is_trimmed(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_trimmed(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}


char as_in_php(char c)
{
    return c == '.' || c == '[' || c == ' ' ? '_' : c;
}


// Python undoes backslashes in quotes, and does not end a value within them.
bool has_odd_quotes(std::string_view value)
{
    if (value.empty() || value.front() != '"') {
        return false;
    }
    return value.size() < 2 || value.back() != '"' ||
           value.find('\\') != value.npos;
}


// Auth.js joins all cookies whose name begins so.
bool joins_all(std::string_view name)
{
    constexpr std::string_view end = "session-token";

    return name.size() >= end.size() &&
           name.substr(name.size() - end.size()) == end;
}


struct Chunk {
    int number;
    char mark;
};


// What has more digits is the last.
constexpr std::size_t chunk_max_digits = 6;
constexpr int chunk_last = 1000000;


// The number of ".0", "_1", "-2", "C3".
bool read_chunk(char mark, std::string_view number, Chunk& chunk)
{
    const std::size_t most = mark == '.' ? number.size() : 2;

    if (number.empty() || number.size() > most ||
        std::string_view("._-C").find(mark) == std::string_view::npos) {
        return false;
    }

    chunk = {number.size() > chunk_max_digits ? chunk_last : 0, mark};
    for (const char c : number.substr(0, chunk_max_digits)) {
        chunk.number = std::min(10 * chunk.number + (c - '0'), chunk_last);
    }
    return true;
}


// Looks at each "=", of which a header has few, for the name before it.
class Finder {
public:
    Finder(std::string_view text, std::size_t header,
           const CookieNaming& naming, CookieSightings& found)
        : text_(text), header_(header), naming_(naming), found_(found)
    {
    }

    bool run()
    {
        for (std::size_t equals = next_equals(0); equals < text_.size();
             equals = next_equals(equals + 1)) {
            look_before(equals);
            if (found_.size() > cookie_max_sightings) {
                return false;
            }
        }
        return true;
    }

private:
    std::size_t next_equals(std::size_t at)
    {
        const void* const found =
            std::memchr(text_.data() + at, '=', text_.size() - at);

        return found == nullptr
                   ? text_.size()
                   : static_cast<std::size_t>(static_cast<const char*>(found) -
                                              text_.data());
    }

    void look_before(std::size_t equals)
    {
        std::size_t end = equals;

        while (end > 0 && is_trimmed(text_[end - 1])) {
            --end;
        }

        if (ends_in_name(end)) {
            add(end - naming_.name.size(), {-1, 0}, end, equals);
        } else if (naming_.chunked && !look_for_chunk(end, equals) &&
                   joins_all(naming_.name)) {
            look_for_longer(end, equals);
        }
    }

    bool look_for_chunk(std::size_t end, std::size_t equals)
    {
        std::size_t digits = end;
        Chunk chunk;

        while (digits > 0 && is_digit(text_[digits - 1])) {
            --digits;
        }
        if (digits == 0 ||
            !read_chunk(text_[digits - 1], text_.substr(digits, end - digits),
                        chunk) ||
            !ends_in_name(digits - 1)) {
            return false;
        }

        add(digits - 1 - naming_.name.size(), chunk, end, equals);
        return true;
    }

    // A name that only begins so.
    void look_for_longer(std::size_t end, std::size_t equals)
    {
        const std::size_t before = text_.substr(0, end).find_last_of(";=");
        std::size_t at = before == text_.npos ? 0 : before + 1;

        if (before != text_.npos && text_[before] == '=') {
            return;
        }
        while (at < end && is_trimmed(text_[at])) {
            ++at;
        }
        if (text_.substr(at, naming_.name.size()) == naming_.name) {
            add(at, {-1, 0}, end, equals, true);
        }
    }

    // The name, and no longer one.
    bool ends_in_name(std::size_t end) const
    {
        const std::size_t size = naming_.name.size();

        return size <= end && has_name(end - size) &&
               (size == end || !contains(token_bytes, text_[end - size - 1]));
    }

    bool has_name(std::size_t at) const
    {
        return naming_.as_php ? has_php_name(at) : is_exact(at);
    }

    bool is_exact(std::size_t at) const
    {
        return std::memcmp(text_.data() + at, naming_.name.data(),
                           naming_.name.size()) == 0;
    }

    bool has_php_name(std::size_t at) const
    {
        const char* const here = text_.data() + at;

        // most names differ in their last bytes
        for (std::size_t i = naming_.name.size(); i > 0; --i) {
            if (as_in_php(here[i - 1]) != as_in_php(naming_.name[i - 1])) {
                return false;
            }
        }
        return true;
    }

    // From the piece's beginning to `at` there is nothing but blanks.
    bool is_plain(std::size_t begin, std::size_t at) const
    {
        while (begin < at && is_blank(text_[begin])) {
            ++begin;
        }
        return begin == at && is_exact(at);
    }

    void add(std::size_t at, const Chunk& chunk, std::size_t name_end,
             std::size_t equals, bool odd_name = false)
    {
        const std::size_t before =
            at == 0 ? text_.npos : text_.rfind(';', at - 1);
        const std::size_t begin = before == text_.npos ? 0 : before + 1;
        const std::size_t end = std::min(text_.find(';', equals), text_.size());
        const std::string_view value =
            trim(text_.substr(equals + 1, end - equals - 1));

        found_.push_back({header_, begin, end, text_.substr(at, name_end - at),
                          without_quotes(value), chunk.number, chunk.mark,
                          is_plain(begin, at),
                          odd_name || has_odd_quotes(value)});
    }

    std::string_view text_;
    std::size_t header_;
    const CookieNaming& naming_;
    CookieSightings& found_;
};

}  // namespace


bool find_sightings(std::string_view text, std::size_t header,
                    const CookieNaming& naming, CookieSightings& found)
{
    return Finder(text, header, naming, found).run();
}


std::size_t cut_cookies(std::string_view text, const CookieCut* cuts,
                        std::size_t count, char* out)
{
    const char* const start = out;
    std::size_t at = 0;

    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(out, text.data() + at, cuts[i].begin - at);
        out += cuts[i].begin - at;
        at = std::min(cuts[i].end + 1, text.size());  // with its ";"
    }

    while (out == start && at < text.size() && is_blank(text[at])) {
        ++at;
    }
    std::memcpy(out, text.data() + at, text.size() - at);
    out += text.size() - at;

    // the last piece has no ";" of its own, but there is that of the one before
    if (count > 0 && cuts[count - 1].end == text.size() && out != start) {
        --out;
    }
    return static_cast<std::size_t>(out - start);
}

}  // namespace logout
