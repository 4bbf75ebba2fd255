#include "core/base/escape.hpp"

#include "core/base/byte_classes.hpp"
#include "core/base/utf8.hpp"

#include <charconv>

namespace logout {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";


// Calls `write_byte` for each byte of ASCII and copies the rest.
template <typename WriteByte>
void append_utf8(std::pmr::string& out, std::string_view text,
                 WriteByte write_byte)
{
    while (!text.empty()) {
        const Utf8Sequence sequence = read_utf8(text);

        if (sequence.size == 0) {
            out += replacement;
            text.remove_prefix(1);
            continue;
        }

        if (sequence.size == 1) {
            write_byte(text.front());
        } else {
            out += text.substr(0, sequence.size);
        }

        text.remove_prefix(sequence.size);
    }
}


void append_html_byte(std::pmr::string& out, char byte)
{
    switch (byte) {
    case '&':
        out += "&amp;";
        return;
    case '<':
        out += "&lt;";
        return;
    case '>':
        out += "&gt;";
        return;
    case '"':
        out += "&quot;";
        return;
    case '\'':
        out += "&#39;";
        return;
    case '\t':
    case '\n':
        out += byte;
        return;
    default:
        break;
    }

    if (is_control(byte)) {
        out += replacement;
    } else {
        out += byte;
    }
}


void append_json_byte(std::pmr::string& out, char byte)
{
    constexpr char digits[] = "0123456789abcdef";

    if (byte == '"' || byte == '\\') {
        out += '\\';
        out += byte;
        return;
    }

    if (is_control(byte) || byte == '<' || byte == '>' || byte == '&') {
        out += "\\u00";
        out += digits[static_cast<unsigned char>(byte) >> 4];
        out += digits[byte & 0x0f];
        return;
    }

    out += byte;
}


void append_label_byte(std::pmr::string& out, char byte)
{
    if (byte == '\n') {
        out += "\\n";
        return;
    }

    if (byte == '"' || byte == '\\') {
        out += '\\';
    }

    out += byte;
}

}  // namespace


void append_html(std::pmr::string& out, std::string_view text)
{
    append_utf8(out, text, [&](char byte) { append_html_byte(out, byte); });
}


void append_json(std::pmr::string& out, std::string_view text)
{
    out += '"';
    append_utf8(out, text, [&](char byte) { append_json_byte(out, byte); });
    out += '"';
}


void append_label(std::pmr::string& out, std::string_view text)
{
    out += '"';
    append_utf8(out, text, [&](char byte) { append_label_byte(out, byte); });
    out += '"';
}


void append_number(std::pmr::string& out, std::uint64_t number)
{
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof(digits), number);

    out.append(digits, end.ptr);
}


void append_thousandths(std::pmr::string& out, std::uint64_t thousandths)
{
    append_number(out, thousandths / 1000);

    std::uint64_t rest = thousandths % 1000;
    if (rest == 0) {
        return;
    }

    out += '.';
    for (std::uint64_t unit = 100; rest > 0; unit /= 10) {
        out += static_cast<char>('0' + rest / unit);
        rest %= unit;
    }
}

}  // namespace logout
