// Laravel's encrypted cookies, written here as Laravel writes them.

#include "core/session/laravel.hpp"

#include <openssl/evp.h>

#include <cstring>

#include "session_reading.hpp"

using namespace session_testing;
using logout::DigestAlgorithm;
using logout::HmacKey;

namespace {

const std::string key_128 = "0123456789abcdef";
const std::string key_256 = "0123456789abcdef0123456789abcdef";
const std::string id = "IzultSva7kh518UJZUFmCagw3xOMYEnK6C0ojdN5";


std::string hex(std::string_view bytes)
{
    std::string text(2 * bytes.size(), '\0');
    logout::hex_encode(bytes, text.data());
    return text;
}


std::string base64(std::string_view bytes)
{
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()),
                        static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}


struct Sealed {
    std::string text;
    std::string tag;
};


Sealed seal(const char* cipher_name, const std::string& key,
            const std::string& iv, const std::string& plain)
{
    EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, cipher_name, nullptr);
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    bool gcm = EVP_CIPHER_get_mode(cipher) == EVP_CIPH_GCM_MODE;
    Sealed sealed{std::string(plain.size() + 16, '\0'), ""};
    auto* out = reinterpret_cast<unsigned char*>(sealed.text.data());
    int size = 0;
    int rest = 0;

    EVP_EncryptInit_ex2(
        context, cipher, reinterpret_cast<const unsigned char*>(key.data()),
        reinterpret_cast<const unsigned char*>(iv.data()), nullptr);
    EVP_EncryptUpdate(context, out, &size,
                      reinterpret_cast<const unsigned char*>(plain.data()),
                      static_cast<int>(plain.size()));
    EVP_EncryptFinal_ex(context, out + size, &rest);
    sealed.text.resize(static_cast<std::size_t>(size + rest));
    if (gcm) {
        sealed.tag.resize(16);
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16,
                            sealed.tag.data());
    }

    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return sealed;
}


std::string plain_text(const std::string& key, const std::string& cookie)
{
    HmacKey proof(DigestAlgorithm::sha1, key);
    return hex(proof.sign({cookie, "v2"}).view()) + "|" + id;
}


// The cookie's value. `cookie` is the name that it is made for.
std::string cookie_value(const char* cipher, const std::string& key,
                         const std::string& cookie = "laravel_session")
{
    bool gcm = std::string(cipher).find("gcm") != std::string::npos;
    std::string iv(gcm ? 12 : 16, 'i');
    Sealed sealed = seal(cipher, key, iv, plain_text(key, cookie));
    std::string value = base64(sealed.text);
    std::string mac = gcm ? ""
                          : hex(HmacKey(DigestAlgorithm::sha256, key)
                                    .sign({base64(iv), value})
                                    .view());

    return base64(R"({"iv":")" + base64(iv) + R"(","value":")" + value +
                  R"(","mac":")" + mac + R"(","tag":")" + base64(sealed.tag) +
                  R"("})");
}


Keys keys_of(const std::string& value, const Secrets& secrets)
{
    return keys_in(reader_of("format=laravel prefix=p:", secrets),
                   "laravel_session=" + value);
}


void all_ciphers_are_opened(void**)
{
    struct {
        const char* cipher;
        std::string key;
    } cases[] = {
        {"aes-128-cbc", key_128},
        {"aes-256-cbc", key_256},
        {"aes-128-gcm", key_128},
        {"aes-256-gcm", key_256},
    };

    for (const auto& example : cases) {
        std::string value = cookie_value(example.cipher, example.key);
        Secrets encoded = {"base64:" + base64(example.key)};

        assert_keys(keys_of(value, {example.key}), {"p:" + id}, example.cipher);
        assert_keys(keys_of(value, encoded), {"p:" + id}, example.cipher);
        assert_keys(keys_of(value, {std::string(32, 'x'), example.key}),
                    {"p:" + id}, "an old key");
        assert_keys(keys_of(value, {std::string(32, 'x')}), {}, "another key");
    }
}


// No byte of what was encrypted, or of what vouches for it, can be changed.
void a_changed_byte_gives_nothing(void**)
{
    for (const char* cipher : {"aes-256-cbc", "aes-256-gcm"}) {
        std::string value = cookie_value(cipher, key_256);

        for (std::size_t i = 0; i < value.size(); i++) {
            std::string forged = value;
            forged[i] = forged[i] == 'A' ? 'B' : 'A';
            assert_keys(keys_of(forged, {key_256}), {},
                        std::string(cipher) + " " + std::to_string(i));
        }
    }
}


void a_cookie_of_another_name_gives_nothing(void**)
{
    assert_keys(
        keys_of(cookie_value("aes-256-cbc", key_256, "XSRF-TOKEN"), {key_256}),
        {}, "XSRF-TOKEN");
}


void other_json_gives_nothing(void**)
{
    const char* const texts[] = {
        "",
        "{",
        "{}",
        "null",
        R"(["iv"])",
        R"({"iv":"a"})",
        R"({"iv":"a","value":"b","mac":"c","tag":""} )",
        R"({"iv":"a","value":"b","mac":"c","tag":"")",
        R"({"iv":"a","iv":"b","value":"b","mac":"c","tag":""})",
        R"({"iv":"a","value":"b","mac":"c","other":""})",
        R"({"iv":"a","value":"b","mac":"c","tag":null})",
        R"({"iv":"a\u0041","value":"b","mac":"c","tag":""})",
        R"({"iv":"a\)",
        R"({"iv":"a\"})",
        R"({"iv","a"})",
        R"({"iv":"a",})",
        R"({"iv":"a""value":"b"})",
    };

    for (const char* text : texts) {
        assert_keys(keys_of(base64(text), {key_256}), {}, text);
    }
}


void slashes_may_be_escaped(void**)
{
    logout::SessionScratch scratch;
    auto envelope = logout::laravel_envelope(
        R"({"iv":"a\/b","value":"\/\/","mac":"c","tag":""})", scratch);

    assert_true(envelope.has_value());
    assert_true(envelope->iv == "a/b");
    assert_true(envelope->value == "//");
    assert_true(envelope->mac == "c");
}


void keys_that_cannot_be_are_refused(void**)
{
    for (const char* secret :
         {"x", "0123456789abcde", "base64:", "base64:!", "base64:MDEy",
          "base64:MDEyMzQ1Njc4OWFiY2RlZg==x"}) {
        Compiled compiled = compile("format=laravel", {secret});
        assert_false(compiled.reader.has_value());
        assert_non_null(std::strstr(compiled.problem.c_str(), "APP_KEY"));
    }

    assert_non_null(std::strstr(compile("format=laravel").problem.c_str(),
                                "needs the application's APP_KEY"));
}


// APP_NAME gives the cookie its name and the key its prefix.
void the_prefix_follows_from_the_cookie(void**)
{
    struct {
        const char* cookie;
        const char* prefix;
    } cases[] = {
        {"laravel_session", "laravel_database_laravel_cache_"},
        {"my_app_session", "my_app_database_my_app_cache_"},
        {"laravel-session", "laravel-database-laravel-cache-"},
    };

    for (const auto& example : cases) {
        std::string cookie = example.cookie;
        assert_keys(
            keys_in(reader_of("format=laravel cookie=" + cookie, {key_256}),
                    cookie + "=" +
                        cookie_value("aes-256-cbc", key_256, cookie)),
            {example.prefix + id}, cookie);
    }

    assert_non_null(std::strstr(
        compile("format=laravel cookie=sid", {key_256}).problem.c_str(),
        "\"format=laravel\" needs \"prefix=\""));
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(all_ciphers_are_opened),
        cmocka_unit_test(a_changed_byte_gives_nothing),
        cmocka_unit_test(a_cookie_of_another_name_gives_nothing),
        cmocka_unit_test(other_json_gives_nothing),
        cmocka_unit_test(slashes_may_be_escaped),
        cmocka_unit_test(keys_that_cannot_be_are_refused),
        cmocka_unit_test(the_prefix_follows_from_the_cookie),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
