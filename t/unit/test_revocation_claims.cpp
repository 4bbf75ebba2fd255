// What a token is refused by.

#include "core/revocation/claims.hpp"

#include "core/base/base64.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <array>
#include <memory_resource>
#include <string>
#include <vector>

using logout::Jwt;
using logout::Milliseconds;
using logout::RevocationKind;
using logout::RevocationTable;
using logout::TokenClaims;

namespace {

constexpr Milliseconds now = 1800000000000;
constexpr Milliseconds hour = 3600 * 1000;

std::pmr::memory_resource* const memory = std::pmr::get_default_resource();


std::string encoded(std::string_view bytes)
{
    std::string text(logout::base64_encoded_size(bytes.size()), '\0');

    logout::base64_encode(bytes, logout::Base64::url, text.data());
    return text;
}


std::string token(std::string_view payload)
{
    return encoded(R"({"alg":"HS256"})") + "." + encoded(payload) + ".c2ln";
}


TokenClaims read(std::string_view payload)
{
    auto claims = logout::read_token_claims(token(payload), memory);

    assert_true(claims.has_value());
    return *claims;
}


bool reads(std::string_view text)
{
    return logout::read_token_claims(text, memory).has_value();
}


void reads_what_names_a_token(void**)
{
    const TokenClaims claims =
        read(R"({"iss":"https://a","jti":"1","sid":"2","sub":"3",)"
             R"("iat":1800000000,"aud":["x"]})");

    assert_true(claims.issuer == "https://a");
    assert_true(claims.jti == "1");
    assert_true(claims.sid == "2");
    assert_true(claims.sub == "3");
    assert_true(claims.issued == now);

    const TokenClaims nothing = read("{}");

    assert_true(nothing.issuer.empty() && nothing.jti.empty() &&
                nothing.sid.empty() && nothing.sub.empty());
    assert_false(nothing.issued.has_value());
}


void reads_times(void**)
{
    const auto issued = [](const std::string& iat) {
        return read("{\"iat\":" + iat + "}").issued;
    };

    assert_true(issued("1800000000.2509") == now + 250);
    assert_true(issued("18e8") == now);
    assert_true(issued("0") == 0);
    for (const char* const iat :
         {"-1", "-0.5", "1e16", "1e300", "9223372036854775807", "\"1\"", "null",
          "[1]", "true", "99999999999999999999999"}) {
        assert_false(issued(iat).has_value());
    }
}


void takes_numbers_for_names(void**)
{
    const TokenClaims claims =
        read(R"({"sub":9007199254740993,"jti":-7,"sid":1.5,"iss":["a"]})");

    assert_true(claims.sub == "9007199254740993");
    assert_true(claims.jti == "-7");
    assert_true(claims.sid.empty());
    assert_true(claims.issuer.empty());
}


void takes_names_up_to_a_length(void**)
{
    const std::string longest(logout::revocation_name_max_length, 'x');

    assert_true(read("{\"sub\":\"" + longest + "\"}").sub.size() ==
                longest.size());
    assert_true(read("{\"sub\":\"" + longest + "x\"}").sub.empty());
}


// What a user may have put in his own claims does not make them unreadable.
void is_not_blinded_by_other_claims(void**)
{
    for (const char* const claim :
         {R"("name":"a\u0000b")", R"("n":123456789012345678901234567890)",
          R"("n":-1e-999)", R"("name":"\ud83d\ude00")", R"("sub":"first")"}) {
        assert_true(read(std::string("{") + claim + R"(,"sub":"3"})").sub ==
                    "3");
    }
    assert_true(read(R"({"sub":"a\u0000b"})").sub ==
                std::string_view("a\0b", 3));
}


void reads_no_other_text(void**)
{
    const std::string payload = encoded("{}");

    assert_true(reads("." + payload + "."));
    assert_true(reads("!." + payload + ".!"));
    for (const std::string& text : std::vector<std::string>{
             "", ".", "..", payload, "a." + payload, "a." + payload + ".b.c",
             "a." + payload + ".b.c.d", "a.!.b", "a. " + payload + ".b",
             token("[]"), token("1"), token("{"), token("{}{}"), token("")}) {
        assert_false(reads(text));
    }
}


void reads_the_same_of_a_verified_token(void**)
{
    Jwt jwt;

    assert_true(logout::read_unverified_jwt(
                    token(R"({"iss":"a","jti":"1","sub":"3","iat":7})"), jwt) ==
                logout::JwtProblem::none);
    const TokenClaims claims = logout::token_claims(jwt, memory);

    assert_true(claims.issuer == "a");
    assert_true(claims.jti == "1");
    assert_true(claims.sid.empty());
    assert_true(claims.sub == "3");
    assert_true(claims.issued == 7000);
}


struct Fixture {
    Fixture() : table(RevocationTable::create(room.data(), room.size(), {1, 2}))
    {
    }

    void end(RevocationKind kind, std::string_view realm,
             std::string_view value, Milliseconds since = now)
    {
        table.insert(kind, table.keys().of(kind, realm, value),
                     {since, since + hour}, since);
    }

    bool refuses(std::string_view payload) const
    {
        return logout::find_refusal(table, read(payload), now).has_value();
    }

    alignas(64) std::array<char, RevocationTable::min_size> room;
    RevocationTable table;
};


void refuses_by_each_name(void**)
{
    for (const RevocationKind kind :
         {RevocationKind::jti, RevocationKind::sid, RevocationKind::sub}) {
        Fixture f;
        const std::string claim(logout::name(kind));

        assert_false(logout::refuses_tokens(f.table));
        f.end(kind, "https://a", "X");
        assert_true(logout::refuses_tokens(f.table));
        assert_true(
            f.refuses(R"({"iss":"https://a",")" + claim + R"(":"X","iat":1})"));
        assert_false(
            f.refuses(R"({"iss":"https://b",")" + claim + R"(":"X","iat":1})"));
        assert_false(f.refuses("{\"" + claim + R"(":"X","iat":1})"));
        assert_false(
            f.refuses(R"({"iss":"https://a",")" + claim + R"(":"Y","iat":1})"));
        for (const char* const other : {"jti", "sid", "sub"}) {
            assert_int_equal(f.refuses(R"({"iss":"https://a",")" +
                                       std::string(other) +
                                       R"(":"X","iat":1})"),
                             claim == other);
        }
    }
}


void refuses_a_user_by_time(void**)
{
    Fixture f;
    const auto refuses = [&](const std::string& iat) {
        return f.refuses("{\"sub\":\"U\"" + iat + "}");
    };

    f.end(RevocationKind::sub, "", "U", now + 500);
    assert_true(refuses(",\"iat\":1799999999"));
    assert_true(refuses(",\"iat\":1800000000"));
    assert_true(refuses(",\"iat\":1800000000.499"));
    assert_false(refuses(",\"iat\":1800000000.5"));
    assert_false(refuses(",\"iat\":1800000001"));
    assert_true(refuses(""));
    assert_true(refuses(",\"iat\":\"1800000001\""));

    f.end(RevocationKind::jti, "", "J", now);
    const auto refusal = logout::find_refusal(
        f.table, read(R"({"jti":"J","sub":"U","iat":1900000000})"), now);
    assert_true(refusal.has_value());
    assert_true(refusal->kind == RevocationKind::jti);
    assert_int_equal(refusal->entry.since, now);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_names_a_token),
        cmocka_unit_test(reads_times),
        cmocka_unit_test(takes_numbers_for_names),
        cmocka_unit_test(takes_names_up_to_a_length),
        cmocka_unit_test(is_not_blinded_by_other_claims),
        cmocka_unit_test(reads_no_other_text),
        cmocka_unit_test(reads_the_same_of_a_verified_token),
        cmocka_unit_test(refuses_by_each_name),
        cmocka_unit_test(refuses_a_user_by_time),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
