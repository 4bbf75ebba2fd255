#include "core/token/issuer.hpp"

#include "core/url/url.hpp"

namespace logout {

const char* issuer_problem(std::string_view issuer)
{
    UrlBuffer buffer;
    Url url;

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
