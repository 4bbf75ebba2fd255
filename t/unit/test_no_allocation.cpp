// What a request costs in memory: nothing of the heap. Here "new" fails while
// the core reads a request and judges its return URL, and the memory that it
// is given has an end.

#include "plan_fixture.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <array>
#include <cstdlib>
#include <new>

using logout::Allowlist;
using logout::AllowlistVerdict;
using logout::LogoutPlan;
using logout::QueryMatching;
using logout::RequestError;
using logout::Url;
using logout::UrlBuffer;
using logout::UrlRule;

namespace {

bool heap_is_forbidden = false;


// While one of these lives, "new" fails.
class WithoutHeap {
public:
    WithoutHeap() { heap_is_forbidden = true; }
    ~WithoutHeap() { heap_is_forbidden = false; }
    WithoutHeap(const WithoutHeap&) = delete;
    WithoutHeap& operator=(const WithoutHeap&) = delete;
};

}  // namespace


void* operator new(std::size_t size)
{
    void* const memory = heap_is_forbidden ? nullptr : std::malloc(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}


void* operator new(std::size_t size, std::align_val_t alignment)
{
    const auto unit = static_cast<std::size_t>(alignment);
    void* const memory =
        heap_is_forbidden
            ? nullptr
            : std::aligned_alloc(unit, (size + unit - 1) / unit * unit);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}


void operator delete(void* memory) noexcept
{
    std::free(memory);
}


void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}


void operator delete(void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}


void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}


namespace {

// Every kind of entry.
const UrlEntries entries = {
    "https://app.example/",
    "https://app.example/bye",
    "https://app.example/q?x=1",
    "https://app.example/docs/*",
    "https://*.preview.example/bye",
    "/bye",
    "/account/*",
    "http://127.0.0.1:*/callback",
    "http://[::1]:*/callback",
    "com.example.app://signed-out",
};

// URLs that the list allows, that it refuses, and that no list can have.
const std::string urls[] = {
    "https://app.example",
    "HTTPS://APP.example:443/bye?x=%c3%b8 y#f",
    "https://app.example/q?x=1",
    "https://app.example/docs/a/b/c",
    "https://pr-1.preview.example/bye",
    "/bye",
    "/account/x",
    "http://127.0.0.1:49152/callback",
    "http://[0:0:0:0:0:0:0:1]:49152/callback",
    "com.example.app://signed-out",
    "https://app.example/docs/%2e%2e",
    "https://app.example/docs/a%2fb",
    "https://xn--bcher-kva.example/",
    "https://evil.example/" + std::string(1900, 'x'),
    std::string(2049, 'x'),
    std::string(100000, '/'),
    "https://user@app.example/",
    "//evil.example",
    "javascript:alert(1)",
    "",
};


void urls_are_judged_without_heap(void**)
{
    Allowlist list;
    for (const std::string_view entry : entries) {
        assert_true(list.add(entry).empty());
    }
    list.compile();

    int allowed = 0;
    for (const std::string& text : urls) {
        for (const auto matching :
             {QueryMatching::ignored, QueryMatching::compared}) {
            const WithoutHeap without;
            UrlBuffer buffer;
            Url url;

            if (logout::parse_url(text, buffer, url) == UrlRule::ok) {
                allowed += list.match(url, matching) ? 1 : 0;
                list.matching_entry(url, matching);
                list.nearest_entry(url);
            }
        }
    }
    assert_int_equal(allowed, 19);
}


std::string escape(std::string_view text)
{
    constexpr char digits[] = "0123456789abcdef";
    std::string escaped;

    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        escaped += '%';
        escaped += digits[byte >> 4];
        escaped += digits[byte & 15];
    }
    return escaped;
}


void requests_are_planned_without_heap(void**)
{
    PlanFixture endpoint("auth0");
    endpoint.client("spa", entries);
    endpoint.session("sid", "sess:");
    endpoint.cookies({"sid=1"});

    int allowed = 0;
    for (const std::string& text : urls) {
        const std::string query = "client_id=spa&returnTo=" + escape(text);
        endpoint.request.query = query;

        const WithoutHeap without;
        std::array<std::byte, 32 * 1024> room;
        std::pmr::monotonic_buffer_resource memory(
            room.data(), room.size(), std::pmr::null_memory_resource());
        const LogoutPlan plan =
            logout::plan_logout(endpoint.request, endpoint.policy, &memory);

        allowed += plan.error == RequestError::none ? 1 : 0;
    }
    // the ten, and the empty one, which asks for nothing
    assert_int_equal(allowed, 11);
}


// The test itself can fail.
void the_heap_can_be_forbidden(void**)
{
    bool failed = false;

    try {
        const WithoutHeap without;
        const std::string text(1000, 'x');
        assert_int_equal(text.size(), 1000);
    } catch (const std::bad_alloc&) {
        failed = true;
    }
    assert_true(failed);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_judged_without_heap),
        cmocka_unit_test(requests_are_planned_without_heap),
        cmocka_unit_test(the_heap_can_be_forbidden),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
