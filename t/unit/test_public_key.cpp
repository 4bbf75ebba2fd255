// Keys as numbers, the signatures that they verify, and what is between them
// and OpenSSL's queue of errors.

#include "core/base/base64.hpp"
#include "core/token/public_key.hpp"
#include "token_data.hpp"

#include <openssl/err.h>

using logout::CompactJws;
using logout::Json;
using logout::JwsAlgorithm;
using logout::KeyType;
using logout::PublicKey;

using namespace std::literals;

namespace {

std::string member(const json_t* jwk, const char* name)
{
    const std::string_view text = *logout::json_string_member(jwk, name);
    std::string bytes(logout::base64_decoded_max(text.size()), '\0');

    bytes.resize(
        *logout::base64_decode(text, logout::Base64::url, bytes.data()));

    return bytes;
}


// The key of that id in the set "provider".
const json_t* provider_key(std::string_view id)
{
    static const Json set(
        logout::parse_json_object(token_data::text_of("key_sets", "provider")));
    std::size_t i;
    const json_t* jwk;

    json_array_foreach(json_object_get(set.get(), "keys"), i, jwk)
    {
        if (logout::json_string_member(jwk, "kid") == id) {
            return jwk;
        }
    }

    fail_msg("there is no such key");
    return nullptr;
}


PublicKey rsa_key()
{
    const json_t* const jwk = provider_key("rsa");

    return *PublicKey::rsa(member(jwk, "n"), member(jwk, "e"));
}


PublicKey ec_key()
{
    const json_t* const jwk = provider_key("ec");

    return *PublicKey::p256(member(jwk, "x"), member(jwk, "y"));
}


PublicKey ed_key()
{
    return *PublicKey::ed25519(member(provider_key("ed"), "x"));
}


CompactJws jws_of(std::string_view token)
{
    const std::optional<CompactJws> jws = CompactJws::split(token);

    assert_true(jws.has_value());

    return *jws;
}


void splits(void**)
{
    const CompactJws jws = jws_of("a.bc.def");
    const CompactJws empty = jws_of("..");

    assert_true(jws.header() == "a" && jws.payload() == "bc");
    assert_true(jws.signature() == "def" && jws.signing_input() == "a.bc");
    assert_true(empty.signing_input() == "." && empty.signature().empty());
    for (const char* bad : {"", ".", "a.b", "...", "a.b.c.d"}) {
        assert_false(CompactJws::split(bad).has_value());
    }
}


void verifies(void**)
{
    const CompactJws rs256 = jws_of(token_data::token("rs256"));
    const CompactJws ps256 = jws_of(token_data::token("ps256"));
    const CompactJws es256 = jws_of(token_data::token("es256"));
    const CompactJws eddsa = jws_of(token_data::token("eddsa"));

    assert_true(rsa_key().verifies(JwsAlgorithm::rs256, rs256));
    assert_true(rsa_key().verifies(JwsAlgorithm::ps256, ps256));
    assert_true(ec_key().verifies(JwsAlgorithm::es256, es256));
    assert_true(ed_key().verifies(JwsAlgorithm::eddsa, eddsa));
    assert_true(rsa_key().verifies(
        JwsAlgorithm::ps256,
        jws_of(token_data::token("ps256_begins_with_zero"))));
    assert_true(rsa_key().type() == KeyType::rsa);
    assert_true(ec_key().type() == KeyType::ec_p256);
    assert_true(ed_key().type() == KeyType::ed25519);
}


// All that there is of one to four characters, of an alphabet with a letter of
// each kind.
void base64url(void**)
{
    const std::string alphabet = "AQPg_-9+/=. \0\xff"s;
    std::string bytes(logout::base64_decoded_max(4), '\0');
    std::vector<std::string> texts = {""};

    for (std::size_t i = 0; i < texts.size(); i++) {
        const std::string text = texts[i];
        const bool unpadded = text.find('=') == std::string::npos;

        assert_true(logout::is_base64url(text) ==
                    (unpadded && logout::base64_decode(
                                     text, logout::Base64::url, bytes.data())));
        for (char c : text.size() < 4 ? alphabet : ""s) {
            texts.push_back(text + c);
        }
    }
}


// A key is for its own algorithms, and one algorithm's signature is not
// another's.
void other_algorithms(void**)
{
    struct {
        PublicKey key;
        const char* token;
        std::vector<JwsAlgorithm> refused;
    } const cases[] = {
        {rsa_key(),
         "rs256",
         {JwsAlgorithm::ps256, JwsAlgorithm::es256, JwsAlgorithm::eddsa}},
        {rsa_key(),
         "ps256",
         {JwsAlgorithm::rs256, JwsAlgorithm::es256, JwsAlgorithm::eddsa}},
        {ec_key(),
         "es256",
         {JwsAlgorithm::rs256, JwsAlgorithm::ps256, JwsAlgorithm::eddsa}},
        {ed_key(),
         "eddsa",
         {JwsAlgorithm::rs256, JwsAlgorithm::ps256, JwsAlgorithm::es256}},
        {rsa_key(), "rs512", {JwsAlgorithm::rs256, JwsAlgorithm::ps256}},
        {rsa_key(), "ps384", {JwsAlgorithm::rs256, JwsAlgorithm::ps256}},
        {rsa_key(), "es256", {JwsAlgorithm::rs256, JwsAlgorithm::ps256}},
        {ec_key(), "eddsa", {JwsAlgorithm::es256}},
        {ed_key(), "es256", {JwsAlgorithm::eddsa}},
    };

    for (const auto& c : cases) {
        for (JwsAlgorithm algorithm : c.refused) {
            if (c.key.verifies(algorithm, jws_of(token_data::token(c.token)))) {
                fail_msg("%s", c.token);
            }
        }
    }
}


void other_signatures(void**)
{
    struct {
        PublicKey key;
        JwsAlgorithm algorithm;
        std::vector<const char*> refused;
    } const cases[] = {
        {rsa_key(),
         JwsAlgorithm::rs256,
         {"rs256_bit_flipped", "rs256_long", "signed_by_another_rsa",
          "signature_of_another_token", "signature_with_a_star",
          "space_at_the_end", "signature_dropped"}},
        {ec_key(),
         JwsAlgorithm::es256,
         {"es256_bit_flipped", "es256_short", "es256_long",
          "signed_by_another_ec"}},
        {ed_key(),
         JwsAlgorithm::eddsa,
         {"eddsa_bit_flipped", "eddsa_short", "signed_by_another_ed"}},
    };

    for (const auto& c : cases) {
        for (const char* name : c.refused) {
            if (c.key.verifies(c.algorithm, jws_of(token_data::token(name)))) {
                fail_msg("%s", name);
            }
        }
    }
}


// A signature has one size and one spelling.
void decodes_signatures(void**)
{
    assert_true(jws_of("a.b.AQID").decode_signature(3) == "\1\2\3"s);
    assert_true(jws_of("a.b.AQI").decode_signature(2) == "\1\2"s);
    assert_true(jws_of("a.b.").decode_signature(0) == ""s);
    for (const char* bad :
         {"a.b.AQI", "a.b.AQID=", "a.b.AQIDB", "a.b.AQIDBA",
          "a.b.AQI=", "a.b.AQI\n", "a.b.AQI*", "a.b.+QID", "a.b.A", "a.b."}) {
        assert_false(jws_of(bad).decode_signature(3).has_value());
    }
    for (const char* bad : {"a.b.AQJ", "a.b.AQID", "a.b.AQ=", "a.b.AQ"}) {
        assert_false(jws_of(bad).decode_signature(2).has_value());
    }
}


void rsa_numbers(void**)
{
    const std::string n = member(provider_key("rsa"), "n");
    const std::string even = n.substr(0, n.size() - 1) + '\x02';
    const std::string e = "\x01\x00\x01"s;
    const std::string longest = "\x80"s + std::string(2046, '\0') + "\x01";

    assert_true(PublicKey::rsa(n, e).has_value());
    assert_true(PublicKey::rsa(n, "\x03").has_value());
    assert_true(PublicKey::rsa(longest, e).has_value());
    assert_true(PublicKey::rsa("\0"s + longest, "\0"s + e).has_value());
    for (const std::string& bad :
         {""s, "\0"s, "\0\0"s, even, longest + "\x01"s, "\x01\x01"s}) {
        assert_false(PublicKey::rsa(bad, e).has_value());
    }
    for (const std::string& bad :
         {""s, "\0"s, "\x01"s, "\0\x01"s, "\x02"s, "\x01\x00"s, n + "\x01"}) {
        assert_false(PublicKey::rsa(n, bad).has_value());
    }
}


void p256_points(void**)
{
    const std::string x = member(provider_key("ec"), "x");
    const std::string y = member(provider_key("ec"), "y");
    const std::string zero(32, '\0');

    assert_true(PublicKey::p256(x, y).has_value());
    assert_false(PublicKey::p256(y, x).has_value());
    assert_false(PublicKey::p256(zero, zero).has_value());
    assert_false(PublicKey::p256(std::string(32, '\xff'), y).has_value());
    assert_false(PublicKey::p256("\0"s + x, y).has_value());
    assert_false(PublicKey::p256(x + y, "").has_value());
    assert_false(PublicKey::p256("", "").has_value());
    assert_false(PublicKey::p256(x, y.substr(1)).has_value());
}


void ed25519_keys(void**)
{
    const std::string x = member(provider_key("ed"), "x");

    assert_true(PublicKey::ed25519(x).has_value());
    assert_false(PublicKey::ed25519("").has_value());
    assert_false(PublicKey::ed25519(x.substr(1)).has_value());
    assert_false(PublicKey::ed25519(x + '\0').has_value());
}


// Neither is an error left for nginx, nor is one of nginx's taken.
void errors_of_others_stay(void**)
{
    const CompactJws wrong = jws_of(token_data::token("rs256_bit_flipped"));
    const CompactJws right = jws_of(token_data::token("rs256"));
    const CompactJws flipped = jws_of(token_data::token("es256_bit_flipped"));
    const CompactJws ed = jws_of(token_data::token("eddsa_bit_flipped"));

    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 7);
    for (int i = 0; i < 20; i++) {
        assert_true(rsa_key().verifies(JwsAlgorithm::rs256, right));
        assert_false(rsa_key().verifies(JwsAlgorithm::rs256, wrong));
        assert_false(rsa_key().verifies(JwsAlgorithm::ps256, wrong));
        assert_false(ec_key().verifies(JwsAlgorithm::es256, flipped));
        assert_false(ed_key().verifies(JwsAlgorithm::eddsa, ed));
        assert_false(PublicKey::p256(std::string(32, 'x'), std::string(32, 'y'))
                         .has_value());
    }

    const unsigned long kept = ERR_get_error();
    assert_int_equal(ERR_GET_LIB(kept), ERR_LIB_USER);
    assert_int_equal(ERR_GET_REASON(kept), 7);
    assert_int_equal(ERR_get_error(), 0);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(splits),
        cmocka_unit_test(verifies),
        cmocka_unit_test(base64url),
        cmocka_unit_test(decodes_signatures),
        cmocka_unit_test(other_algorithms),
        cmocka_unit_test(other_signatures),
        cmocka_unit_test(rsa_numbers),
        cmocka_unit_test(p256_points),
        cmocka_unit_test(ed25519_keys),
        cmocka_unit_test(errors_of_others_stay),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
