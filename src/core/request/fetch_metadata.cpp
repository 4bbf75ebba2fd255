#include "core/request/fetch_metadata.hpp"

#include <array>
#include <cstring>

#ifdef LOGOUT_HAVE_LIBPSL
#include <libpsl.h>
#endif

namespace logout {

namespace {

// Where the page is that made the request, seen from the endpoint.
enum class Relation { user, same_origin, same_site, cross_site, unknown };


bool accepts(std::string_view accept, std::string_view type)
{
    return accept.find(type) != std::string_view::npos;
}


// A program that ends its token has no use for a redirect or a page.
bool accepts_data_only(const FetchMetadata& request, Named named)
{
    return (named.token || accepts(request.accept, "application/json")) &&
           !accepts(request.accept, "text/html");
}


// Pages cannot make a sub-resource request carry this header.
bool is_navigation_of_old(const FetchMetadata& request)
{
    return request.sec_fetch_mode.empty() &&
           request.upgrade_insecure_requests == "1";
}


// Of a fetch, and of browsers and programs that send less.
Asker asker_without_dest(const FetchMetadata& request, Named named)
{
    const std::string_view mode = request.sec_fetch_mode;

    if (mode == "navigate" || is_navigation_of_old(request)) {
        return Asker::navigation;
    }

    if (mode == "nested-navigate") {
        return Asker::frame;
    }

    if (named.callback && !accepts(request.accept, "text/html")) {
        return Asker::script;
    }

    return mode == "cors" || mode == "same-origin" ||
                   request.sec_fetch_dest == "empty" ||
                   accepts_data_only(request, named)
               ? Asker::data
               : Asker::unknown;
}


std::string_view without_default_port(std::string_view host)
{
    for (std::string_view port : {":443", ":80"}) {
        if (host.size() > port.size() &&
            host.substr(host.size() - port.size()) == port) {
            return host.substr(0, host.size() - port.size());
        }
    }

    return host;
}


std::string_view without_port(std::string_view host)
{
    const std::size_t colon = host.rfind(':');

    if (colon == std::string_view::npos || host.back() == ']') {
        return host;
    }

    return host.substr(0, colon);
}


bool may_have_scheme(std::string_view origin, ClientScheme scheme)
{
    constexpr std::string_view https = "https:";

    return scheme == ClientScheme::unknown ||
           (scheme == ClientScheme::https) ==
               (origin.substr(0, https.size()) == https);
}


// Pages of one host are of two sites where their schemes differ, as browsers
// see it in Sec-Fetch-Site.
Relation relation_to(std::string_view origin, std::string_view host,
                     ClientScheme scheme)
{
    const std::string_view authority = origin_authority(origin);

    if (authority.empty() || host.empty() || !may_have_scheme(origin, scheme)) {
        return Relation::cross_site;
    }

    if (without_default_port(authority) == without_default_port(host)) {
        return Relation::same_origin;
    }

    return is_same_site(authority, host) ? Relation::same_site
                                         : Relation::cross_site;
}


// The page's origin, as far as the request tells; may be "null" or empty.
std::string_view source_origin(const FetchMetadata& request)
{
    return request.origin.empty() ? referer_origin(request.referer)
                                  : request.origin;
}


Relation relation_of(const FetchMetadata& request)
{
    const std::string_view site = request.sec_fetch_site;

    if (site == "same-origin") {
        return Relation::same_origin;
    }

    if (site == "same-site") {
        return Relation::same_site;
    }

    if (site == "none") {
        return Relation::user;
    }

    if (!site.empty()) {
        return Relation::cross_site;
    }

    if (request.origin.empty() && request.referer.empty()) {
        return Relation::unknown;
    }

    return relation_to(source_origin(request), request.host, request.scheme);
}


FetchReason refusal(Asker asker, Relation relation)
{
    if (relation == Relation::unknown) {
        return FetchReason::unknown_source;
    }

    switch (asker) {
    case Asker::navigation:
        return FetchReason::cross_site_navigation;
    case Asker::frame:
        return FetchReason::cross_site_frame;
    case Asker::script:
        return FetchReason::cross_site_script;
    case Asker::passive:
        return FetchReason::passive_subresource;
    case Asker::data:
    case Asker::unknown:
        break;
    }

    return FetchReason::cross_site_fetch;
}


// With a cookie and without: a page that could tell would learn whether its
// visitor is somebody here.
FetchDecision refuse(Asker asker, Relation relation)
{
    return {FetchVerdict::cross_site, refusal(asker, relation)};
}


FetchDecision serve(FetchReason reason)
{
    return {FetchVerdict::serve, reason};
}


FetchDecision judge_relation(const FetchMetadata& request,
                             CrossSitePolicy policy, Asker asker,
                             bool frames_allowed)
{
    const Relation relation = relation_of(request);

    if (relation == Relation::user) {
        return serve(FetchReason::user_request);
    }

    if (relation == Relation::same_origin) {
        return serve(FetchReason::same_origin);
    }

    if (relation == Relation::same_site &&
        policy != CrossSitePolicy::same_origin) {
        return serve(FetchReason::same_site);
    }

    if (asker == Asker::frame && frames_allowed) {
        return serve(FetchReason::front_channel);
    }

    if (policy == CrossSitePolicy::navigation) {
        if (asker == Asker::navigation) {
            return serve(FetchReason::top_level_navigation);
        }

        if (relation == Relation::unknown) {
            return serve(FetchReason::no_metadata);
        }
    }

    return refuse(asker, relation);
}

}  // namespace


ClientScheme client_scheme(std::string_view words)
{
    const std::string_view first = words.substr(0, words.find(','));

    if (first == "https" || first == "on" || first == "1") {
        return ClientScheme::https;
    }

    return first == "http" || first == "off" || first == "0"
               ? ClientScheme::http
               : ClientScheme::unknown;
}


std::string_view name(ClientScheme scheme)
{
    switch (scheme) {
    case ClientScheme::https:
        return "HTTPS";
    case ClientScheme::http:
        return "HTTP";
    case ClientScheme::unknown:
        break;
    }

    return "HTTP, or HTTPS with a proxy that ends it";
}


const char* describe(FetchReason reason)
{
    switch (reason) {
    case FetchReason::top_level_navigation:
        return "the whole tab goes to the logout endpoint";
    case FetchReason::user_request:
        return "the user asked for it directly, not through a page";
    case FetchReason::same_origin:
        return "it comes from the logout endpoint's own origin";
    case FetchReason::same_site:
        return "it comes from the same site";
    case FetchReason::client_origin:
        return "it comes from an origin of the client";
    case FetchReason::front_channel:
        return "the endpoint takes front-channel logouts in frames";
    case FetchReason::not_checked:
        return "the configuration does not check where requests come from";
    case FetchReason::no_metadata:
        return "no header says where it comes from";
    case FetchReason::cross_site_navigation:
        return "another site sent the browser here";
    case FetchReason::cross_site_frame:
        return "a page of another site opened it in a frame";
    case FetchReason::cross_site_fetch:
        return "a script on a page of another site asked for it";
    case FetchReason::cross_site_script:
        return "a page of another site loads it as a script";
    case FetchReason::passive_subresource:
        return "a page loads it as an image, a style sheet or the like";
    case FetchReason::unknown_source:
        return "no header says where it comes from, and the configuration "
               "asks for the same site";
    case FetchReason::not_a_navigation:
        return "the browser does not say that it goes to the answer, and the "
               "configuration takes navigations only";
    case FetchReason::no_session_cookie:
        return "the browser sent no cookie along with what a page of another "
               "site asks for: that says nothing of the session";
    case FetchReason::speculative:
        return "the browser only prepares for a click that may not come";
    }

    return "";
}


const char* describe(Asker asker)
{
    switch (asker) {
    case Asker::navigation:
        return "a navigation of the whole tab";
    case Asker::frame:
        return "a frame in a page";
    case Asker::data:
        return "a script or a program that reads the answer";
    case Asker::script:
        return "a script element in a page";
    case Asker::passive:
        return "an image, a style sheet or the like in a page";
    case Asker::unknown:
        break;
    }

    return "not said";
}


bool is_speculative(const FetchMetadata& request)
{
    return !request.speculation.empty();
}


bool is_cross_site(const FetchMetadata& request)
{
    return relation_of(request) == Relation::cross_site;
}


bool is_navigation(Asker asker)
{
    return asker == Asker::navigation || asker == Asker::frame;
}


Asker who_asks(const FetchMetadata& request, Named named)
{
    const std::string_view dest = request.sec_fetch_dest;

    if (dest == "document") {
        return Asker::navigation;
    }

    if (dest.empty() || dest == "empty") {
        return asker_without_dest(request, named);
    }

    if (dest == "iframe" || dest == "frame" || dest == "fencedframe") {
        return Asker::frame;
    }

    return dest == "script" ? Asker::script : Asker::passive;
}


FetchDecision judge_fetch(const FetchMetadata& request, Asker asker,
                          CrossSitePolicy policy, const Origins& client_origins,
                          bool frames_allowed)
{
    if (is_speculative(request)) {
        return {FetchVerdict::prefetch, FetchReason::speculative};
    }

    if (policy == CrossSitePolicy::any) {
        return serve(FetchReason::not_checked);
    }

    if (policy == CrossSitePolicy::navigation &&
        request.sec_fetch_dest == "document") {
        return serve(FetchReason::top_level_navigation);
    }

    if (asker == Asker::passive) {
        return refuse(asker, Relation::cross_site);
    }

    if (!client_origins.empty() &&
        client_origins.contains(source_origin(request))) {
        return serve(FetchReason::client_origin);
    }

    return judge_relation(request, policy, asker, frames_allowed);
}


#ifdef LOGOUT_HAVE_LIBPSL

namespace {

// libpsl wants a terminated string.
using HostBuffer = std::array<char, 256>;


const char* registrable_domain(std::string_view host, HostBuffer& buffer)
{
    if (host.size() >= buffer.size()) {
        return nullptr;
    }

    std::memcpy(buffer.data(), host.data(), host.size());
    buffer[host.size()] = '\0';

    return psl_registrable_domain(psl_builtin(), buffer.data());
}


// libpsl takes the last labels of an address for a domain.
bool is_address(std::string_view host)
{
    return host.empty() || host.front() == '[' ||
           (host.back() >= '0' && host.back() <= '9');
}

}  // namespace


bool is_same_site(std::string_view a, std::string_view b)
{
    HostBuffer a_buffer;
    HostBuffer b_buffer;

    a = without_port(a);
    b = without_port(b);

    if (a == b) {
        return true;
    }

    if (is_address(a) || is_address(b)) {
        return false;
    }

    const char* const a_domain = registrable_domain(a, a_buffer);
    const char* const b_domain = registrable_domain(b, b_buffer);

    return a_domain != nullptr && b_domain != nullptr &&
           std::strcmp(a_domain, b_domain) == 0;
}

#else

namespace {

// Two labels at least: nobody's site is a top-level domain.
bool is_below(std::string_view host, std::string_view parent)
{
    return parent.find('.') != std::string_view::npos &&
           host.size() > parent.size() &&
           host[host.size() - parent.size() - 1] == '.' &&
           host.substr(host.size() - parent.size()) == parent;
}

}  // namespace


bool is_same_site(std::string_view a, std::string_view b)
{
    a = without_port(a);
    b = without_port(b);

    return a == b || is_below(a, b) || is_below(b, a);
}

#endif

}  // namespace logout
