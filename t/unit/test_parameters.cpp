// What is read from a query, a form body and a JSON body, and what is not.

#include "core/request/parameters.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <initializer_list>
#include <memory_resource>
#include <string>

using namespace std::literals;
using logout::body_type;
using logout::BodyType;
using logout::Parameter;
using logout::ParameterProblem;
using logout::Parameters;
using logout::ParameterSet;
using logout::ParameterVerdict;

namespace {

constexpr ParameterSet auth0 = {Parameter::return_to, Parameter::client_id,
                                Parameter::federated};

using Reader = ParameterVerdict (*)(std::string_view, ParameterSet,
                                    std::pmr::memory_resource*, Parameters&);


// One input and what becomes of returnTo.
struct Case {
    std::string_view input;
    bool given;
    std::string_view text;
};


// One input and why it is refused.
struct Refusal {
    std::string_view input;
    ParameterProblem problem;
    std::string_view name;
};


std::string text(std::string_view view)
{
    return std::string(view);
}


class Fixture {
public:
    ParameterVerdict read(Reader reader, std::string_view input,
                          ParameterSet wanted = auth0)
    {
        return reader(input, wanted, &memory_, parameters);
    }

    Parameters parameters;

private:
    std::pmr::monotonic_buffer_resource memory_;
};


void expect_read(Reader reader, std::initializer_list<Case> cases)
{
    for (const Case& expected : cases) {
        Fixture fixture;

        const auto verdict = fixture.read(reader, expected.input);
        const auto& value = fixture.parameters[Parameter::return_to];

        if (!verdict || value.given != expected.given ||
            value.text != expected.text) {
            fail_msg("%s: problem %d, given %d, \"%s\"",
                     text(expected.input).c_str(),
                     static_cast<int>(verdict.problem), value.given,
                     text(value.text).c_str());
        }
    }
}


void expect_refused(Reader reader, std::initializer_list<Refusal> cases)
{
    for (const Refusal& expected : cases) {
        Fixture fixture;

        const auto verdict = fixture.read(reader, expected.input);

        if (verdict.problem != expected.problem ||
            verdict.name != expected.name) {
            fail_msg("%s: problem %d of \"%s\"", text(expected.input).c_str(),
                     static_cast<int>(verdict.problem),
                     text(verdict.name).c_str());
        }
    }
}


void a_form_value_is_decoded_once(void**)
{
    expect_read(
        logout::read_form,
        {{"", false, ""},
         {"returnTo=/bye", true, "/bye"},
         {"returnTo=https%3A%2F%2Fa.test%2F", true, "https://a.test/"},
         {"returnTo=https%3a%2f%2fa.test%2f", true, "https://a.test/"},
         {"returnTo=https%253A%252F%252Fa.test", true, "https%3A%2F%2Fa.test"},
         {"returnTo=a+b%2Bc%20d", true, "a b+c d"},
         {"returnTo=a%00b", true, "a\0b"sv},
         {"returnTo=%C3%B8", true, "\xc3\xb8"},
         {"returnTo=\xc3\xb8", true, "\xc3\xb8"},
         {"returnTo=a=b=c", true, "a=b=c"},
         {"returnTo=a;returnTo=b", true, "a;returnTo=b"},
         {"returnTo=/a?b", true, "/a?b"}});
}


void what_needs_no_decoding_is_not_copied(void**)
{
    const std::string_view query = "client_id=a&returnTo=/bye";
    Fixture fixture;

    assert_true(static_cast<bool>(fixture.read(logout::read_form, query)));

    const auto& value = fixture.parameters[Parameter::return_to];
    assert_ptr_equal(value.text.data(), query.data() + query.size() - 4);
    assert_ptr_equal(value.encoded.data(), value.text.data());
}


void the_encoded_value_is_kept(void**)
{
    Fixture fixture;

    fixture.read(logout::read_form, "state=a%3Bb+c", {Parameter::state});

    const auto& value = fixture.parameters[Parameter::state];
    assert_true(value.encoded == "a%3Bb+c");
    assert_true(value.text == "a;b c");
}


void form_names_are_compared_after_decoding(void**)
{
    expect_read(logout::read_form,
                {{"return%54o=/bye", true, "/bye"},
                 {"%72%65%74%75%72%6E%54%6F=/bye", true, "/bye"},
                 {"%72%65%74%75%72%6e%54%6f=/bye", true, "/bye"}});
}


void other_names_are_other_parameters(void**)
{
    expect_read(logout::read_form, {{"returnto=/bye", false, ""},
                                    {"ReturnTo=/bye", false, ""},
                                    {"RETURNTO=/bye", false, ""},
                                    {"return_to=/bye", false, ""},
                                    {"returnTo[]=/bye", false, ""},
                                    {"returnTo%5B%5D=/bye", false, ""},
                                    {"returnTo.x=/bye", false, ""},
                                    {"returnTo%00=/bye", false, ""},
                                    {"returnTo%20=/bye", false, ""},
                                    {"+returnTo=/bye", false, ""},
                                    {"%20returnTo=/bye", false, ""},
                                    {"amp;returnTo=/bye", false, ""},
                                    {"return%2554o=/bye", false, ""},
                                    {"=/bye", false, ""},
                                    {"=", false, ""},
                                    {"&&&", false, ""},
                                    {"?returnTo=/bye", false, ""},
                                    {"redirect_uri=/bye", false, ""}});
}


void a_name_alone_and_an_empty_value_are_given(void**)
{
    expect_read(logout::read_form, {{"returnTo", true, ""},
                                    {"returnTo=", true, ""},
                                    {"&returnTo&", true, ""},
                                    {"client_id=&returnTo=&", true, ""}});
}


void federated_is_there_in_every_form(void**)
{
    for (const std::string_view query :
         {"federated"sv, "federated="sv, "federated=1"sv, "federated=false"sv,
          "federated=0"sv, "&federated&"sv, "returnTo=/&federated"sv,
          "federated&returnTo=/"sv, "fed%65rated"sv}) {
        Fixture fixture;

        fixture.read(logout::read_form, query);
        if (!fixture.parameters[Parameter::federated].given) {
            fail_msg("%s", text(query).c_str());
        }
    }

    for (const std::string_view query :
         {""sv, "Federated"sv, "federate"sv, "federated2"sv, "a=federated"sv,
          "federated[]"sv}) {
        Fixture fixture;

        fixture.read(logout::read_form, query);
        if (fixture.parameters[Parameter::federated].given) {
            fail_msg("%s", text(query).c_str());
        }
    }
}


void a_parameter_is_given_once(void**)
{
    constexpr ParameterProblem duplicate = ParameterProblem::duplicate;

    expect_refused(logout::read_form,
                   {{"returnTo=/a&returnTo=/b", duplicate, "returnTo"},
                    {"returnTo=/a&returnTo=/a", duplicate, "returnTo"},
                    {"returnTo&returnTo=/a", duplicate, "returnTo"},
                    {"returnTo=&returnTo=", duplicate, "returnTo"},
                    {"returnTo=/a&x=1&return%54o=/b", duplicate, "returnTo"},
                    {"client_id=a&client_id=b", duplicate, "client_id"},
                    {"federated&federated", duplicate, "federated"}});

    // what is not read may come as often as it likes
    expect_read(logout::read_form, {{"state=1&state=2&returnTo=/", true, "/"},
                                    {"a&a&a&returnTo=/", true, "/"}});
}


void a_parameter_is_given_by_one_source(void**)
{
    for (const Reader second : {logout::read_form, logout::read_json}) {
        const bool form = second == logout::read_form;
        Fixture fixture;

        fixture.read(logout::read_form, "returnTo=/a");

        const auto other =
            fixture.read(second, form ? "client_id=c" : R"({"client_id":"c"})");
        assert_true(static_cast<bool>(other));

        const auto same =
            fixture.read(second, form ? "returnTo=/a" : R"({"returnTo":"/a"})");
        assert_true(same.problem == ParameterProblem::duplicate);
        assert_true(same.name == "returnTo");
    }
}


void escapes_are_well_formed(void**)
{
    constexpr ParameterProblem escape = ParameterProblem::malformed_escape;

    expect_refused(logout::read_form,
                   {{"returnTo=%", escape, "returnTo"},
                    {"returnTo=%4", escape, "returnTo"},
                    {"returnTo=a%", escape, "returnTo"},
                    {"returnTo=%zz", escape, "returnTo"},
                    {"returnTo=%4g", escape, "returnTo"},
                    {"returnTo=%%41", escape, "returnTo"},
                    {"returnTo=%u0041", escape, "returnTo"},
                    {"returnTo=% 41", escape, "returnTo"},
                    {"returnTo=%2&client_id=a", escape, "returnTo"},
                    {"returnTo=/&client_id=%", escape, "client_id"},
                    {"federated=%", escape, "federated"}});

    // what is not read need not be well-formed
    expect_read(logout::read_form, {{"utm=%&returnTo=/", true, "/"},
                                    {"%=1&returnTo=/", true, "/"},
                                    {"returnTo%=1&returnTo=/", true, "/"},
                                    {"%returnTo=/", false, ""}});
}


void a_value_has_a_longest_length(void**)
{
    const std::size_t most = parameter_max_length(Parameter::client_id);
    const std::string longest(most, 'a');
    std::string escaped;

    for (std::size_t i = 0; i < most; ++i) {
        escaped += "%61";
    }

    for (const std::string& value : {longest, escaped}) {
        Fixture fixture;
        const std::string query = "client_id=" + value;

        assert_true(static_cast<bool>(fixture.read(logout::read_form, query)));
        assert_true(fixture.parameters.text(Parameter::client_id) == longest);
    }

    for (const std::string& value :
         {longest + 'a', escaped + 'a', escaped + "%61", longest + "%61",
          std::string(4 * most, '%')}) {
        Fixture fixture;
        const std::string query = "client_id=" + value;
        const auto verdict = fixture.read(logout::read_form, query);

        assert_true(verdict.problem == ParameterProblem::too_long);
        assert_true(verdict.name == "client_id");
    }

    Fixture fixture;
    const std::string json = "{\"client_id\":\"" + longest + "a\"}";
    const auto verdict = fixture.read(logout::read_json, json);

    assert_true(verdict.problem == ParameterProblem::too_long);
    assert_true(verdict.name == "client_id");
}


void a_longer_name_is_unknown(void**)
{
    const std::string query = std::string(100000, 'a') + "=1&returnTo=/";
    Fixture fixture;

    assert_true(static_cast<bool>(fixture.read(logout::read_form, query)));
    assert_true(fixture.parameters.text(Parameter::return_to) == "/");
}


void json_members_are_strings(void**)
{
    expect_read(
        logout::read_json,
        {{"{}", false, ""},
         {R"({"returnTo":"/bye"})", true, "/bye"},
         {" {\r\n \"returnTo\" :\t\"/bye\" } ", true, "/bye"},
         {R"({"returnTo":""})", true, ""},
         {R"({"returnTo":null})", false, ""},
         {R"({"return\u0054o":"\/bye\u0021"})", true, "/bye!"},
         {R"({"returnTo":"%2Fbye+"})", true, "%2Fbye+"},
         {R"({"returnto":"/bye","returnTo[]":"/bye"})", false, ""},
         {R"({"returnTo":"/bye","state":1,"other":{"a":[]}})", true, "/bye"},
         {R"({"client_id":"a", "returnTo":"https://a.test/"})", true,
          "https://a.test/"}});
}


void json_is_an_object_with_string_members(void**)
{
    constexpr ParameterProblem malformed = ParameterProblem::malformed_json;

    expect_refused(
        logout::read_json,
        {{"", malformed, ""},
         {" ", malformed, ""},
         {"null", malformed, ""},
         {"[]", malformed, ""},
         {R"("returnTo")", malformed, ""},
         {R"([{"returnTo":"/"}])", malformed, ""},
         {"{", malformed, ""},
         {R"({"returnTo":"/"}x)", malformed, ""},
         {R"({"returnTo":"/"}{})", malformed, ""},
         {R"({"returnTo":"/",})", malformed, ""},
         {R"({'returnTo':'/'})", malformed, ""},
         {R"({returnTo:"/"})", malformed, ""},
         {R"({"returnTo":"/" /* */})", malformed, ""},
         {"\xef\xbb\xbf{}", malformed, ""},
         {"{\"returnTo\":\"\xff\"}", malformed, ""},
         {"{\"returnTo\":\"a\nb\"}", malformed, ""},
         {R"({"returnTo":"\ud800"})", malformed, ""},
         {R"({"returnTo":"a\u0000b"})", malformed, ""},
         {"{\"returnTo\":\"/\"}\0"sv, malformed, ""},
         {R"({"returnTo":"/a","returnTo":"/b"})", malformed, ""},
         {R"({"x":1,"x":2})", malformed, ""},
         {R"({"returnTo":"/a","return\u0054o":"/b"})", malformed, ""},
         {"returnTo=/", malformed, ""},
         {R"({"returnTo":1})", malformed, "returnTo"},
         {R"({"returnTo":true})", malformed, "returnTo"},
         {R"({"returnTo":false})", malformed, "returnTo"},
         {R"({"returnTo":["/"]})", malformed, "returnTo"},
         {R"({"returnTo":{"a":"/"}})", malformed, "returnTo"},
         {R"({"client_id":7})", malformed, "client_id"}});
}


void deeply_nested_json_is_refused(void**)
{
    Fixture fixture;
    std::string json = "{\"x\":";

    json.append(16 * 1024, '[');
    json.append(16 * 1024, ']');
    json += '}';

    assert_true(fixture.read(logout::read_json, json).problem ==
                ParameterProblem::malformed_json);
}


void federated_is_any_json_value_but_null_and_false(void**)
{
    for (const std::string_view value :
         {"true"sv, "\"\""sv, "\"1\""sv, "\"false\""sv, "1"sv, "0"sv, "{}"sv,
          "[]"sv}) {
        Fixture fixture;
        const std::string json = "{\"federated\":" + text(value) + "}";

        assert_true(static_cast<bool>(fixture.read(logout::read_json, json)));
        if (!fixture.parameters[Parameter::federated].given) {
            fail_msg("%s", json.c_str());
        }
    }

    for (const std::string_view json :
         {R"({"federated":false})"sv, R"({"federated":null})"sv}) {
        Fixture fixture;

        assert_true(static_cast<bool>(fixture.read(logout::read_json, json)));
        assert_false(fixture.parameters[Parameter::federated].given);
    }
}


void a_json_value_outlives_the_document(void**)
{
    std::string json = R"({"returnTo":"https://a.test/","client_id":"c"})";
    Fixture fixture;

    fixture.read(logout::read_json, json);
    json.assign(json.size(), 'x');

    assert_true(fixture.parameters.text(Parameter::return_to) ==
                "https://a.test/");
    assert_true(fixture.parameters.text(Parameter::client_id) == "c");
    assert_true(fixture.parameters[Parameter::client_id].encoded.empty());
}


void only_what_a_protocol_reads_is_read(void**)
{
    for (std::size_t i = 0; i < logout::parameter_count; ++i) {
        const auto parameter = static_cast<Parameter>(i);
        const std::string name = text(parameter_name(parameter));
        Fixture wanted;
        Fixture unwanted;

        wanted.read(logout::read_form, name + "=x", {parameter});
        assert_true(wanted.parameters[parameter].given);

        unwanted.read(logout::read_form, name + "=x", {});
        unwanted.read(logout::read_json, "{\"" + name + "\":1}", {});
        assert_false(unwanted.parameters[parameter].given);
    }
}


void a_content_type_names_the_body(void**)
{
    const std::pair<std::string_view, BodyType> cases[] = {
        {"", BodyType::none},
        {" ", BodyType::none},
        {";charset=utf-8", BodyType::none},
        {"application/x-www-form-urlencoded", BodyType::form},
        {"Application/X-WWW-Form-URLencoded", BodyType::form},
        {"application/x-www-form-urlencoded;charset=UTF-8", BodyType::form},
        {"application/x-www-form-urlencoded ; a=b", BodyType::form},
        {"application/json", BodyType::json},
        {"APPLICATION/JSON", BodyType::json},
        {" application/json\t; charset=utf-8", BodyType::json},
        {"multipart/form-data; boundary=x", BodyType::multipart},
        {"application/jsonx", BodyType::other},
        {"application/json-patch+json", BodyType::other},
        {"application/problem+json", BodyType::other},
        {"text/json", BodyType::other},
        {"text/plain", BodyType::other},
        {"application/json,text/plain", BodyType::other},
        {"xapplication/json", BodyType::other},
    };

    for (const auto& [content_type, expected] : cases) {
        if (body_type(content_type) != expected) {
            fail_msg("%s", text(content_type).c_str());
        }
    }
}


void every_problem_has_a_sentence(void**)
{
    for (const ParameterProblem problem :
         {ParameterProblem::malformed_escape, ParameterProblem::duplicate,
          ParameterProblem::too_long, ParameterProblem::malformed_json,
          ParameterProblem::invalid_value,
          ParameterProblem::unsupported_body}) {
        const std::string sentence = describe(problem);

        assert_true(sentence != describe(ParameterProblem::none));
        assert_true(sentence.back() != '.');
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(a_form_value_is_decoded_once),
        cmocka_unit_test(what_needs_no_decoding_is_not_copied),
        cmocka_unit_test(the_encoded_value_is_kept),
        cmocka_unit_test(form_names_are_compared_after_decoding),
        cmocka_unit_test(other_names_are_other_parameters),
        cmocka_unit_test(a_name_alone_and_an_empty_value_are_given),
        cmocka_unit_test(federated_is_there_in_every_form),
        cmocka_unit_test(a_parameter_is_given_once),
        cmocka_unit_test(a_parameter_is_given_by_one_source),
        cmocka_unit_test(escapes_are_well_formed),
        cmocka_unit_test(a_value_has_a_longest_length),
        cmocka_unit_test(a_longer_name_is_unknown),
        cmocka_unit_test(json_members_are_strings),
        cmocka_unit_test(json_is_an_object_with_string_members),
        cmocka_unit_test(deeply_nested_json_is_refused),
        cmocka_unit_test(federated_is_any_json_value_but_null_and_false),
        cmocka_unit_test(a_json_value_outlives_the_document),
        cmocka_unit_test(only_what_a_protocol_reads_is_read),
        cmocka_unit_test(a_content_type_names_the_body),
        cmocka_unit_test(every_problem_has_a_sentence),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
