// Cookies and keys as recorded from real frameworks:
// t/sessions/session_vectors.json.

#include <jansson.h>

#include <algorithm>

#include "session_reading.hpp"

using namespace session_testing;

namespace {

const char* const vectors_file = "t/sessions/session_vectors.json";


json_t* vectors()
{
    json_error_t error;
    json_t* root = json_load_file(vectors_file, 0, &error);
    if (root == nullptr) {
        fail_msg("%s:%d: %s", vectors_file, error.line, error.text);
    }
    return root;
}


std::string text_of(const json_t* object, const char* member)
{
    const char* text = json_string_value(json_object_get(object, member));
    return text == nullptr ? "" : text;
}


std::vector<std::string> texts_of(const json_t* object, const char* member)
{
    std::vector<std::string> texts;
    json_t* array = json_object_get(object, member);

    for (std::size_t i = 0; i < json_array_size(array); i++) {
        texts.emplace_back(json_string_value(json_array_get(array, i)));
    }
    return texts;
}


bool can_be_ended(const json_t* vector)
{
    return json_is_string(json_object_get(vector, "logout_session"));
}


logout::SessionReader reader_of_vector(const json_t* vector, bool verify = true)
{
    return reader_of(text_of(vector, "logout_session"),
                     verify ? texts_of(vector, "secrets") : Secrets());
}


std::string cookie_of(const json_t* vector)
{
    return text_of(vector, "cookie_name") + "=" +
           text_of(vector, "cookie_value");
}


std::string request_cookies(const json_t* vector)
{
    std::string header = cookie_of(vector);

    // koa's signature is a cookie of its own
    for (const std::string& line : texts_of(vector, "set_cookie")) {
        std::string pair = line.substr(0, line.find(';'));
        if (pair.find(".sig=") != std::string::npos) {
            header += "; " + pair;
        }
    }
    return header;
}


Keys expected_keys(const json_t* vector)
{
    Keys keys = texts_of(vector, "expected_keys");
    for (const std::string& key : texts_of(vector, "also_delete")) {
        keys.push_back(key);
    }
    return keys;
}


template <typename Check>
void for_each_vector(Check check)
{
    json_t* root = vectors();
    json_t* stores = json_object_get(root, "stores");
    std::size_t count = 0;

    for (std::size_t i = 0; i < json_array_size(stores); i++) {
        json_t* store = json_array_get(stores, i);
        json_t* list = json_object_get(store, "vectors");
        for (std::size_t j = 0; j < json_array_size(list); j++) {
            json_t* vector = json_array_get(list, j);
            if (can_be_ended(vector)) {
                check(text_of(store, "id") + ": " + text_of(vector, "name"),
                      vector);
                count++;
            }
        }
    }
    assert_true(count >= 30);
    json_decref(root);
}


void every_recorded_cookie_gives_its_keys(void**)
{
    for_each_vector([](const std::string& name, const json_t* vector) {
        assert_keys(keys_in(reader_of_vector(vector), request_cookies(vector)),
                    expected_keys(vector), name);
    });
}


void ids_are_what_the_framework_calls_them(void**)
{
    for_each_vector([](const std::string& name, const json_t* vector) {
        std::string expected = text_of(vector, "session_id");
        if (expected.empty()) {
            return;
        }

        Derived derived(reader_of_vector(vector), {request_cookies(vector)});
        assert_int_equal(derived.sessions.size(), 1);
        assert_keys({std::string(derived.sessions[0].id)}, {expected}, name);
    });
}


bool checks_signatures(const json_t* vector)
{
    return !texts_of(vector, "secrets").empty() &&
           text_of(vector, "logout_session").find("mod_auth") ==
               std::string::npos;
}


void another_secret_gives_nothing(void**)
{
    for_each_vector([](const std::string& name, const json_t* vector) {
        if (!checks_signatures(vector)) {
            return;
        }
        Secrets other = {"base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
        assert_keys(keys_in(reader_of(text_of(vector, "logout_session"), other),
                            request_cookies(vector)),
                    {}, name);
    });
}


void an_old_secret_still_verifies(void**)
{
    for_each_vector([](const std::string& name, const json_t* vector) {
        if (!checks_signatures(vector)) {
            return;
        }
        Secrets rotated = texts_of(vector, "secrets");
        rotated.insert(rotated.begin(), "base64:AAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                        "AAAAAAAAAAAAAAA=");
        assert_keys(
            keys_in(reader_of(text_of(vector, "logout_session"), rotated),
                    request_cookies(vector)),
            expected_keys(vector), name);
    });
}


// No byte of a signed cookie can be changed. What is left of an unsigned one
// is an id of the same alphabet, or nothing.
void a_changed_byte_gives_nothing_where_signatures_are_checked(void**)
{
    for_each_vector([](const std::string& name, const json_t* vector) {
        if (!checks_signatures(vector)) {
            return;
        }

        logout::SessionReader reader = reader_of_vector(vector);
        std::string header = request_cookies(vector);
        std::size_t start = text_of(vector, "cookie_name").size() + 1;
        std::size_t end = start + text_of(vector, "cookie_value").size();

        for (std::size_t i = start; i < end; i++) {
            std::string forged = header;
            forged[i] = forged[i] == 'A' ? 'B' : 'A';
            assert_keys(keys_in(reader, forged), {},
                        name + ", byte " + std::to_string(i - start));
        }
    });
}


void recorded_negatives_give_nothing(void**)
{
    json_t* root = vectors();
    json_t* list = json_object_get(root, "negative");

    assert_true(json_array_size(list) >= 4);
    for (std::size_t i = 0; i < json_array_size(list); i++) {
        json_t* vector = json_array_get(list, i);
        logout::SessionReader reader = reader_of_vector(vector);
        assert_keys(keys_in(reader, reader.cookie_name() + "=" +
                                        text_of(vector, "cookie_value")),
                    {}, text_of(vector, "why"));
    }
    json_decref(root);
}


std::string with_last_byte_escaped(const std::string& text)
{
    char escape[4];
    snprintf(escape, sizeof(escape), "%%%02X", text.back());
    return text.substr(0, text.size() - 1) + escape;
}


// The Cookie headers of one form.
std::vector<std::string> headers_of(const std::string& form,
                                    const json_t* vector)
{
    std::string name = text_of(vector, "cookie_name");
    std::string value = text_of(vector, "cookie_value");
    std::string real = name + "=" + value;
    std::string bogus = name + "=bogus0123456789";
    std::string rest = request_cookies(vector).substr(real.size());

    if (form == "bogusFirst") {
        return {bogus + "; " + real + rest};
    }
    if (form == "bogusLast") {
        return {real + "; " + bogus + rest};
    }
    if (form == "emptyFirst") {
        return {name + "=; " + real + rest};
    }
    if (form == "quoted") {
        return {name + "=\"" + value + "\"" + rest};
    }
    if (form == "noSpaceSep") {
        return {"a=b;" + real + rest};
    }
    if (form == "twoHeaders") {
        return {"a=b", real + rest};
    }
    if (form == "pctEncoded") {
        return {name + "=" + with_last_byte_escaped(value) + rest};
    }
    return {real + rest};
}


Keys keys_in_form(const std::string& form, const json_t* vector)
{
    std::vector<std::string> headers = headers_of(form, vector);
    return keys_in(
        reader_of_vector(vector),
        std::vector<std::string_view>(headers.begin(), headers.end()));
}


const json_t* vector_for(const std::string& framework)
{
    static const std::pair<std::string, std::string> stores[] = {
        {"express-session", "express-session+connect-redis"},
        {"fastify", "@fastify/session+connect-redis"},
        {"koa-session", "koa-session+koa-redis"},
        {"php", "php-phpredis"},
        {"django", "django-cache-sessions"},
        {"flask", "flask-session"},
        {"starsessions", "starsessions"},
        {"rails redis-actionpack", "rack/rails"},
        {"gorilla redistore", "gorilla-redistore"},
        {"scs", "alexedwards-scs"},
        {"lua-resty-session v4 (nginx 1.22)", "lua-resty-session-v4"},
        {"lua-resty-session v3 (nginx 1.22)", "lua-resty-session-v3"},
    };
    static json_t* root = vectors();

    for (const auto& [name, id] : stores) {
        json_t* all = json_object_get(root, "stores");
        for (std::size_t i = 0; i < json_array_size(all); i++) {
            json_t* store = json_array_get(all, i);
            if (name == framework && text_of(store, "id") == id) {
                return json_array_get(json_object_get(store, "vectors"), 0);
            }
        }
    }
    fail_msg("no vector for %s", framework.c_str());
    return nullptr;
}


void whatever_a_framework_accepts_is_ended(void**)
{
    const char* const forms[] = {
        "base",       "bogusFirst", "bogusLast",  "quoted",
        "emptyFirst", "noSpaceSep", "twoHeaders", "pctEncoded",
    };
    json_t* root = vectors();
    json_t* rows = json_object_get(
        json_object_get(root, "cookie_header_acceptance"), "rows");

    assert_true(json_array_size(rows) >= 12);
    for (std::size_t i = 0; i < json_array_size(rows); i++) {
        json_t* row = json_array_get(rows, i);
        const json_t* vector = vector_for(text_of(row, "name"));
        std::string key = texts_of(vector, "expected_keys")[0];

        for (const char* form : forms) {
            Keys keys = keys_in_form(form, vector);
            if (json_is_true(json_object_get(row, form)) &&
                std::find(keys.begin(), keys.end(), key) == keys.end()) {
                fail_msg("%s, %s: %s", text_of(row, "name").c_str(), form,
                         written(keys).c_str());
            }
        }
    }
    json_decref(root);
}


// Also where nginx's own look-up would find it: a browser sends the name that
// the application set.
void a_name_in_other_case_is_another_cookie(void**)
{
    for_each_vector([](const std::string& name, const json_t* vector) {
        std::string header = request_cookies(vector);
        for (std::size_t i = 0; i < header.find('='); i++) {
            header[i] = static_cast<char>(std::toupper(header[i]));
        }
        if (header != request_cookies(vector)) {
            assert_keys(keys_in(reader_of_vector(vector), header), {}, name);
        }
    });
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_cookie_gives_its_keys),
        cmocka_unit_test(ids_are_what_the_framework_calls_them),
        cmocka_unit_test(another_secret_gives_nothing),
        cmocka_unit_test(an_old_secret_still_verifies),
        cmocka_unit_test(
            a_changed_byte_gives_nothing_where_signatures_are_checked),
        cmocka_unit_test(recorded_negatives_give_nothing),
        cmocka_unit_test(whatever_a_framework_accepts_is_ended),
        cmocka_unit_test(a_name_in_other_case_is_another_cookie),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
