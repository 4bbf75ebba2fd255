#include "core/token/jwt.hpp"

#include "core/base/base64.hpp"

#include <algorithm>
#include <string>

namespace logout {

namespace {

// RFC 7515, section 2: Base64url without padding.
std::optional<std::string> decode(std::string_view part)
{
    if (part.find('=') != std::string_view::npos) {
        return std::nullopt;
    }

    std::string decoded(base64_decoded_max(part.size()), '\0');
    const auto size = base64_decode(part, Base64::url, decoded.data());
    if (!size) {
        return std::nullopt;
    }

    decoded.resize(*size);
    return decoded;
}


// The decoded form of a part, which is a JSON object. Empty if it is not;
// `problem` says why.
Json decode_object(std::string_view part, JwtProblem not_an_object,
                   JwtProblem& problem)
{
    const std::optional<std::string> decoded = decode(part);

    if (!decoded) {
        problem = JwtProblem::bad_encoding;
        return nullptr;
    }

    Json object = parse_json_object(*decoded);

    problem = object ? JwtProblem::none : not_an_object;

    return object;
}


// RFC 7516, section 9: what is encrypted has five parts.
bool is_encrypted(std::string_view token)
{
    return std::count(token.begin(), token.end(), '.') == 4;
}


// The value of "alg" is case-sensitive; refused in every spelling all the same.
bool is_none(std::string_view algorithm)
{
    constexpr std::string_view none = "none";

    return algorithm.size() == none.size() &&
           std::equal(none.begin(), none.end(), algorithm.begin(),
                      [](char a, char b) { return a == (b | 0x20); });
}


JwtProblem check_header(const json_t* header, std::string_view signature)
{
    const std::optional<std::string_view> algorithm =
        json_string_member(header, "alg");

    if (!algorithm) {
        return JwtProblem::bad_header;
    }

    if (is_none(*algorithm) || signature.empty()) {
        return JwtProblem::unsigned_token;
    }

    // RFC 7515, section 4.1.11: who does not understand all of them refuses.
    // None is understood here, nor "b64", which comes with it (RFC 7797).
    if (json_object_get(header, "crit") != nullptr ||
        json_object_get(header, "b64") != nullptr) {
        return JwtProblem::critical_header;
    }

    const json_t* const kid = json_object_get(header, "kid");

    if (kid != nullptr && !json_is_string(kid)) {
        return JwtProblem::bad_header;
    }

    return JwtProblem::none;
}


JwtProblem check_signature(const CompactJws& jws, const json_t* header,
                           const Jwks& keys)
{
    const std::optional<JwsAlgorithm> algorithm =
        parse_jws_algorithm(*json_string_member(header, "alg"));
    const JwsKey* key = nullptr;

    if (!algorithm) {
        return JwtProblem::algorithm_not_accepted;
    }

    if (!is_base64url(jws.signature())) {
        return JwtProblem::bad_encoding;
    }

    switch (keys.find(json_string_member(header, "kid"), *algorithm, key)) {
    case KeyLookup::unknown_key:
        return JwtProblem::unknown_key;
    case KeyLookup::several_keys:
        return JwtProblem::several_keys;
    case KeyLookup::found:
        break;
    }

    return key->verifies(*algorithm, jws) ? JwtProblem::none
                                          : JwtProblem::bad_signature;
}


// Reads `token`; with `keys`, its claims are read only after its signature is
// found right.
JwtProblem read_jwt(std::string_view token, const Jwks* keys, Jwt& jwt)
{
    const std::optional<CompactJws> jws = CompactJws::split(token);

    if (!jws) {
        return is_encrypted(token) ? JwtProblem::encrypted
                                   : JwtProblem::not_a_token;
    }

    JwtProblem problem = JwtProblem::none;
    Json header = decode_object(jws->header(), JwtProblem::bad_header, problem);

    if (problem == JwtProblem::none) {
        problem = check_header(header.get(), jws->signature());
    }

    if (problem == JwtProblem::none && keys != nullptr) {
        problem = check_signature(*jws, header.get(), *keys);
    }

    if (problem != JwtProblem::none) {
        return problem;
    }

    Json claims =
        decode_object(jws->payload(), JwtProblem::bad_claims, problem);

    if (problem == JwtProblem::none) {
        jwt = Jwt(std::move(header), std::move(claims));
    }

    return problem;
}

}  // namespace


const char* describe(JwtProblem problem)
{
    switch (problem) {
    case JwtProblem::none:
        return "the token is in order";
    case JwtProblem::too_long:
        return "the token is longer than logout_max_token_size";
    case JwtProblem::not_a_token:
        return "the token does not have three parts";
    case JwtProblem::encrypted:
        return "the token is encrypted, which is not supported";
    case JwtProblem::bad_encoding:
        return "a part of the token is not Base64url without padding";
    case JwtProblem::bad_header:
        return "the token's header is not a JSON object with an \"alg\"";
    case JwtProblem::unsigned_token:
        return "the token is not signed";
    case JwtProblem::algorithm_not_accepted:
        return "the token's algorithm is not RS256, PS256, ES256 or EdDSA";
    case JwtProblem::critical_header:
        return "the token has critical header parameters (\"crit\"), and none "
               "is known";
    case JwtProblem::unknown_key:
        return "no key of the key set has the token's \"kid\" and fits its "
               "algorithm";
    case JwtProblem::several_keys:
        return "the token names no key (\"kid\"), and several fit its "
               "algorithm";
    case JwtProblem::bad_signature:
        return "the token's signature is wrong";
    case JwtProblem::bad_claims:
        return "the token's claims are not a JSON object";
    }

    return "";
}


std::string_view Jwt::type() const
{
    return json_string_member(header_.get(), "typ")
        .value_or(std::string_view());
}


bool Jwt::has(const char* name) const
{
    return claim(name) != nullptr;
}


std::optional<std::string_view> Jwt::text(const char* name) const
{
    return json_string_member(claims_.get(), name);
}


std::optional<double> Jwt::date(const char* name) const
{
    const json_t* const value = claim(name);

    if (!json_is_number(value)) {
        return std::nullopt;
    }

    return json_number_value(value);
}


bool JwtAudience::valid() const
{
    std::size_t i;
    const json_t* member;

    if (json_is_string(claim_)) {
        return json_string_length(claim_) > 0;
    }

    json_array_foreach(claim_, i, member)
    {
        if (!json_is_string(member) || json_string_length(member) == 0) {
            return false;
        }
    }

    return json_array_size(claim_) > 0;
}


std::size_t JwtAudience::size() const
{
    return json_is_string(claim_) ? 1 : json_array_size(claim_);
}


std::string_view JwtAudience::operator[](std::size_t index) const
{
    return json_string_view(
        json_is_string(claim_) ? claim_ : json_array_get(claim_, index));
}


bool JwtAudience::contains(std::string_view audience) const
{
    for (std::size_t i = 0; i < size(); i++) {
        if ((*this)[i] == audience) {
            return true;
        }
    }

    return false;
}


bool JwtAudience::names_any(const std::vector<std::string>& audiences) const
{
    return valid() && std::any_of(audiences.begin(), audiences.end(),
                                  [this](const std::string& audience) {
                                      return contains(audience);
                                  });
}


JwtProblem verify_jwt(std::string_view token, const Jwks& keys, Jwt& jwt)
{
    return read_jwt(token, &keys, jwt);
}


JwtProblem read_unverified_jwt(std::string_view token, Jwt& jwt)
{
    return read_jwt(token, nullptr, jwt);
}

}  // namespace logout
