// Key sets of identity providers, as nginx -t sees them.

#include "token_data.hpp"

#include <openssl/err.h>

using logout::CompactJws;
using logout::Jwks;
using logout::JwsAlgorithm;
using logout::JwsKey;
using logout::KeyLookup;
using logout::KeyType;

namespace {

struct Refused {
    const char* name;
    const char* problem;
};


void refuses(void**)
{
    const Refused cases[] = {
        {"empty", "it has no key for RS256"},
        {"nothing_usable", "it has no key for RS256"},
        {"not_for_verifying", "it has no key for RS256"},
        {"key_a_string", "it has no key for RS256"},
        {"private_key", "key \"rsa\" cannot be used: it has a private part"},
        {"private_ed_key", "key \"ed\" cannot be used: it has a private part"},
        {"symmetric", "key \"secret\" cannot be used: it is symmetric"},
        {"small_rsa", "key \"small\" cannot be used: an RSA key has 2048"},
        {"rsa_without_modulus", "key \"bad\" cannot be used: it is no valid"},
        {"rsa_2047_bits", "key \"rsa\" cannot be used: an RSA key has 2048"},
        {"rsa_bad_base64", "key \"rsa\" cannot be used: it is no valid RSA"},
        {"rsa_exponent_even", "key \"rsa\" cannot be used: it is no valid RSA"},
        {"ec_off_the_curve", "key \"bad\" cannot be used: it is no valid P-"},
        {"ec_without_y", "key \"bad\" cannot be used: it is no valid P-256"},
        {"ed_short", "key \"bad\" cannot be used: it is no valid Ed25519"},
        {"ed_without_x", "key \"bad\" cannot be used: it is no valid Ed25519"},
        {"same_kid", "key \"rsa\" cannot be used: no \"kid\" tells it"},
        {"two_nameless", "key number 2 cannot be used: no \"kid\" tells it"},
        {"not_an_object", "it is not a JSON Web Key Set"},
        {"no_keys", "it is not a JSON Web Key Set"},
        {"keys_an_object", "it is not a JSON Web Key Set"},
        {"not_json", "it is not a JSON Web Key Set"},
        {"single_key", "it is not a JSON Web Key Set"},
        {"too_many", "it has more than 256 keys"},
    };

    for (const Refused& c : cases) {
        std::string problem;
        std::vector<std::string> passed_over;
        const bool accepted =
            Jwks::parse(token_data::text_of("key_sets", c.name), problem,
                        passed_over)
                .has_value();

        assert_int_equal(ERR_peek_error(), 0);
        if (accepted || problem.rfind(c.problem, 0) != 0) {
            fail_msg("%s: %s", c.name, problem.c_str());
        }
    }
}


void refuses_what_is_too_long(void**)
{
    std::string problem;
    std::vector<std::string> passed_over;
    const std::string text(logout::jwks_max_length + 1, ' ');

    assert_false(Jwks::parse(text, problem, passed_over).has_value());
    assert_string_equal(problem.c_str(), "it is longer than 512 KiB");
}


void says_what_it_passes_over(void**)
{
    const std::string expected[] = {
        "key \"encryption\" is passed over: its \"use\" is \"enc\", not "
        "\"sig\"",
        "key \"ec384\" is passed over: its \"alg\" is \"ES384\", not RS256, "
        "PS256, ES256 or EdDSA",
        "key \"x25519\" is passed over: its curve is \"X25519\", not "
        "\"Ed25519\"",
        "key \"future\" is passed over: its \"kty\" is \"PQ\", not \"RSA\", "
        "\"EC\" or \"OKP\"",
    };
    std::string problem;
    std::vector<std::string> passed_over;
    const std::optional<Jwks> keys = Jwks::parse(
        token_data::text_of("key_sets", "provider"), problem, passed_over);

    assert_true(keys.has_value());
    assert_int_equal(keys->size(), 4);
    assert_int_equal(passed_over.size(), std::size(expected));
    for (std::size_t i = 0; i < passed_over.size(); i++) {
        assert_string_equal(passed_over[i].c_str(), expected[i].c_str());
    }
}


void finds_keys(void**)
{
    const Jwks provider = token_data::keys("provider");
    const Jwks nameless = token_data::keys("nameless");
    const JwsKey* key = nullptr;

    assert_true(provider.find("rsa", JwsAlgorithm::rs256, key) ==
                KeyLookup::found);
    assert_string_equal(key->id().c_str(), "rsa");
    assert_true(provider.find("rsa", JwsAlgorithm::ps256, key) ==
                KeyLookup::found);
    assert_true(provider.find("pinned", JwsAlgorithm::ps256, key) ==
                KeyLookup::unknown_key);
    assert_true(provider.find("rsa", JwsAlgorithm::es256, key) ==
                KeyLookup::unknown_key);
    assert_true(provider.find("", JwsAlgorithm::rs256, key) ==
                KeyLookup::unknown_key);
    assert_true(provider.find(std::nullopt, JwsAlgorithm::rs256, key) ==
                KeyLookup::several_keys);
    assert_true(provider.find(std::nullopt, JwsAlgorithm::es256, key) ==
                KeyLookup::found);
    assert_true(nameless.find("any", JwsAlgorithm::rs256, key) ==
                KeyLookup::found);
    assert_true(nameless.find("any", JwsAlgorithm::eddsa, key) ==
                KeyLookup::unknown_key);
}


void a_key_keeps_to_its_algorithm(void**)
{
    const Jwks provider = token_data::keys("provider");
    const JwsKey* key = nullptr;

    assert_true(provider.find("pinned", JwsAlgorithm::rs256, key) ==
                KeyLookup::found);
    assert_true(key->verifies(
        JwsAlgorithm::rs256,
        *CompactJws::split(token_data::token("pinned_to_rs256"))));
    assert_false(key->verifies(
        JwsAlgorithm::ps256,
        *CompactJws::split(token_data::token("pinned_but_ps256"))));
}


void one_kid_may_have_two_types(void**)
{
    const Jwks keys = token_data::keys("same_kid_other_type");
    const JwsKey* rsa = nullptr;
    const JwsKey* ec = nullptr;

    assert_true(keys.find("rsa", JwsAlgorithm::rs256, rsa) == KeyLookup::found);
    assert_true(keys.find("rsa", JwsAlgorithm::es256, ec) == KeyLookup::found);
    assert_true(rsa->type() == KeyType::rsa);
    assert_true(ec->type() == KeyType::ec_p256);
}


void members_that_nobody_needs_are_not_read(void**)
{
    const Jwks keys = token_data::keys("rsa_member_nobody_reads");

    assert_int_equal(keys.size(), 1);
}


void algorithm_names(void**)
{
    assert_true(logout::parse_jws_algorithm("RS256") == JwsAlgorithm::rs256);
    assert_true(logout::parse_jws_algorithm("PS256") == JwsAlgorithm::ps256);
    assert_true(logout::parse_jws_algorithm("ES256") == JwsAlgorithm::es256);
    assert_true(logout::parse_jws_algorithm("EdDSA") == JwsAlgorithm::eddsa);
    assert_true(logout::parse_jws_algorithm("Ed25519") == JwsAlgorithm::eddsa);

    for (const char* name :
         {"", "none", "None", "HS256", "HS384", "HS512", "RS384", "RS512",
          "ES256K", "ES384", "ES512", "PS384", "PS512", "rs256", "RS256 ",
          "eddsa", "Ed448"}) {
        assert_false(logout::parse_jws_algorithm(name).has_value());
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(says_what_it_passes_over),
        cmocka_unit_test(finds_keys),
        cmocka_unit_test(a_key_keeps_to_its_algorithm),
        cmocka_unit_test(one_kid_may_have_two_types),
        cmocka_unit_test(members_that_nobody_needs_are_not_read),
        cmocka_unit_test(algorithm_names),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
