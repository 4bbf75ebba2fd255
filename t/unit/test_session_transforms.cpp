// The steps from a cookie's value to a key, each alone.

#include "core/base/digest.hpp"
#include "core/session/presets.hpp"
#include "core/session/signatures.hpp"
#include "core/session/transforms.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

using namespace std::literals;
using logout::Base64;
using logout::DigestAlgorithm;
using logout::HmacKey;
using logout::SessionScratch;
using Text = std::optional<std::string>;

namespace {

Text copy(std::optional<std::string_view> text)
{
    return text ? Text(std::string(*text)) : std::nullopt;
}


void assert_text(const Text& found, const Text& expected, std::string_view what)
{
    if (found != expected) {
        fail_msg("%s: \"%s\"", std::string(what).c_str(),
                 found.value_or("nothing").c_str());
    }
}


std::string hex(std::string_view bytes)
{
    std::string text(2 * bytes.size(), '\0');
    logout::hex_encode(bytes, text.data());
    return text;
}


std::string base64url(std::string_view bytes)
{
    std::string text(logout::base64_encoded_size(bytes.size()), '\0');
    logout::base64_encode(bytes, Base64::url, text.data());
    return text;
}


// RFC 4648, section 10, and what is around it.
void base64_is_decoded_strictly(void**)
{
    struct {
        const char* text;
        Base64 alphabet;
        Text bytes;
    } cases[] = {
        {"", Base64::standard, ""},
        {"Zg==", Base64::standard, "f"},
        {"Zm8=", Base64::standard, "fo"},
        {"Zm9v", Base64::standard, "foo"},
        {"Zm9vYg==", Base64::standard, "foob"},
        {"Zm9vYmE=", Base64::standard, "fooba"},
        {"Zm9vYmFy", Base64::standard, "foobar"},
        {"Zg", Base64::standard, "f"},
        {"Zm8", Base64::standard, "fo"},
        {"-_-_", Base64::url, "\xfb\xff\xbf"},
        {"+/+/", Base64::standard, "\xfb\xff\xbf"},
        {"+_-/", Base64::standard, std::nullopt},

        {"-_-_", Base64::standard, std::nullopt},
        {"+/+/", Base64::url, std::nullopt},
        {"Z", Base64::standard, std::nullopt},
        {"Zg=", Base64::standard, std::nullopt},
        {"Zg===", Base64::standard, std::nullopt},
        {"Z===", Base64::standard, std::nullopt},
        {"====", Base64::standard, std::nullopt},
        {"Zm9v=", Base64::standard, std::nullopt},
        {"Zm9v====", Base64::standard, std::nullopt},
        {"Zh==", Base64::standard, std::nullopt},
        {"Zm9=", Base64::standard, std::nullopt},
        {"Zh", Base64::standard, std::nullopt},
        {"Zg==Zg==", Base64::standard, std::nullopt},
        {"Zm 9v", Base64::standard, std::nullopt},
        {"Zm9v\n", Base64::standard, std::nullopt},
        {"Zm9\xff", Base64::standard, std::nullopt},
        {"Zm.v", Base64::url, std::nullopt},
    };

    for (const auto& example : cases) {
        SessionScratch scratch;
        assert_text(copy(logout::base64_decode(example.text, example.alphabet,
                                               scratch)),
                    example.bytes, example.text);
    }
}


// Four characters are read in one turn: a bad one may stand anywhere in them.
void base64_with_one_bad_character_is_refused(void**)
{
    for (std::size_t length = 4; length < 13; length++) {
        const std::string good(length, 'A');

        for (std::size_t place = 0; place < length; place++) {
            for (const char bad : {'-', '.', '\0', '\x80', '\xff'}) {
                std::string text = good;
                text[place] = bad;

                SessionScratch scratch;
                assert_false(
                    logout::base64_decode(text, Base64::standard, scratch)
                        .has_value());
            }
        }
        if (length % 4 != 1) {
            SessionScratch scratch;
            assert_text(
                copy(logout::base64_decode(good, Base64::standard, scratch)),
                std::string(length * 3 / 4, '\0'), good.c_str());
        }
    }
}


void base64url_is_encoded_without_padding(void**)
{
    assert_string_equal(base64url("").c_str(), "");
    assert_string_equal(base64url("f").c_str(), "Zg");
    assert_string_equal(base64url("fo").c_str(), "Zm8");
    assert_string_equal(base64url("foo").c_str(), "Zm9v");
    assert_string_equal(base64url("foobar").c_str(), "Zm9vYmFy");
    assert_string_equal(base64url("\xfb\xff\xbf").c_str(), "-_-_");
}


// RFC 1321, RFC 3174 and FIPS 180-4.
void digests_are_those_of_the_standards(void**)
{
    struct {
        DigestAlgorithm algorithm;
        const char* digest;
    } cases[] = {
        {DigestAlgorithm::md5, "900150983cd24fb0d6963f7d28e17f72"},
        {DigestAlgorithm::sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {DigestAlgorithm::sha256,
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {DigestAlgorithm::sha512,
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    };

    for (const auto& example : cases) {
        logout::Digest start(example.algorithm);
        start.add("a");
        logout::Digest again = start;

        assert_string_equal(hex(start.add("bc").finish().view()).c_str(),
                            example.digest);
        assert_string_equal(
            hex(again.add("b").add("c").finish().view()).c_str(),
            example.digest);
    }
}


// RFC 2202 (SHA-1) and RFC 4231, cases 1, 2 and 6: keys shorter and longer
// than a block.
void hmacs_are_those_of_the_standards(void**)
{
    const std::string long_key(131, '\xaa');
    const std::string_view long_text =
        "Test Using Larger Than Block-Size Key - Hash Key First";
    struct {
        DigestAlgorithm algorithm;
        std::string key;
        std::string_view text;
        const char* code;
    } cases[] = {
        {DigestAlgorithm::sha1, std::string(20, '\x0b'), "Hi There",
         "b617318655057264e28bc0b6fb378c8ef146be00"},
        {DigestAlgorithm::sha256, std::string(20, '\x0b'), "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {DigestAlgorithm::sha512, std::string(20, '\x0b'), "Hi There",
         "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
         "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"},
        {DigestAlgorithm::sha256, "Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {DigestAlgorithm::sha256, long_key, long_text,
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {DigestAlgorithm::sha512, long_key, long_text,
         "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
         "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"},
    };

    for (const auto& example : cases) {
        HmacKey key(example.algorithm, example.key);
        std::string_view first = example.text.substr(0, 3);
        std::string_view rest = example.text.substr(3);

        assert_string_equal(hex(key.sign({example.text}).view()).c_str(),
                            example.code);
        assert_string_equal(hex(key.sign({first, rest}).view()).c_str(),
                            example.code);
    }
}


void secrets_are_equal_only_when_they_are(void**)
{
    assert_true(logout::equal_secretly("", ""));
    assert_true(logout::equal_secretly("abc", "abc"));
    assert_false(logout::equal_secretly("abc", "abd"));
    assert_false(logout::equal_secretly("abc", "ab"));
    assert_false(logout::equal_secretly("", "a"));

    for (std::size_t size = 1; size <= 64; size++) {
        const std::string secret(size, 'x');
        assert_true(logout::equal_secretly(secret, std::string(size, 'x')));

        for (std::size_t place = 0; place < size; place++) {
            for (int bit = 0; bit < 8; bit++) {
                std::string other = secret;
                other[place] = static_cast<char>(other[place] ^ 1 << bit);
                assert_false(logout::equal_secretly(secret, other));
            }
        }
    }
}


// The rule for each byte, by itself.
bool is_wanted(unsigned char byte, logout::IdAlphabet alphabet)
{
    return alphabet == logout::IdAlphabet::visible
               ? byte > 0x20 && byte < 0x7f
               : byte >= 0x20 && byte != 0x7f;
}


void ids_are_of_an_alphabet_if_each_byte_is(void**)
{
    for (const auto alphabet :
         {logout::IdAlphabet::visible, logout::IdAlphabet::printable}) {
        for (std::size_t size = 1; size <= 20; size++) {
            for (std::size_t place = 0; place < size; place++) {
                for (int byte = 0; byte < 256; byte++) {
                    std::string id(size, 'x');
                    id[place] = static_cast<char>(byte);
                    assert_int_equal(
                        logout::in_alphabet(id, alphabet),
                        is_wanted(static_cast<unsigned char>(byte), alphabet));
                }
            }
        }
    }
}


void any_key_verifies_and_no_other(void**)
{
    std::string code(
        HmacKey(DigestAlgorithm::sha256, "old").sign({"id"}).view());
    logout::SignatureKeys keys(DigestAlgorithm::sha256, {"new", "old"});
    logout::SignatureKeys others(DigestAlgorithm::sha256, {"new", "newer"});
    logout::SignatureKeys none;

    assert_true(keys.verify({"id"}, code));
    assert_true(keys.verify({"i", "d"}, code));
    assert_true(keys.verify_base64({"id"}, base64url(code)));
    assert_false(others.verify({"id"}, code));
    assert_false(none.verify({"id"}, code));
    assert_false(keys.verify({"ie"}, code));
    assert_false(keys.verify({"id"}, ""));
    assert_false(keys.verify_base64({"id"}, ""));
    assert_false(keys.verify_base64({"ie"}, base64url(code)));
    assert_false(keys.verify({"id"}, code.substr(0, 31)));
    assert_false(keys.verify({"id"}, code + "\0"s));
    assert_false(keys.verify_base64({"id"}, base64url(code) + "A"));
    assert_false(keys.verify_base64({"id"}, std::string(100000, 'A')));
}


// The code of "id 2" has "-" and "_" in the one alphabet, "+" and "/" in the
// other; it ends with two bits that no encoder sets.
void codes_in_base64_are_those_that_an_encoder_writes(void**)
{
    const logout::SignatureKeys keys(DigestAlgorithm::sha256, {"key"});
    const std::string code = "gaww-Ut2pcVJ8B7SQQDbH_psktbQrNF9W3-YyNIMAl4";
    std::string standard = code;
    std::replace(standard.begin(), standard.end(), '-', '+');
    std::replace(standard.begin(), standard.end(), '_', '/');
    std::string mixed = code;
    std::replace(mixed.begin(), mixed.end(), '-', '+');

    for (const std::string& good : {code, standard}) {
        assert_true(keys.verify_base64({"id 2"}, good));
        assert_true(keys.verify_base64({"id 2"}, good + "="));
        assert_false(keys.verify_base64({"id 2"}, good + "=="));
        assert_false(keys.verify_base64({"id 2"}, good + "A"));
        assert_false(keys.verify_base64({"id 2"}, "A" + good));
        assert_false(keys.verify_base64({"id 2"}, good.substr(1)));
        assert_false(
            keys.verify_base64({"id 2"}, good.substr(0, good.size() - 1)));

        for (std::size_t place = 0; place < good.size(); place++) {
            std::string other = good;
            other[place] = static_cast<char>(other[place] ^ 1);
            assert_false(keys.verify_base64({"id 2"}, other));
        }
    }
    assert_false(keys.verify_base64({"id 2"}, mixed));
}


void base64_is_written_as_it_is_read(void**)
{
    std::string bytes;

    for (int size = 0; size <= 64; size++) {
        for (const Base64 alphabet : {Base64::standard, Base64::url}) {
            std::string text(logout::base64_encoded_size(bytes.size()), '\0');
            logout::base64_encode(bytes, alphabet, text.data());

            SessionScratch scratch;
            assert_text(copy(logout::base64_decode(text, alphabet, scratch)),
                        bytes, text.c_str());
        }
        bytes += static_cast<char>(size * 37 + 251);
    }
}


void percent_encoding_is_undone_once(void**)
{
    struct {
        const char* text;
        Text decoded;
    } cases[] = {
        {"", ""},
        {"abc", "abc"},
        {"s%3Aa", "s:a"},
        {"%2C%2c", ",,"},
        {"%2541", "%41"},
        {"ab%2Cc%2Cd", "ab,c,d"},
        {"ab%2C", "ab,"},
        {"a+b", "a+b"},
        {"%C3%A9", "\xc3\xa9"},
        {"%00", "\0"s},
        {"%", std::nullopt},
        {"a%4", std::nullopt},
        {"%4g", std::nullopt},
        {"%g4", std::nullopt},
        {"%%41", std::nullopt},
        {"% 4", std::nullopt},
        {"%-1", std::nullopt},
    };

    for (const auto& example : cases) {
        SessionScratch scratch;
        assert_text(copy(logout::percent_decode(example.text, scratch)),
                    example.decoded, example.text);
    }
}


void texts_are_split_at_the_first_or_last_separator(void**)
{
    assert_text(copy(logout::without_lead("s:abc", "s:")), "abc", "lead");
    assert_text(copy(logout::without_lead("abc", "")), "abc", "no lead");
    assert_text(copy(logout::without_lead("sabc", "s:")), std::nullopt, "s");
    assert_text(copy(logout::without_lead("", "s:")), std::nullopt, "empty");

    auto first = logout::split_at_first("a.b.c", '.');
    auto last = logout::split_at_last("a.b.c", '.');
    assert_text(copy(first->first), "a", "first");
    assert_text(copy(first->second), "b.c", "rest");
    assert_text(copy(last->first), "a.b", "all but last");
    assert_text(copy(last->second), "c", "last");
    assert_false(logout::split_at_first("abc", '.').has_value());
    assert_false(logout::split_at_last("", '.').has_value());
}


void routes_are_cut_off(void**)
{
    struct {
        const char* id;
        const char* route;
        const char* rest;
    } cases[] = {
        {"id.node1", "node1", "id"},     {"id.node1", "*", "id"},
        {"id.node1", "", "id.node1"},    {"id.node2", "node1", "id.node2"},
        {"id", "node1", "id"},           {"id", "*", "id"},
        {"idnode1", "node1", "idnode1"}, {"a.b.node1", "*", "a.b"},
        {".node1", "node1", ""},
    };

    for (const auto& example : cases) {
        assert_text(copy(logout::without_route(example.id, example.route)),
                    example.rest, example.id);
    }
}


void gob_strings_are_read(void**)
{
    assert_text(copy(logout::gob_string("\x06\x0c\x00\x03"
                                        "abc"sv)),
                "abc", "abc");
    assert_text(copy(logout::gob_string("\x03\x0c\x00\x00"sv)), "", "empty");

    std::string longest = "\x7f\x0c\x00\x7c"s + std::string(0x7c, 'a');
    assert_text(copy(logout::gob_string(longest)), std::string(0x7c, 'a'),
                "longest");

    const std::string_view bad[] = {
        ""sv,
        "\x02\x0c\x00"sv,
        "\x06\x0c\x00\x03"
        "ab"sv,
        "\x06\x0c\x00\x03"
        "abcd"sv,
        "\x06\x0c\x00\x04"
        "abc"sv,
        "\x06\x0c\x00\xff"
        "abc"sv,
        "\x06\x04\x00\x03"
        "abc"sv,
        "\x06\x0c\x01\x03"
        "abc"sv,
    };
    for (std::string_view bytes : bad) {
        assert_text(copy(logout::gob_string(bytes)), std::nullopt, hex(bytes));
    }

    std::string too_long = "\x80\x0c\x00\x7d"s + std::string(0x7d, 'a');
    assert_text(copy(logout::gob_string(too_long)), std::nullopt, "129");
}


std::string lua_resty_header(char type, char flags)
{
    return base64url(std::string() + type + flags + '\0' +
                     std::string(32, 'i') + std::string(47, 'x'));
}


void lua_resty_sessions_are_read_where_redis_has_them(void**)
{
    struct {
        std::string value;
        Text id;
    } cases[] = {
        {lua_resty_header(1, 1), std::string(32, 'i')},
        {lua_resty_header(1, 3), std::string(32, 'i')},
        {lua_resty_header(1, 1) + "payload", std::string(32, 'i')},
        {lua_resty_header(1, 0), std::nullopt},
        {lua_resty_header(1, 2), std::nullopt},
        {lua_resty_header(2, 1), std::nullopt},
        {lua_resty_header(1, 1).substr(0, 109), std::nullopt},
        {"", std::nullopt},
    };

    for (const auto& example : cases) {
        SessionScratch scratch;
        assert_text(copy(logout::lua_resty_session_id(example.value, scratch)),
                    example.id, example.value);
    }
}


void oauth2_proxy_tickets_are_read(void**)
{
    struct {
        const char* ticket;
        Text id;
    } cases[] = {
        {"v2.X2EtMQ.c2VjcmV0", "_a-1"}, {"_a-1.c2VjcmV0", "_a-1"},
        {"v2.X2EtMQ", std::nullopt},    {"v2.X2E*.c2VjcmV0", std::nullopt},
        {"_a-1", std::nullopt},         {"", std::nullopt},
    };

    for (const auto& example : cases) {
        SessionScratch scratch;
        assert_text(copy(logout::oauth2_proxy_id(example.ticket, scratch)),
                    example.id, example.ticket);
    }
}


void memory_for_decoding_is_bounded(void**)
{
    SessionScratch scratch;

    assert_non_null(scratch.take(4 * logout::cookie_value_max_length));
    assert_non_null(scratch.take(0));
    assert_null(scratch.take(1));
    assert_false(logout::percent_decode("%41", scratch).has_value());
    assert_false(
        logout::base64_decode("Zg==", Base64::url, scratch).has_value());
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_decoded_strictly),
        cmocka_unit_test(base64_with_one_bad_character_is_refused),
        cmocka_unit_test(base64url_is_encoded_without_padding),
        cmocka_unit_test(digests_are_those_of_the_standards),
        cmocka_unit_test(hmacs_are_those_of_the_standards),
        cmocka_unit_test(secrets_are_equal_only_when_they_are),
        cmocka_unit_test(ids_are_of_an_alphabet_if_each_byte_is),
        cmocka_unit_test(any_key_verifies_and_no_other),
        cmocka_unit_test(codes_in_base64_are_those_that_an_encoder_writes),
        cmocka_unit_test(base64_is_written_as_it_is_read),
        cmocka_unit_test(percent_encoding_is_undone_once),
        cmocka_unit_test(texts_are_split_at_the_first_or_last_separator),
        cmocka_unit_test(routes_are_cut_off),
        cmocka_unit_test(gob_strings_are_read),
        cmocka_unit_test(lua_resty_sessions_are_read_where_redis_has_them),
        cmocka_unit_test(oauth2_proxy_tickets_are_read),
        cmocka_unit_test(memory_for_decoding_is_bounded),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
