#include "core/token/jws_algorithm.hpp"

namespace logout {

std::optional<JwsAlgorithm> parse_jws_algorithm(std::string_view name)
{
    if (name == "RS256") {
        return JwsAlgorithm::rs256;
    }

    if (name == "PS256") {
        return JwsAlgorithm::ps256;
    }

    if (name == "ES256") {
        return JwsAlgorithm::es256;
    }

    if (name == "EdDSA" || name == "Ed25519") {
        return JwsAlgorithm::eddsa;
    }

    return std::nullopt;
}

}  // namespace logout
