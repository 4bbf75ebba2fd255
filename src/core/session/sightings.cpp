#include "core/session/sightings.hpp"

#include "core/base/byte_classes.hpp"

#include <algorithm>
#include <cstring>

namespace logout {

namespace {

// RFC 9110, section 5.6.2.
constexpr ByteSet token_bytes = alphanumeric_and("!#$%&'*+-.^_`|~");


bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}


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


std::string_view without_quotes(std::string_view value)
{
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
    }
    return value;
}


char as_in_php(char c)
{
    return c == '.' || c == '[' || c == ' ' ? '_' : c;
}


struct Chunk {
    int number;
    char mark;
};


// "" or ".0", "_1", "-2", "C3".
bool read_chunk(std::string_view text, Chunk& chunk)
{
    chunk = {-1, 0};
    if (text.empty()) {
        return true;
    }
    if (text.size() < 2 || text.size() > 3 ||
        std::string_view("._-C").find(text.front()) == text.npos) {
        return false;
    }

    chunk = {0, text.front()};
    for (const char c : text.substr(1)) {
        if (!is_digit(c)) {
            return false;
        }
        chunk.number = 10 * chunk.number + (c - '0');
    }
    return true;
}


class Finder {
public:
    Finder(std::string_view text, std::size_t header,
           const CookieNaming& naming, CookieSightings& found)
        : text_(text), header_(header), naming_(naming), found_(found)
    {
    }

    bool run()
    {
        for (std::size_t at = next(0); at < text_.size(); at = next(at + 1)) {
            if (begins_word(at) && has_name(at)) {
                add(at);
            }
            if (found_.size() > cookie_max_sightings) {
                return false;
            }
        }
        return true;
    }

private:
    // The first place, from `at` on, of the name's first byte.
    std::size_t next(std::size_t at) const
    {
        const char first = naming_.name.front();

        if (naming_.as_php && first == '_') {
            return std::min(text_.find_first_of("_.[ ", at), text_.size());
        }
        return std::min(text_.find(first, at), text_.size());
    }

    bool begins_word(std::size_t at) const
    {
        return at == 0 || !contains(token_bytes, text_[at - 1]);
    }

    bool is_exact(std::size_t at) const
    {
        return text_.compare(at, naming_.name.size(), naming_.name) == 0;
    }

    bool has_name(std::size_t at) const
    {
        if (!naming_.as_php) {
            return is_exact(at);
        }

        const std::string_view here = text_.substr(at, naming_.name.size());

        return here.size() == naming_.name.size() &&
               std::equal(
                   here.begin(), here.end(), naming_.name.begin(),
                   [](char a, char b) { return as_in_php(a) == as_in_php(b); });
    }

    // From the piece's beginning to `at` there is nothing but blanks.
    bool is_plain(std::size_t begin, std::size_t at) const
    {
        while (begin < at && is_blank(text_[begin])) {
            ++begin;
        }
        return begin == at && is_exact(at);
    }

    void add(std::size_t at)
    {
        const std::size_t name_end = at + naming_.name.size();
        std::size_t word_end = name_end;

        while (word_end < text_.size() &&
               contains(token_bytes, text_[word_end])) {
            ++word_end;
        }

        Chunk chunk;
        if (!read_chunk(text_.substr(name_end, word_end - name_end), chunk) ||
            (chunk.mark != 0 && !naming_.chunked)) {
            return;
        }

        std::size_t equals = word_end;
        while (equals < text_.size() && is_trimmed(text_[equals])) {
            ++equals;
        }
        if (equals == text_.size() || text_[equals] != '=') {
            return;
        }

        const std::size_t before =
            at == 0 ? text_.npos : text_.rfind(';', at - 1);
        const std::size_t begin = before == text_.npos ? 0 : before + 1;
        const std::size_t end = std::min(text_.find(';', equals), text_.size());
        const std::string_view value =
            text_.substr(equals + 1, end - equals - 1);

        found_.push_back({header_, begin, end, text_.substr(at, word_end - at),
                          without_quotes(trim(value)), chunk.number, chunk.mark,
                          is_plain(begin, at)});
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
