#include "core/token/issuer.hpp"

#include "core/token/jwt.hpp"
#include "core/url/url.hpp"

namespace logout {

const TokenIssuer* issuer_of(std::string_view token,
                             const TokenIssuers& issuers)
{
    Jwt jwt;

    if (issuers.size() == 1 ||
        read_unverified_jwt(token, jwt) != JwtProblem::none) {
        return &issuers.front();
    }

    for (const TokenIssuer& candidate : issuers) {
        if (jwt.text("iss") == candidate.issuer) {
            return &candidate;
        }
    }

    return nullptr;
}


const char* issuer_problem(std::string_view issuer)
{
    UrlBuffer buffer;
    Url url;

    if (issuer.find('$') != issuer.npos) {
        return "an issuer takes no variables: name each provider by itself";
    }

    if (issuer.find('*') != issuer.npos) {
        return "an issuer takes no \"*\": name each provider by itself";
    }

    if (issuer.find_first_of("{}") != issuer.npos) {
        return "what is in braces is a place to fill in: write the tenant's"
               " own id, and name each tenant by itself";
    }

    if (parse_url(issuer, buffer, url) != UrlRule::ok ||
        url.kind != UrlKind::web) {
        return "an issuer is a URL that begins with https:// or http:// and a "
               "host";
    }

    if (issuer.find_first_of("?#") != issuer.npos) {
        return "an issuer has neither a query nor a fragment";
    }

    return nullptr;
}

}  // namespace logout
