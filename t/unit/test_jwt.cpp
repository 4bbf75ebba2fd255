// Signed tokens, made by another library, and what is to be refused.

#include "core/token/jwt.hpp"
#include "token_data.hpp"

#include <openssl/err.h>

using logout::Jwks;
using logout::Jwt;
using logout::JwtAudience;
using logout::JwtProblem;

using namespace std::literals;

namespace {

struct Case {
    const char* token;
    JwtProblem verified;
    JwtProblem unverified = JwtProblem::none;
};


const Case cases[] = {
    {"rs256", JwtProblem::none},
    {"ps256", JwtProblem::none},
    {"es256", JwtProblem::none},
    {"eddsa", JwtProblem::none},
    {"ed25519", JwtProblem::none},
    {"es256_without_kid", JwtProblem::none},
    {"pinned_to_rs256", JwtProblem::none},
    {"key_in_the_header", JwtProblem::none},
    {"ps256_begins_with_zero", JwtProblem::none},
    {"long", JwtProblem::none},
    {"rs256_without_kid", JwtProblem::several_keys},
    {"rs512", JwtProblem::algorithm_not_accepted},
    {"ps384", JwtProblem::algorithm_not_accepted},
    {"es384", JwtProblem::algorithm_not_accepted},
    {"hs256", JwtProblem::algorithm_not_accepted},
    {"unknown_kid", JwtProblem::unknown_key},
    {"kid_of_another_type", JwtProblem::unknown_key},
    {"pinned_but_ps256", JwtProblem::unknown_key},
    {"key_for_encryption", JwtProblem::unknown_key},
    {"signed_by_another_rsa", JwtProblem::bad_signature},
    {"signed_by_another_ec", JwtProblem::bad_signature},
    {"signed_by_another_ed", JwtProblem::bad_signature},
    {"signature_of_another_token", JwtProblem::bad_signature},
    {"rs256_bit_flipped", JwtProblem::bad_signature},
    {"es256_bit_flipped", JwtProblem::bad_signature},
    {"eddsa_bit_flipped", JwtProblem::bad_signature},
    {"es256_short", JwtProblem::bad_signature},
    {"eddsa_short", JwtProblem::bad_signature},
    {"es256_long", JwtProblem::bad_signature},
    {"rs256_long", JwtProblem::bad_signature},
    {"algorithm_swapped_to_ps256", JwtProblem::bad_signature},
    {"payload_swapped", JwtProblem::bad_signature},
    {"space_at_the_end", JwtProblem::bad_encoding},
    {"standard_alphabet", JwtProblem::bad_encoding},
    {"signature_with_a_star", JwtProblem::bad_encoding},
    {"newline_within", JwtProblem::bad_signature, JwtProblem::bad_encoding},
    {"padded", JwtProblem::bad_signature, JwtProblem::bad_encoding},
    {"none", JwtProblem::unsigned_token, JwtProblem::unsigned_token},
    {"none_spelled_none", JwtProblem::unsigned_token,
     JwtProblem::unsigned_token},
    {"none_with_signature", JwtProblem::unsigned_token,
     JwtProblem::unsigned_token},
    {"signature_dropped", JwtProblem::unsigned_token,
     JwtProblem::unsigned_token},
    {"critical", JwtProblem::critical_header, JwtProblem::critical_header},
    {"critical_empty", JwtProblem::critical_header,
     JwtProblem::critical_header},
    {"unencoded_payload", JwtProblem::critical_header,
     JwtProblem::critical_header},
    {"kid_a_number", JwtProblem::bad_header, JwtProblem::bad_header},
    {"algorithm_missing", JwtProblem::bad_header, JwtProblem::bad_header},
    {"algorithm_a_list", JwtProblem::bad_header, JwtProblem::bad_header},
    {"kid_twice", JwtProblem::bad_header, JwtProblem::bad_header},
    {"header_a_list", JwtProblem::bad_header, JwtProblem::bad_header},
    {"header_no_json", JwtProblem::bad_header, JwtProblem::bad_header},
    {"claims_a_string", JwtProblem::bad_claims, JwtProblem::bad_claims},
    {"claims_no_json", JwtProblem::bad_claims, JwtProblem::bad_claims},
    {"claims_twice", JwtProblem::bad_claims, JwtProblem::bad_claims},
    {"claims_empty", JwtProblem::bad_claims, JwtProblem::bad_claims},
    {"encrypted", JwtProblem::encrypted, JwtProblem::encrypted},
    {"two_parts", JwtProblem::not_a_token, JwtProblem::not_a_token},
    {"four_parts", JwtProblem::not_a_token, JwtProblem::not_a_token},
    {"not_a_token", JwtProblem::not_a_token, JwtProblem::not_a_token},
    {"captured_stand_in", JwtProblem::bad_encoding, JwtProblem::bad_encoding},
    {"too_long", JwtProblem::none, JwtProblem::none},  // for some callers
};


void assert_problem(const char* name, JwtProblem got, JwtProblem expected)
{
    if (got != expected) {
        fail_msg("%s: %s", name, logout::describe(got));
    }
}


void tokens(void**)
{
    const Jwks keys = token_data::keys("provider");

    for (const Case& c : cases) {
        Jwt jwt;

        assert_problem(
            c.token, logout::verify_jwt(token_data::token(c.token), keys, jwt),
            c.verified);
        // nginx would log what is left behind as an error of TLS
        assert_int_equal(ERR_peek_error(), 0);
        assert_true(jwt.text("sub").has_value() ==
                    (c.verified == JwtProblem::none));
        assert_problem(
            c.token,
            logout::read_unverified_jwt(token_data::token(c.token), jwt),
            c.unverified);
    }
}


void every_token_is_looked_at(void**)
{
    std::set<std::string> tested;

    for (const Case& c : cases) {
        tested.insert(c.token);
    }

    const char* name;
    json_t* value;
    json_t* const all = json_object_get(token_data::document(), "tokens");

    json_object_foreach(all, name, value)
    {
        if (std::string_view(name).rfind("id_", 0) != 0 &&
            std::string_view(name).rfind("logout", 0) != 0) {
            token_data::assert_all_tested(name, tested);
        }
    }
}


void any_bytes(void**)
{
    const Jwks keys = token_data::keys("provider");
    const std::string token(token_data::token("rs256"));
    Jwt jwt;

    for (const std::string& bytes :
         {""s, "."s, ".."s, "..."s, "...."s, "\0.\0.\0"s, "\xff.\xff.\xff"s,
          std::string(logout::jwt_default_max_length, '.')}) {
        assert_false(logout::verify_jwt(bytes, keys, jwt) == JwtProblem::none);
    }

    for (std::size_t i = 0; i < token.size(); i++) {
        std::string cut = token.substr(0, i);
        std::string changed = token;

        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_false(logout::verify_jwt(cut, keys, jwt) == JwtProblem::none);
        if (logout::verify_jwt(changed, keys, jwt) == JwtProblem::none) {
            fail_msg("byte %zu may be changed", i);
        }
    }
}


Jwt read(const char* name)
{
    Jwt jwt;

    assert_problem(name,
                   logout::read_unverified_jwt(token_data::token(name), jwt),
                   JwtProblem::none);

    return jwt;
}


void claims(void**)
{
    const Jwt jwt = read("logout");

    assert_true(jwt.type() == "logout+jwt");
    assert_true(jwt.text("iss") == token_data::issuer());
    assert_true(jwt.date("iat") == static_cast<double>(token_data::now()));
    assert_true(jwt.has("events"));
    assert_false(jwt.has("nonce"));
    assert_false(jwt.text("iat").has_value());
    assert_false(jwt.text("absent").has_value());
    assert_false(jwt.date("iss").has_value());
    assert_true(read("rs256").type().empty());
}


void audiences(void**)
{
    const Jwt one = read("rs256");
    const Jwt two = read("id_two_audiences");
    const Jwt none = read("id_audience_missing");
    const JwtAudience audience(two);

    assert_true(JwtAudience(one).valid());
    assert_int_equal(JwtAudience(one).size(), 1);
    assert_true(JwtAudience(one)[0] == "spa");
    assert_true(audience.valid());
    assert_int_equal(audience.size(), 2);
    assert_true(audience[0] == "api" && audience[1] == "spa");
    assert_true(audience.contains("spa"));
    assert_false(audience.contains("sp"));
    assert_false(JwtAudience(none).valid());

    for (const char* name : {"id_audience_empty_list", "id_audience_empty",
                             "id_audience_number", "id_audience_mixed"}) {
        assert_false(JwtAudience(read(name)).valid());
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(tokens),    cmocka_unit_test(every_token_is_looked_at),
        cmocka_unit_test(any_bytes), cmocka_unit_test(claims),
        cmocka_unit_test(audiences),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
