// application/x-www-form-urlencoded, both ways.

#include "core/base/form_encoding.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <string>

using namespace std::literals;

namespace {

std::optional<std::string> decoded(std::string_view encoded)
{
    std::pmr::monotonic_buffer_resource memory;
    const auto text = logout::decode_form_component(encoded, &memory);

    return text ? std::optional(std::string(*text)) : std::nullopt;
}


std::string escaped(std::string_view text)
{
    return std::string(
        logout::escape_component(text, std::pmr::new_delete_resource()));
}


void decodes(void**)
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", ""},         {"abc", "abc"},   {"a+b", "a b"},
        {"a%2Bb", "a+b"}, {"%41%42", "AB"}, {"%2525", "%25"},
        {"%00", "\0"sv},  {"%fF", "\xff"},  {"\xc3\xb8", "\xc3\xb8"},
        {"+", " "},       {"a%2", ""},      {"%", ""},
        {"%g0", ""},      {"%0g", ""},      {"%/0", ""},
        {"%:0", ""},      {"%@0", ""},      {"%`0", ""},
    };

    for (const auto& [encoded, text] : cases) {
        const bool malformed = !encoded.empty() && text.empty();
        const auto result = decoded(encoded);

        if (result.has_value() == malformed ||
            (!malformed && *result != text)) {
            fail_msg("%s", std::string(encoded).c_str());
        }
    }
}


// Eight bytes are looked at in one turn: an escape may stand anywhere in them.
void decodes_wherever_the_escape_stands(void**)
{
    for (const std::string_view plain :
         {"abcdefgh"sv, "\x80\xff\xa5\xab$&*,"sv}) {
        for (std::size_t length = 0; length < 24; ++length) {
            for (std::size_t place = 0; place <= length; ++place) {
                std::string text;
                for (std::size_t i = 0; i < length; ++i) {
                    text += plain[i % plain.size()];
                }

                std::string encoded = text;
                encoded.insert(place, "+%2f");
                text.insert(place, " /");
                assert_true(decoded(encoded) == text);

                encoded.resize(place + 3);
                assert_false(decoded(encoded).has_value());
            }
        }
    }
}


void escapes_all_but_the_unreserved(void**)
{
    assert_string_equal(escaped("").c_str(), "");
    assert_string_equal(escaped("AZaz09-._~").c_str(), "AZaz09-._~");
    assert_string_equal(escaped("https://a.test/?b=c&d#e").c_str(),
                        "https%3A%2F%2Fa.test%2F%3Fb%3Dc%26d%23e");
    assert_string_equal(escaped(" +%'\"\xc3\xb8").c_str(),
                        "%20%2B%25%27%22%C3%B8");
}


void what_is_escaped_decodes_to_itself(void**)
{
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text(3, static_cast<char>(byte));

        assert_true(decoded(escaped(text)) == text);
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(decodes_wherever_the_escape_stands),
        cmocka_unit_test(escapes_all_but_the_unreserved),
        cmocka_unit_test(what_is_escaped_decodes_to_itself),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
