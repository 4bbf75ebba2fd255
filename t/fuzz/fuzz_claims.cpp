// The claims of tokens that anybody can have made: what read_unverified_jwt()
// reads of one is read the same here. The first byte says what the rest is:
//
//   t  a token
//   p  a payload, made into a token

#include "fuzz.hpp"

#include "core/base/base64.hpp"
#include "core/revocation/claims.hpp"

#include <memory_resource>
#include <string>

namespace {

using logout::Jwt;
using logout::JwtProblem;
using logout::TokenClaims;

std::pmr::memory_resource* const memory = std::pmr::get_default_resource();


std::string encoded(std::string_view bytes)
{
    std::string text(logout::base64_encoded_size(bytes.size()), '\0');

    logout::base64_encode(bytes, logout::Base64::url, text.data());
    return text;
}


bool equal(const TokenClaims& a, const TokenClaims& b)
{
    return a.issuer == b.issuer && a.jti == b.jti && a.sid == b.sid &&
           a.sub == b.sub && a.issued == b.issued;
}


void fuzz_token(std::string_view token)
{
    const auto claims = logout::read_token_claims(token, memory);
    Jwt jwt;

    if (claims) {
        for (const std::string_view text :
             {claims->issuer, claims->jti, claims->sid, claims->sub}) {
            REQUIRE(text.size() <= logout::revocation_name_max_length);
        }
    }
    if (read_unverified_jwt(token, jwt) == JwtProblem::none) {
        REQUIRE(claims && equal(*claims, logout::token_claims(jwt, memory)));
    }
}

}  // namespace


extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size)
{
    if (size == 0) {
        return 0;
    }

    const std::string_view input = to_view(data + 1, size - 1);

    switch (data[0]) {
    case 't':
        fuzz_token(input);
        break;
    case 'p':
        fuzz_token(encoded(R"({"alg":"RS256"})") + "." + encoded(input) +
                   ".c2ln");
        break;
    default:
        break;
    }
    return 0;
}
