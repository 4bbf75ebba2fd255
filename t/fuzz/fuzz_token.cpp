// Tokens and key sets: of all bytes only the tokens that somebody has signed
// are verified, and none of the rest harms. The first byte of the input says
// what the rest is:
//
//   t  a token
//   v  a token for the keys alone, without what is checked before
//   p  a header's number, a payload and the bytes of a signature, made into a
//      token that is well-formed: all of these reach the keys
//   k  a key set
//   s  a subject identifier

#include "fuzz.hpp"

#include "core/base/base64.hpp"
#include "core/token/jwt.hpp"
#include "core/token/subject_identifier.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace {

using logout::CompactJws;
using logout::Json;
using logout::Jwks;
using logout::JwsAlgorithm;
using logout::Jwt;
using logout::JwtProblem;
using logout::PublicKey;

constexpr std::string_view headers[] = {
    R"({"alg":"RS256","kid":"rsa"})",    R"({"alg":"PS256","kid":"rsa"})",
    R"({"alg":"ES256","kid":"ec"})",     R"({"alg":"EdDSA","kid":"ed"})",
    R"({"alg":"HS256","kid":"rsa"})",    R"({"alg":"RS512","kid":"rsa"})",
    R"({"alg":"RS256","kid":"pinned"})",
};
// Of the tokens that the corpus has, those whose signature is right.
constexpr const char* signed_tokens[] = {
    "rs256",
    "ps256",
    "es256",
    "eddsa",
    "claims_twice",
    "es256_without_kid",
    "key_in_the_header",
};
constexpr std::size_t rsa_signature_size = 256;
constexpr std::size_t other_signature_size = 64;


const json_t* test_data(const char* group)
{
    static const Json document(
        json_load_file("t/unit/data/tokens.json", 0, nullptr));
    const json_t* const member = json_object_get(document.get(), group);

    REQUIRE(member != nullptr);
    return member;
}


Jwks key_set(const char* name)
{
    std::string problem;
    std::vector<std::string> passed_over;
    std::optional<Jwks> keys =
        Jwks::parse(*logout::json_string_member(test_data("key_sets"), name),
                    problem, passed_over);

    REQUIRE(keys.has_value());
    return std::move(*keys);
}


const std::array<Jwks, 2>& key_sets()
{
    static const std::array<Jwks, 2> sets = {key_set("provider"),
                                             key_set("nameless")};
    return sets;
}


bool is_signed_by_somebody(std::string_view token)
{
    const json_t* const tokens = test_data("tokens");

    return std::any_of(std::begin(signed_tokens), std::end(signed_tokens),
                       [&](const char* name) {
                           return logout::json_string_member(tokens, name) ==
                                  token;
                       });
}


void fuzz_token(std::string_view token)
{
    Jwt jwt;

    for (const Jwks& keys : key_sets()) {
        const JwtProblem problem = verify_jwt(token, keys, jwt);

        REQUIRE(problem != JwtProblem::none || is_signed_by_somebody(token));
        REQUIRE(*logout::describe(problem) != '\0');
    }
    read_unverified_jwt(token, jwt);
}


std::string encoded(std::string_view bytes)
{
    std::string text(logout::base64_encoded_size(bytes.size()), '\0');

    logout::base64_encode(bytes, logout::Base64::url, text.data());
    return text;
}


void fuzz_parts(std::string_view input)
{
    if (input.empty()) {
        return;
    }

    const std::size_t number =
        static_cast<unsigned char>(input.front()) % std::size(headers);
    const std::string_view header = headers[number];
    const bool is_rsa = header.find(R"(S256","kid":"ec")") == header.npos &&
                        header.find("EdDSA") == header.npos;
    const std::size_t size = is_rsa ? rsa_signature_size : other_signature_size;

    input.remove_prefix(1);
    std::string signature(input.substr(0, size));
    signature.resize(size);
    const std::string payload(input.substr(std::min(input.size(), size)));

    fuzz_token(encoded(header) + "." + encoded(payload) + "." +
               encoded(signature));
}


std::string member(const char* name, const json_t* jwk)
{
    const std::string_view text = *logout::json_string_member(jwk, name);
    std::string bytes(logout::base64_decoded_max(text.size()), '\0');

    bytes.resize(
        *logout::base64_decode(text, logout::Base64::url, bytes.data()));
    return bytes;
}


// An RSA key and a P-256 key.
std::array<PublicKey, 2> public_keys()
{
    const Json set(logout::parse_json_object(
        *logout::json_string_member(test_data("key_sets"), "nameless")));
    const json_t* const keys = json_object_get(set.get(), "keys");
    const json_t* const rsa = json_array_get(keys, 0);
    const json_t* const ec = json_array_get(keys, 1);

    return {*PublicKey::rsa(member("n", rsa), member("e", rsa)),
            *PublicKey::p256(member("x", ec), member("y", ec))};
}


void fuzz_keys(std::string_view token)
{
    static const std::array<PublicKey, 2> keys = public_keys();
    const std::optional<CompactJws> jws = CompactJws::split(token);

    if (!jws) {
        return;
    }
    for (const PublicKey& key : keys) {
        for (JwsAlgorithm algorithm :
             {JwsAlgorithm::rs256, JwsAlgorithm::ps256, JwsAlgorithm::es256}) {
            REQUIRE(!key.verifies(algorithm, *jws) ||
                    is_signed_by_somebody(token));
        }
    }
}


void fuzz_key_set(std::string_view text)
{
    std::string problem;
    std::vector<std::string> passed_over;
    const std::optional<Jwks> keys = Jwks::parse(text, problem, passed_over);

    REQUIRE(keys.has_value() == problem.empty());
    REQUIRE(!keys || (keys->size() > 0 && keys->size() <= 256));
}

// Nobody is named by what is refused, and nobody by what is empty or long.
void fuzz_subject(std::string_view text)
{
    const Json identifier = logout::parse_json_object(text);
    const logout::Subject subject =
        logout::read_subject(identifier.get(), "https://id.example.test");
    const std::string_view names[] = {subject.user, subject.email,
                                      subject.session};
    const bool named = std::any_of(std::begin(names), std::end(names),
                                   [](auto name) { return !name.empty(); });

    REQUIRE(named == (subject.problem == logout::SubjectProblem::none));
    for (const std::string_view name : names) {
        REQUIRE(name.size() <= logout::subject_name_max_length);
    }
    REQUIRE(*logout::describe(subject.problem) != '\0');
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
    case 'v':
        fuzz_keys(input);
        break;
    case 'p':
        fuzz_parts(input);
        break;
    case 'k':
        fuzz_key_set(input);
        break;
    case 's':
        fuzz_subject(input);
        break;
    default:
        break;
    }
    return 0;
}
