// The URL parser: what it accepts is canonical, and the parts make the whole.

#include "fuzz.hpp"

#include "core/url/url.hpp"

#include <memory>
#include <string>

namespace {

using logout::parse_url;
using logout::Url;
using logout::UrlBuffer;
using logout::UrlKind;
using logout::UrlRule;


std::string assemble(const Url& url)
{
    std::string text;

    if (url.kind != UrlKind::relative) {
        text = std::string(url.scheme) + ':';
    }
    if (url.kind == UrlKind::web || url.origin.size() > url.scheme.size() + 1) {
        text += "//" + std::string(url.host);
        text += url.port.empty() ? "" : ":" + std::string(url.port);
    }
    REQUIRE(text == url.origin);

    text += url.path;
    REQUIRE(text == url.without_query());
    text += url.has_query ? "?" + std::string(url.query) : "";
    text += url.has_fragment ? "#" + std::string(url.fragment) : "";
    return text;
}


void require_parts(const Url& url)
{
    REQUIRE(assemble(url) == url.text);
    for (const std::string_view part :
         {url.scheme, url.host, url.port, url.origin, url.path, url.query,
          url.fragment}) {
        REQUIRE(is_inside(part, url.text));
    }
    REQUIRE(url.has_query || url.query.empty());
    REQUIRE(url.has_fragment || url.fragment.empty());
    REQUIRE(url.plain_path == (url.path.find_first_of("%;") == url.path.npos));
}


void require_kind(const Url& url)
{
    if (url.kind == UrlKind::relative) {
        REQUIRE(url.path[0] == '/');
        REQUIRE(url.text.substr(0, 2) != "//");
        REQUIRE(url.scheme.empty() && url.host.empty() && url.port.empty());
        return;
    }
    const bool is_web = url.scheme == "http" || url.scheme == "https";
    REQUIRE(is_web == (url.kind == UrlKind::web));
    REQUIRE(url.scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                         "0123456789+-.") == url.scheme.npos);
    if (is_web) {
        REQUIRE(!url.host.empty() && url.path[0] == '/');
    }
}


// Nothing that could end a header, or that a browser would change.
void require_bytes(const Url& url)
{
    for (const char c : url.text) {
        REQUIRE(c > 0x20 && c < 0x7f);
    }
    REQUIRE(url.text.find_first_of("\"<>") == url.text.npos);
    REQUIRE(url.without_query().find_first_of("\\^`{|}") == url.text.npos);
    REQUIRE(url.fragment.find('`') == url.text.npos);
    REQUIRE(url.origin.find_first_of("@%?#") == url.origin.npos);
    REQUIRE(url.path.find_first_of("?#") == url.path.npos);
    REQUIRE(url.query.find('#') == url.query.npos);
}


void require_no_dot_segments(const Url& url)
{
    std::string path(url.path);

    for (std::size_t at; (at = path.find("%2E")) != path.npos;) {
        path.replace(at, 3, ".");
    }
    path += '/';
    REQUIRE(path.find("/./") == path.npos);
    REQUIRE(path.find("/../") == path.npos);
}


void require_fixed_point(const Url& url)
{
    // a canonical form may be longer than what was given
    if (url.text.size() > logout::url_max_length) {
        return;
    }
    const auto buffer = std::make_unique<UrlBuffer>();
    Url again;
    REQUIRE(parse_url(url.text, *buffer, again) == UrlRule::ok);
    REQUIRE(again.text == url.text);
    REQUIRE(again.kind == url.kind);
    REQUIRE(again.scheme == url.scheme);
    REQUIRE(again.host == url.host);
    REQUIRE(again.port == url.port);
    REQUIRE(again.path == url.path);
    REQUIRE(again.query == url.query);
    REQUIRE(again.fragment == url.fragment);
}

}  // namespace


int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // on the heap, where ASan sees a write behind it
    const auto buffer = std::make_unique<UrlBuffer>();
    Url url;
    const UrlRule rule = parse_url(to_view(data, size), *buffer, url);

    REQUIRE(*logout::describe(rule) != '\0');
    if (rule != UrlRule::ok) {
        REQUIRE(url.text.empty() && url.host.empty() && url.path.empty());
        return 0;
    }
    REQUIRE(is_inside(url.text, {buffer->data(), buffer->size()}));
    require_parts(url);
    require_kind(url);
    require_bytes(url);
    require_no_dot_segments(url);
    require_fixed_point(url);
    return 0;
}
