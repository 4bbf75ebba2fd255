// SipHash-2-4-128, compared with OpenSSL's.

#include "core/base/siphash.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <cstring>
#include <string>

using logout::Bits128;
using logout::SipHash;

namespace {

std::string bytes_of(const Bits128& bits)
{
    std::string bytes(16, '\0');

    logout::write_little_endian(bits.first, bytes.data());
    logout::write_little_endian(bits.second, bytes.data() + 8);
    return bytes;
}


std::string of_openssl(const std::string& key, std::string_view text)
{
    std::string code(16, '\0');
    std::size_t size = code.size();
    std::size_t length = 0;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
        OSSL_PARAM_construct_end()};
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
    EVP_MAC_CTX* const context = EVP_MAC_CTX_new(mac);

    assert_int_equal(
        EVP_MAC_init(context,
                     reinterpret_cast<const unsigned char*>(key.data()),
                     key.size(), parameters),
        1);
    EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()),
                   text.size());
    EVP_MAC_final(context, reinterpret_cast<unsigned char*>(code.data()),
                  &length, code.size());
    assert_int_equal(length, 16);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return code;
}


void gives_what_openssl_gives(void**)
{
    std::string text;
    const Bits128 key = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

    for (int size = 0; size < 300; ++size) {
        assert_true(bytes_of(SipHash(key).add(text).finish()) ==
                    of_openssl(bytes_of(key), text));
        text += static_cast<char>(size * 7 + 3);
    }
}


void gives_the_same_for_pieces(void**)
{
    const Bits128 key = {1, 2};
    const std::string text = "a text of more than three words of eight bytes";
    const Bits128 whole = SipHash(key).add(text).finish();

    for (std::size_t i = 0; i <= text.size(); ++i) {
        for (std::size_t j = i; j <= text.size(); ++j) {
            const std::string_view view = text;

            assert_true(SipHash(key)
                            .add(view.substr(0, i))
                            .add(view.substr(i, j - i))
                            .add(view.substr(j))
                            .finish() == whole);
        }
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_openssl_gives),
        cmocka_unit_test(gives_the_same_for_pieces),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
