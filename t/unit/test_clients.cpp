// Clients by their client_id, and Schibsted's names for them.

#include "core/allowlist/clients.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <string>

using namespace std::literals;
using logout::Client;
using logout::client_id_of_sdrn;
using logout::client_id_problem;
using logout::ClientRegistry;
using logout::Origins;

namespace {

Client client(std::string_view id, std::size_t tag = 0)
{
    Client made;
    made.id = id;
    made.tag = tag;
    return made;
}


void clients_are_found_by_every_byte_of_their_id(void**)
{
    ClientRegistry registry;

    assert_false(registry.add(client("my-spa", 1)).has_value());
    assert_false(registry.add(client("MY-SPA", 2)).has_value());
    assert_false(registry.add(client("CID 1&\xc3\xa9", 3)).has_value());
    assert_int_equal(registry.size(), 3);
    assert_int_equal(registry.find("my-spa")->tag, 1);
    assert_int_equal(registry.find("MY-SPA")->tag, 2);
    assert_int_equal(registry.find("CID 1&\xc3\xa9")->tag, 3);
    assert_null(registry.find("my-sp"));
    assert_null(registry.find("my-spa "));
    assert_null(registry.find("my-spa\0"sv));
    assert_null(registry.find("CID 1&e\xcc\x81"));
    assert_null(registry.find(""));
}


void an_empty_registry_finds_nothing(void**)
{
    const ClientRegistry registry;

    assert_null(registry.find("a"));
    assert_null(registry.find(""));
}


void a_client_is_declared_once(void**)
{
    ClientRegistry registry;

    registry.add(client("a", 1));
    const auto problem = registry.add(client("a", 2));
    assert_true(problem.has_value());
    assert_string_equal(problem->c_str(), "client \"a\" is declared twice");
    assert_int_equal(registry.size(), 1);
    assert_int_equal(registry.find("a")->tag, 1);
}


void many_clients_are_found(void**)
{
    ClientRegistry registry;

    registry.add(client("first", 7));
    for (std::size_t i = 0; i < 10000; ++i) {
        registry.add(client("client-" + std::to_string(i), i));
    }
    assert_int_equal(registry.find("first")->tag, 7);
    for (std::size_t i = 0; i < 10000; ++i) {
        const Client* found = registry.find("client-" + std::to_string(i));
        assert_non_null(found);
        assert_int_equal(found->tag, i);
    }
    assert_null(registry.find("client-10000"));
}


void ids_are_printable_text(void**)
{
    for (const std::string_view id :
         {"a"sv, "CID 1&\xc3\xa9"sv, "56e9a5d1eee0000000000000"sv,
          "https://app.example/"sv, "\xf0\x9f\x98\x80"sv, "~"sv}) {
        assert_null(client_id_problem(id));
    }
    assert_null(client_id_problem(std::string(256, 'a')));

    for (const std::string_view id :
         {""sv, "a\n"sv, "\0"sv, "a\x7f"sv, "\xc2\x85"sv, "\xe2\x80\xa8"sv,
          "\xe2\x80\xa9"sv, "\xff"sv, "\xc3"sv, "\xed\xa0\x80"sv,
          "\xc0\xaf"sv}) {
        assert_non_null(client_id_problem(id));
    }
    assert_non_null(client_id_problem(std::string(257, 'a')));

    ClientRegistry registry;
    assert_true(registry.add(client("a\n")).has_value());
    assert_int_equal(registry.size(), 0);
}


void sdrns_name_clients(void**)
{
    assert_true(client_id_of_sdrn(
                    "sdrn:schibsted.com:client:56e9a5d1eee0000000000000") ==
                "56e9a5d1eee0000000000000");
    assert_true(client_id_of_sdrn("sdrn:spid.no:client:a") == "a");
    assert_true(client_id_of_sdrn("sdrn:schibsted.fi:client:a") == "a");
    assert_true(client_id_of_sdrn("sdrn:schibsted.dk:client:a:b") == "a:b");

    for (const std::string_view sdrn :
         {""sv, "a"sv, "sdrn:"sv, "sdrn:schibsted.com"sv,
          "sdrn:schibsted.com:"sv, "sdrn:schibsted.com:client"sv,
          "sdrn:schibsted.com:client:"sv, "sdrn:schibsted.com:user:a"sv,
          "sdrn:evil.com:client:a"sv, "SDRN:schibsted.com:client:a"sv,
          "sdrn:schibsted.com.evil:client:a"sv, "sdrn::client:a"sv,
          "xsdrn:schibsted.com:client:a"sv,
          "sdrn:schibsted.com:client:a\n"sv}) {
        assert_false(client_id_of_sdrn(sdrn).has_value());
    }
}


void a_client_has_lists(void**)
{
    ClientRegistry registry;
    Client made = client("a");

    made.return_urls.add("https://a.example/");
    made.return_urls.compile();
    made.origins.add("https://a.example");
    registry.add(std::move(made));

    const Client* found = registry.find("a");
    assert_true(found->return_urls.default_url() == "https://a.example/");
    assert_true(found->origins.contains("https://a.example"));
    assert_true(registry.origins().contains("https://a.example"));
    assert_false(registry.origins().contains("https://b.example"));
}

void origins_are_written_as_browsers_write_them(void**)
{
    for (const char* const origin :
         {"https://a.example", "http://localhost:3000", "https://[::1]:8443",
          "capacitor://localhost", "ionic://localhost", "app://obsidian.md",
          "tauri://localhost", "com.example.app://host:80",
          "chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb"}) {
        Origins origins;

        assert_false(origins.add(origin).has_value());
        assert_true(origins.contains(origin));
        assert_false(origins.contains(std::string(origin) + "/"));
    }

    for (const char* const origin :
         {"", "a.example", "//a.example", "HTTPS://a.example",
          "https://a.example/", "https://a.example:443", "https://*.a.example",
          "capacitor:localhost", "capacitor://", "capacitor://localhost/",
          "capacitor://localhost:0", "capacitor://localhost:", "Capacitor://a",
          "capa_citor://localhost", "9app://localhost", "file://localhost",
          "javascript://a", "data://a", "null"}) {
        Origins origins;

        assert_true(origins.add(origin).has_value());
        assert_true(origins.empty());
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(clients_are_found_by_every_byte_of_their_id),
        cmocka_unit_test(an_empty_registry_finds_nothing),
        cmocka_unit_test(a_client_is_declared_once),
        cmocka_unit_test(many_clients_are_found),
        cmocka_unit_test(ids_are_printable_text),
        cmocka_unit_test(sdrns_name_clients),
        cmocka_unit_test(a_client_has_lists),
        cmocka_unit_test(origins_are_written_as_browsers_write_them),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
