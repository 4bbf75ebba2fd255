// The signature algorithms of tokens (RFC 7518, section 3.1; RFC 8037).

#ifndef LOGOUT_JWS_ALGORITHM_HPP
#define LOGOUT_JWS_ALGORITHM_HPP

#include <optional>
#include <string_view>

namespace logout {

// Those that are ever accepted. Not "none", and not the HMAC family: who can
// check such a token can make one.
enum class JwsAlgorithm { rs256, ps256, es256, eddsa };

// "RS256", ...; nothing for every other name. "Ed25519" is RFC 9864's name for
// EdDSA on that curve.
std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name);

}  // namespace logout

#endif
