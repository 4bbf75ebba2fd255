// What a request costs in memory grows as the request does, and no faster: half
// of a request costs half, within what is rounded up.

#include "plan_fixture.hpp"

#include "core/explain/request.hpp"
#include "core/request/query_mask.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <functional>

namespace {

// What is asked for, as from nginx's pools: nothing is given back.
class Meter final : public std::pmr::memory_resource {
public:
    std::size_t bytes() const { return bytes_; }

private:
    void* do_allocate(std::size_t size, std::size_t alignment) override
    {
        bytes_ += size;
        return arena_.allocate(size, alignment);
    }

    void do_deallocate(void*, std::size_t, std::size_t) override {}

    bool do_is_equal(const memory_resource& other) const noexcept override
    {
        return this == &other;
    }

    std::pmr::monotonic_buffer_resource arena_;
    std::size_t bytes_ = 0;
};


using Reader =
    std::function<void(std::string_view, std::pmr::memory_resource*)>;


std::size_t cost(const Reader& read, std::string_view text)
{
    Meter meter;

    read(text, &meter);
    return meter.bytes();
}


// `piece`, numbered, again and again between `begin` and `end`.
std::string repeat(std::string_view begin, std::string_view piece,
                   std::string_view separator, std::string_view end,
                   std::size_t count)
{
    std::string text(begin);

    for (std::size_t i = 0; i < count; ++i) {
        std::string numbered(piece);
        const std::size_t place = numbered.find('#');

        if (place != numbered.npos) {
            numbered.replace(place, 1, std::to_string(100000 + i));
        }
        text += i == 0 ? "" : separator;
        text += numbered;
    }

    return text + std::string(end);
}


void check_growth(const char* name, const Reader& read,
                  const std::function<std::string(std::size_t)>& make)
{
    const std::size_t half = cost(read, make(2000));
    const std::size_t whole = cost(read, make(4000));

    // containers double
    if (whole > 5 * half / 2 + 4096) {
        fail_msg("%s: %zu bytes for half, %zu for the whole", name, half,
                 whole);
    }
}


void plan_query(std::string_view query, std::pmr::memory_resource* memory)
{
    PlanFixture fixture("oidc");

    fixture.request.query = query;
    (void) logout::plan_logout(fixture.request, fixture.policy, memory);
}


void plan_body(logout::BodyType type, std::string_view body,
               std::pmr::memory_resource* memory)
{
    PlanFixture fixture("oidc");

    fixture.request.method = logout::Method::post;
    fixture.request.body_type = type;
    fixture.request.body = body;
    (void) logout::plan_logout(fixture.request, fixture.policy, memory);
}


void plan_cookies(std::string_view header, std::pmr::memory_resource* memory)
{
    PlanFixture fixture("auth0");

    fixture.session("sid", "sess:");
    fixture.cookies({header, header});
    (void) logout::plan_logout(fixture.request, fixture.policy, memory);
}


void describe(std::optional<logout::DescribedRequest> described,
              std::pmr::memory_resource* memory)
{
    const PlanFixture fixture("auth0");
    logout::RequestDescription description(memory);

    assert_true(described.has_value());
    logout::describe_request(*described, fixture.policy, "a.test", memory,
                             description);
}


void parameters_grow_with_the_query(void**)
{
    check_growth("names", plan_query, [](std::size_t count) {
        return repeat("", "a%20#=b", "&", "", count);
    });
    check_growth("a value", plan_query, [](std::size_t count) {
        return repeat("returnTo=", "%2f", "", "", count);
    });
    check_growth(
        "masked",
        [](std::string_view text, auto* memory) {
            (void) logout::mask_tokens(text, memory);
        },
        [](std::size_t count) {
            return repeat("", "a?%61?id_token_hint=#", "&", "", count);
        });
}


void parameters_grow_with_the_body(void**)
{
    check_growth(
        "form",
        [](std::string_view text, auto* memory) {
            plan_body(logout::BodyType::form, text, memory);
        },
        [](std::size_t count) { return repeat("", "a#=b", "&", "", count); });
    check_growth(
        "JSON",
        [](std::string_view text, auto* memory) {
            plan_body(logout::BodyType::json, text, memory);
        },
        [](std::size_t count) {
            return repeat("{", "\"a#\": \"b\"", ",", "}", count);
        });
    check_growth(
        "hint",
        [](std::string_view text, auto* memory) {
            plan_body(logout::BodyType::form, text, memory);
        },
        [](std::size_t count) {
            return repeat("id_token_hint=", "ey.", "", "", count);
        });
}


void sessions_grow_with_the_cookies(void**)
{
    check_growth("values", plan_cookies, [](std::size_t count) {
        return repeat("", "sid=0123456789abcdef#", "; ", "", count);
    });
    check_growth("a value", plan_cookies, [](std::size_t count) {
        return repeat("sid=", "%41", "", "", count);
    });
}


void descriptions_grow_with_what_describes(void**)
{
    const Reader json = [](std::string_view text, auto* memory) {
        describe(logout::read_described_json(text, memory), memory);
    };
    const Reader form = [](std::string_view text, auto* memory) {
        describe(logout::read_described_form(text, memory), memory);
    };

    check_growth("headers as an object", json, [](std::size_t count) {
        return repeat("{\"headers\": {", "\"X-#\": \"b\"", ",", "}}", count);
    });
    check_growth("headers as text", json, [](std::size_t count) {
        return repeat("{\"headers\": \"", "X-#: b", "\\n", "\"}", count);
    });
    check_growth("what is no header", form, [](std::size_t count) {
        return repeat("headers=", "X #", "%0a", "", count);
    });
    check_growth("cookies", form, [](std::size_t count) {
        return repeat("headers=", "Cookie: a#", "%0a", "", count);
    });
    check_growth("fields", form, [](std::size_t count) {
        return repeat("", "url=#", "&", "", count);
    });
    check_growth("a return URL", form, [](std::size_t count) {
        return repeat("return_url=", "%26", "", "", count);
    });
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(parameters_grow_with_the_query),
        cmocka_unit_test(parameters_grow_with_the_body),
        cmocka_unit_test(sessions_grow_with_the_cookies),
        cmocka_unit_test(descriptions_grow_with_what_describes),
    };

    return cmocka_run_group_tests_name("growth", tests, nullptr, nullptr);
}
