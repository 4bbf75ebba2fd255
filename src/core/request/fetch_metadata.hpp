// Who may log whom out: whether a logout request was made by the user, by the
// application, or by a page of another site behind the user's back (Fetch
// Metadata Request Headers, https://www.w3.org/TR/fetch-metadata/).

#ifndef LOGOUT_FETCH_METADATA_HPP
#define LOGOUT_FETCH_METADATA_HPP

#include "core/allowlist/origins.hpp"

#include <string_view>

namespace logout {

// How the browser speaks to the endpoint, as far as that is known: a proxy in
// front may have ended TLS.
enum class ClientScheme { unknown, http, https };

// Of "https", "on" or "1", and of "http", "off" or "0", the first of a list
// with commas: what logout_https and the headers of proxies say. All else is
// unknown.
ClientScheme client_scheme(std::string_view words);

// For logout_explain. Static.
std::string_view name(ClientScheme scheme);

// The request headers that tell where a request comes from and what the
// browser will do with the answer. A header that is absent is an empty view.
struct FetchMetadata {
    std::string_view sec_fetch_site;
    std::string_view sec_fetch_mode;
    std::string_view sec_fetch_dest;
    std::string_view origin;
    std::string_view referer;
    std::string_view upgrade_insecure_requests;
    std::string_view accept;
    std::string_view speculation;  // of any header that only requests ahead of
                                   // a click have
    std::string_view host;         // the Host header: lower case, port included
    ClientScheme scheme = ClientScheme::unknown;
};

// Who asks, and so what is done with the answer.
enum class Asker {
    navigation,  // the whole tab goes there
    frame,       // a frame in a page does
    data,        // a script of a page, or a program, reads the answer
    script,      // a page runs the answer as a script
    passive,     // a page shows it, or nobody does: an image, a style sheet
    unknown,     // nothing says: answered like a navigation, not trusted as one
};

// What of a request, besides these headers, says who asks.
struct Named {
    bool callback = false;  // a GET that names a function to call (JSONP)
    bool token = false;     // an access token that is to end
};

// The values of logout_cross_site, from the default to the laxest. Requests
// of the user (address bar, bookmark) and of the client's `origin`s are served
// under each of them; an image, a style sheet and the like only under `any`.
enum class CrossSitePolicy {
    navigation,   // "navigation": links, redirects and forms from any site that
                  // take the whole tab; all else from the same site
    same_site,    // "same-site": only from the same site
    same_origin,  // "same-origin": only from the origin of the logout endpoint
    any,          // "any": not checked
};

// What to do with the request.
enum class FetchVerdict {
    serve,
    cross_site,  // refuse: result `cross_site`
    prefetch,    // refuse: result `prefetch`
};

// Why.
enum class FetchReason {
    top_level_navigation,
    user_request,
    same_origin,
    same_site,
    client_origin,
    front_channel,
    not_checked,
    no_metadata,
    cross_site_navigation,
    cross_site_frame,
    cross_site_fetch,
    cross_site_script,
    passive_subresource,
    unknown_source,
    not_a_navigation,
    no_session_cookie,
    speculative,
};

struct FetchDecision {
    FetchVerdict verdict;
    FetchReason reason;
};

// A sentence without a full stop, for logs, the answer's body and
// logout_explain. Static.
const char* describe(FetchReason reason);

// Who asks, in some words, for logout_explain. Static.
const char* describe(Asker asker);

// Whether a browser, or a script's library, asks ahead of a click that may not
// come (prefetch, prerender, preview). That is never a logout, under any
// policy.
bool is_speculative(const FetchMetadata& request);

// Decides who asks. What the browser says in Fetch Metadata counts more than
// what a page can make a request say or name.
Asker who_asks(const FetchMetadata& request, Named named);

// Whether a page of another site made the request, as far as it tells.
bool is_cross_site(const FetchMetadata& request);

// Whether the browser goes to the answer, and shows it.
bool is_navigation(Asker asker);

// Decides. `client_origins` are those of the client that the request names.
// `frames_allowed`: the endpoint takes front-channel logouts, which come in
// cross-site iframes. Allocates nothing.
FetchDecision judge_fetch(const FetchMetadata& request, Asker asker,
                          CrossSitePolicy policy, const Origins& client_origins,
                          bool frames_allowed);

// Whether two hosts ("host" or "host:port", lower case) belong to one site:
// the same registrable domain by the public suffix list, or, where the module
// is built without libpsl, the same host or one below the other.
bool is_same_site(std::string_view a, std::string_view b);

}  // namespace logout

#endif
