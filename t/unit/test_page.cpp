// The bodies: what people read, and what programs parse.

#include "core/base/json.hpp"
#include "core/answer/user_page.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <string>

using logout::BodyFormat;
using logout::Message;
using logout::RequestError;
using logout::Result;

namespace {

constexpr Result results[] = {
    Result::logged_out,        Result::no_session,  Result::deferred,
    Result::redis_unavailable, Result::bad_request, Result::method_not_allowed,
    Result::cross_site,        Result::prefetch,    Result::body_too_large,
};

constexpr RequestError errors[] = {
    RequestError::none,
    RequestError::malformed_request,
    RequestError::client_required,
    RequestError::unknown_client,
    RequestError::return_url_not_allowed,
};


std::string body_of(BodyFormat format, const Message& message)
{
    std::pmr::string body;

    write_body(format, message, body);
    return std::string(body);
}


bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}


void formats_have_types(void**)
{
    assert_true(content_type(BodyFormat::html) == "text/html; charset=utf-8");
    assert_true(content_type(BodyFormat::json) == "application/json");
    assert_true(content_type(BodyFormat::text) == "text/plain; charset=utf-8");
}


void a_page_says_whether_the_user_is_signed_out(void**)
{
    for (const Result result : results) {
        const std::string page =
            body_of(BodyFormat::html, {result, {}, {}, {}});
        const bool ended = is_ended(result);

        assert_int_equal(contains(page, "<h1>Signed out</h1>"), ended);
        assert_int_equal(contains(page, "<title>Signed out</title>"), ended);
        assert_int_equal(contains(page, "<h1>Not signed out</h1>"), !ended);
        assert_true(contains(page, explain_to_user(result)));
        assert_true(page.rfind("<!DOCTYPE html>", 0) == 0);
        assert_true(contains(page, "<meta charset=\"utf-8\">"));
        assert_false(contains(page, "<script"));
        assert_false(contains(page, "http"));
    }
}


// The word can be searched for: in this text, in the log, in the metrics.
void what_went_wrong_has_a_name(void**)
{
    for (const BodyFormat format :
         {BodyFormat::html, BodyFormat::text, BodyFormat::json}) {
        for (const Result result : results) {
            for (const RequestError error : errors) {
                const std::string body =
                    body_of(format, {result, error, {}, "returnTo"});

                if (error != RequestError::none) {
                    assert_true(contains(body, name(error)));
                    assert_true(contains(body, explain_to_user(error)));
                    assert_true(contains(body, "returnTo"));
                } else if (!is_ended(result)) {
                    assert_true(contains(body, name(result)));
                }
            }
        }
    }
}


void plain_text_is_one_line(void**)
{
    const std::string done =
        body_of(BodyFormat::text, {Result::logged_out, {}, {}, {}});
    assert_string_equal(done.c_str(), "You are signed out.\n");

    const std::string wrong = body_of(
        BodyFormat::text,
        {Result::logged_out, RequestError::malformed_request, {}, "client_id"});
    assert_string_equal(wrong.c_str(),
                        "You are signed out. The request is malformed."
                        " (malformed_request: client_id)\n");
}


std::string member(const logout::Json& object, const char* name)
{
    const auto value = logout::json_string_member(object.get(), name);

    return std::string(value.value_or("none"));
}


void json_says_what_there_is(void**)
{
    const auto done = logout::parse_json_object(body_of(
        BodyFormat::json, {Result::logged_out, {}, "https://a.test/", {}}));
    assert_non_null(done.get());
    assert_int_equal(json_object_size(done.get()), 2);
    assert_string_equal(member(done, "result").c_str(), "logged_out");
    assert_string_equal(member(done, "return_url").c_str(), "https://a.test/");

    const auto wrong = logout::parse_json_object(
        body_of(BodyFormat::json, {Result::bad_request,
                                   RequestError::malformed_request,
                                   {},
                                   "returnTo"}));
    assert_non_null(wrong.get());
    assert_int_equal(json_object_size(wrong.get()), 4);
    assert_string_equal(member(wrong, "result").c_str(), "bad_request");
    assert_string_equal(member(wrong, "error").c_str(), "malformed_request");
    assert_string_equal(member(wrong, "error_description").c_str(),
                        "The request is malformed.");
    assert_string_equal(member(wrong, "parameter").c_str(), "returnTo");
}


void json_is_valid_for_every_result_and_error(void**)
{
    for (const Result result : results) {
        for (const RequestError error : errors) {
            const auto object = logout::parse_json_object(
                body_of(BodyFormat::json, {result, error, "https://a.test/",
                                           "post_logout_redirect_uri"}));

            assert_non_null(object.get());
            assert_true(member(object, "result") == name(result));
        }
    }
}


// A query may have a backslash.
void json_holds_every_url_that_the_grammar_accepts(void**)
{
    int accepted = 0;

    for (int byte = 0; byte < 256; ++byte) {
        for (const char* const before :
             {"https://a.test/", "https://a.test/?", "https://a.test/#", "/",
              "com.example.app:/"}) {
            const std::string input = before + std::string(1, char(byte));
            logout::UrlBuffer buffer;
            logout::Url url;

            if (parse_url(input, buffer, url) != logout::UrlRule::ok) {
                continue;
            }

            const auto object = logout::parse_json_object(body_of(
                BodyFormat::json, {Result::logged_out, {}, url.text, {}}));
            if (!object || member(object, "return_url") != url.text) {
                fail_msg("byte %d", byte);
            }
            ++accepted;
        }
    }

    assert_true(accepted > 200);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(formats_have_types),
        cmocka_unit_test(a_page_says_whether_the_user_is_signed_out),
        cmocka_unit_test(what_went_wrong_has_a_name),
        cmocka_unit_test(plain_text_is_one_line),
        cmocka_unit_test(json_says_what_there_is),
        cmocka_unit_test(json_is_valid_for_every_result_and_error),
        cmocka_unit_test(json_holds_every_url_that_the_grammar_accepts),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
