// What stands between tokens and cjose: each of these would abort the process,
// read behind a key, or be taken for signed, if cjose were asked. And what is
// between OpenSSL's queue of errors and both.

#include "core/base/base64.hpp"
#include "core/token/jws_cjose.hpp"
#include "core/token/jws_ed25519.hpp"
#include "token_data.hpp"

#include <openssl/err.h>

using logout::CjoseKey;
using logout::CompactJws;
using logout::Ed25519Key;
using logout::Json;
using logout::JwsAlgorithm;

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


CjoseKey rsa_key()
{
    const json_t* const jwk = provider_key("rsa");

    return *CjoseKey::rsa(member(jwk, "n"), member(jwk, "e"));
}


CjoseKey ec_key()
{
    const json_t* const jwk = provider_key("ec");

    return *CjoseKey::p256(member(jwk, "x"), member(jwk, "y"));
}


Ed25519Key ed_key()
{
    return *Ed25519Key::read(member(provider_key("ed"), "x"));
}


CompactJws jws_of(std::string_view token)
{
    const std::optional<CompactJws> jws = CompactJws::split(token);

    assert_true(jws.has_value());

    return *jws;
}


std::string encoded(std::string_view bytes)
{
    std::string text(logout::base64_encoded_size(bytes.size()), '\0');

    logout::base64_encode(bytes, logout::Base64::url, text.data());

    return text;
}


// A token of this header whose signature is as long as one of `key_token`.
std::string with_header(const char* header, const char* key_token)
{
    const CompactJws jws = jws_of(token_data::token(key_token));

    return encoded(header)
        .append(".")
        .append(jws.payload())
        .append(".")
        .append(jws.signature());
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

    assert_true(rsa_key().verifies(JwsAlgorithm::rs256, rs256));
    assert_true(rsa_key().verifies(JwsAlgorithm::ps256, ps256));
    assert_true(ec_key().verifies(JwsAlgorithm::es256, es256));
    assert_true(ed_key().verifies(jws_of(token_data::token("eddsa"))));

    assert_false(ec_key().verifies(JwsAlgorithm::rs256, rs256));
    assert_false(rsa_key().verifies(JwsAlgorithm::es256, es256));
    assert_false(ed_key().verifies(es256));
    assert_false(ed_key().verifies(rs256));
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


// In each part, with a signature of the right length, so that nothing else
// keeps the token from being decoded.
void base64_that_aborts_cjose(void**)
{
    const CjoseKey key = rsa_key();
    const std::string good(token_data::token("rs256"));
    const CompactJws jws = jws_of(good);
    const std::string header(jws.header());
    const std::string payload(jws.payload());
    const std::string signature(jws.signature());

    for (const std::string& token :
         {"eyJhbGciOiJSUzI1NiJ9.A=.AA"s, "A=."s + payload + "." + signature,
          header + "AAA=." + payload + "." + signature,
          header + ".A=." + signature, header + ".A==." + signature,
          header + ".A." + signature, header + "." + payload + "." + "A="s,
          header + "." + payload + "." + signature.substr(0, 340) + "A=",
          header + "." + payload + "." + signature.substr(0, 340) + "A"}) {
        assert_false(key.verifies(JwsAlgorithm::rs256, jws_of(token)));
    }
}


void base64_that_cjose_takes(void**)
{
    const CjoseKey key = rsa_key();
    const std::string good(token_data::token("rs256"));

    for (const std::string& token : {good + "=", good + "==", good + "\n"}) {
        assert_false(key.verifies(JwsAlgorithm::rs256, jws_of(token)));
    }

    // a bit that no byte is made of
    assert_int_equal(jws_of(good).signature().size() % 4, 2);
    std::string token = good;
    token.back()++;
    assert_false(key.verifies(JwsAlgorithm::rs256, jws_of(token)));
}


// RS512 and RS384 are what cjose verifies as well; HMACs it checks with the
// bytes of the key's structure.
void other_algorithms(void**)
{
    const CjoseKey rsa = rsa_key();
    const CjoseKey ec = ec_key();

    assert_false(
        rsa.verifies(JwsAlgorithm::rs256, jws_of(token_data::token("rs512"))));
    assert_false(
        rsa.verifies(JwsAlgorithm::ps256, jws_of(token_data::token("ps384"))));
    assert_false(
        rsa.verifies(JwsAlgorithm::ps256, jws_of(token_data::token("rs256"))));

    for (const char* header :
         {"{\"alg\":\"HS256\"}", "{\"alg\":\"HS512\"}", "{\"alg\":\"none\"}",
          "{\"alg\":\"EdDSA\"}", "{\"alg\":\"ES512\"}", "{\"alg\":null}",
          "{\"alg\":[\"RS256\"]}", "{}", "[]", "7", "", "{"}) {
        assert_false(rsa.verifies(JwsAlgorithm::rs256,
                                  jws_of(with_header(header, "rs256"))));
        assert_false(ec.verifies(JwsAlgorithm::es256,
                                 jws_of(with_header(header, "es256"))));
    }
}


void signatures_of_another_length(void**)
{
    for (const char* name :
         {"es256_zero_at_the_end", "es256_numbers_of_33_bytes", "es256_short",
          "es256_der"}) {
        if (ec_key().verifies(JwsAlgorithm::es256,
                              jws_of(token_data::token(name)))) {
            fail_msg("%s", name);
        }
    }

    assert_true(rsa_key().verifies(
        JwsAlgorithm::ps256,
        jws_of(token_data::token("ps256_begins_with_zero"))));
    assert_false(rsa_key().verifies(
        JwsAlgorithm::ps256, jws_of(token_data::token("ps256_zero_dropped"))));
    assert_false(rsa_key().verifies(
        JwsAlgorithm::rs256, jws_of(token_data::token("rs256_zero_in_front"))));
}


void rsa_numbers(void**)
{
    const std::string n = member(provider_key("rsa"), "n");
    const std::string even = n.substr(0, n.size() - 1) + '\x02';
    const std::string e = "\x01\x00\x01"s;
    const std::string longest = "\x80"s + std::string(2046, '\0') + "\x01";

    assert_true(CjoseKey::rsa(n, e).has_value());
    assert_true(CjoseKey::rsa(n, "\x03").has_value());
    assert_true(CjoseKey::rsa(longest, e).has_value());
    assert_true(CjoseKey::rsa("\0"s + longest, "\0"s + e).has_value());
    for (const std::string& bad :
         {""s, "\0"s, "\0\0"s, even, longest + "\x01"s, "\x01\x01"s}) {
        assert_false(CjoseKey::rsa(bad, e).has_value());
    }
    for (const std::string& bad :
         {""s, "\0"s, "\x01"s, "\0\x01"s, "\x02"s, "\x01\x00"s, n + "\x01"}) {
        assert_false(CjoseKey::rsa(n, bad).has_value());
    }
}


void p256_points(void**)
{
    const std::string x = member(provider_key("ec"), "x");
    const std::string y = member(provider_key("ec"), "y");
    const std::string zero(32, '\0');

    assert_true(CjoseKey::p256(x, y).has_value());
    assert_false(CjoseKey::p256(y, x).has_value());
    assert_false(CjoseKey::p256(zero, zero).has_value());
    assert_false(CjoseKey::p256(std::string(32, '\xff'), y).has_value());
    assert_false(CjoseKey::p256("\0"s + x, y).has_value());
    assert_false(CjoseKey::p256(x + y, "").has_value());
    assert_false(CjoseKey::p256("", "").has_value());
    assert_false(CjoseKey::p256(x, y.substr(1)).has_value());
}


void ed25519_keys(void**)
{
    const std::string x = member(provider_key("ed"), "x");

    assert_true(Ed25519Key::read(x).has_value());
    assert_false(Ed25519Key::read("").has_value());
    assert_false(Ed25519Key::read(x.substr(1)).has_value());
    assert_false(Ed25519Key::read(x + '\0').has_value());
    assert_false(
        ed_key().verifies(jws_of(token_data::token("eddsa_bit_flipped"))));
    assert_false(ed_key().verifies(jws_of(token_data::token("eddsa_short"))));
}


// Neither is an error left for nginx, nor is one of nginx's taken: cjose would
// read the oldest to tell about it.
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
        assert_false(ed_key().verifies(ed));
        assert_false(CjoseKey::p256(std::string(32, 'x'), std::string(32, 'y'))
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
        cmocka_unit_test(base64_that_aborts_cjose),
        cmocka_unit_test(base64_that_cjose_takes),
        cmocka_unit_test(other_algorithms),
        cmocka_unit_test(signatures_of_another_length),
        cmocka_unit_test(rsa_numbers),
        cmocka_unit_test(p256_points),
        cmocka_unit_test(ed25519_keys),
        cmocka_unit_test(errors_of_others_stay),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
