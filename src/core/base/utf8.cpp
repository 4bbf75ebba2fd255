#include "core/base/utf8.hpp"

namespace logout {

namespace {

struct LeadByte {
    std::size_t size;
    unsigned char payload;  // the bits of the lead byte that count
    char32_t minimum;       // anything less is an overlong form
};


LeadByte classify_lead(unsigned char byte)
{
    if (byte < 0x80) {
        return {1, 0x7f, 0};
    }
    if ((byte & 0xe0) == 0xc0) {
        return {2, 0x1f, 0x80};
    }
    if ((byte & 0xf0) == 0xe0) {
        return {3, 0x0f, 0x800};
    }
    if ((byte & 0xf8) == 0xf0) {
        return {4, 0x07, 0x10000};
    }
    return {0, 0, 0};
}


bool is_scalar_value(char32_t code_point)
{
    return code_point <= 0x10ffff &&
           (code_point < 0xd800 || code_point > 0xdfff);
}

}  // namespace


Utf8Sequence read_utf8(std::string_view text)
{
    if (text.empty()) {
        return {};
    }

    const auto first = static_cast<unsigned char>(text[0]);
    const LeadByte lead = classify_lead(first);

    if (lead.size == 0 || lead.size > text.size()) {
        return {};
    }

    char32_t code_point = first & lead.payload;
    for (std::size_t i = 1; i < lead.size; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xc0) != 0x80) {
            return {};
        }
        code_point = code_point << 6 | (byte & 0x3f);
    }

    if (code_point < lead.minimum || !is_scalar_value(code_point)) {
        return {};
    }
    return {code_point, lead.size};
}

}  // namespace logout
