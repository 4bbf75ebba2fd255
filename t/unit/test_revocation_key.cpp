// The keys of revocations.

#include "core/revocation/key.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <string>
#include <vector>

using logout::Bits128;
using logout::RevocationDigest;
using logout::RevocationKey;
using logout::RevocationKeys;
using logout::RevocationKind;

namespace {

constexpr Bits128 secret = {1, 2};


std::string hex(const RevocationDigest& digest)
{
    constexpr char digits[] = "0123456789abcdef";
    std::string text;

    for (const char c : digest) {
        text += digits[static_cast<unsigned char>(c) >> 4];
        text += digits[c & 15];
    }
    return text;
}


std::vector<RevocationKind> all_kinds()
{
    std::vector<RevocationKind> kinds;

    for (std::size_t i = 0; i < logout::revocation_kinds; ++i) {
        kinds.push_back(static_cast<RevocationKind>(i));
    }
    return kinds;
}


void names_kinds(void**)
{
    for (const RevocationKind kind : all_kinds()) {
        assert_true(logout::revocation_kind(logout::name(kind)) == kind);
    }
    assert_false(logout::revocation_kind("").has_value());
    assert_false(logout::revocation_kind("Sub").has_value());
    assert_false(logout::revocation_kind("subject").has_value());
}


// printf 'sub:21:https://issuer.test/a:alice' | sha256sum
void digests_as_documented(void**)
{
    const std::string_view chunks[] = {"al", "", "ice"};

    assert_string_equal(
        hex(logout::revocation_digest(RevocationKind::sub,
                                      "https://issuer.test/a", "alice"))
            .c_str(),
        "e710daf0b04d3843c8241ec41ebc8006");
    assert_true(
        logout::revocation_digest(RevocationKind::cookie, "sid", chunks, 3) ==
        logout::revocation_digest(RevocationKind::cookie, "sid", "alice"));
}


// No two of kind, realm and value can be cut another way.
void differ_where_anything_differs(void**)
{
    const RevocationKeys keys(secret);
    const std::pair<std::string_view, std::string_view> texts[] = {
        {"", ""},   {"", "a"},   {"a", ""},    {"a", "b"},
        {"ab", ""}, {"", "ab"},  {"a:b", "c"}, {"a", "b:c"},
        {"a", "B"}, {"1:a", ""}, {"", "1:a"},
    };
    std::vector<RevocationKey> seen;

    for (const RevocationKind kind : all_kinds()) {
        for (const auto& [realm, value] : texts) {
            const RevocationKey key = keys.of(kind, realm, value);

            for (const RevocationKey& other : seen) {
                assert_true(key != other);
            }
            seen.push_back(key);
        }
    }
}


void depend_on_the_secret(void**)
{
    for (const RevocationKind kind : all_kinds()) {
        const RevocationKey key =
            RevocationKeys(secret).of(kind, "realm", "value");

        assert_true(key != RevocationKeys({1, 3}).of(kind, "realm", "value"));
        assert_true(key != RevocationKeys({0, 2}).of(kind, "realm", "value"));
    }
}


void are_the_same_by_way_of_a_digest(void**)
{
    const RevocationKeys keys(secret);

    for (const RevocationKind kind : all_kinds()) {
        const bool same =
            keys.of(kind, "realm", "value") ==
            keys.of(kind, logout::revocation_digest(kind, "realm", "value"));

        assert_int_equal(same, logout::is_digested(kind));
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(names_kinds),
        cmocka_unit_test(digests_as_documented),
        cmocka_unit_test(differ_where_anything_differs),
        cmocka_unit_test(depend_on_the_secret),
        cmocka_unit_test(are_the_same_by_way_of_a_digest),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
