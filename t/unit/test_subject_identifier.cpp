// Subject identifiers: RFC 9493, and the Shared Signals Framework 1.0,
// section 3.

#include "core/token/security_event.hpp"
#include "core/token/subject_identifier.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <string>

using logout::Signal;
using logout::Subject;
using logout::SubjectProblem;

namespace {

struct Case {
    const char* identifier;
    SubjectProblem problem;
    const char* user = "";
    const char* email = "";
    const char* session = "";
};


const Case cases[] = {
    {R"({"format":"iss_sub","iss":"https://a.test","sub":"u"})",
     SubjectProblem::none, "u"},
    {R"({"subject_type":"iss-sub","iss":"https://a.test","sub":"u"})",
     SubjectProblem::none, "u"},
    {R"({"format":"email","email":"U@a.test"})", SubjectProblem::none, "",
     "U@a.test"},
    {R"({"format":"opaque","id":"o"})", SubjectProblem::none, "o"},
    {R"({"format":"complex","user":{"format":"opaque","id":"o"},)"
     R"("session":{"format":"opaque","id":"s"}})",
     SubjectProblem::none, "o", "", "s"},
    {R"({"user":{"format":"email","email":"u@a.test"}})", SubjectProblem::none,
     "", "u@a.test"},
    {R"({"session":{"format":"opaque","id":"s"}})", SubjectProblem::none, "",
     "", "s"},

    {R"({})", SubjectProblem::unsupported_format},
    {R"({"format":1})", SubjectProblem::unsupported_format},
    {R"({"format":"Email","email":"u@a.test"})",
     SubjectProblem::unsupported_format},
    {R"({"format":"account","uri":"acct:u@a.test"})",
     SubjectProblem::unsupported_format},
    {R"({"format":"aliases","identifiers":[{"format":"opaque","id":"o"}]})",
     SubjectProblem::unsupported_format},
    {R"({"format":"iss_sub","iss":"https://a.test/","sub":"u"})",
     SubjectProblem::issuer_mismatch},
    {R"({"format":"iss_sub","sub":"u"})", SubjectProblem::issuer_mismatch},
    {R"({"format":"iss_sub","iss":"https://a.test"})",
     SubjectProblem::bad_name},
    {R"({"format":"iss_sub","iss":"https://a.test","sub":1})",
     SubjectProblem::bad_name},
    {R"({"format":"opaque","id":""})", SubjectProblem::bad_name},
    {R"({"format":"complex"})", SubjectProblem::unsupported_format},
    {R"({"format":"complex","user":"u"})", SubjectProblem::unsupported_format},
    {R"({"format":"complex","user":{"user":{"format":"opaque","id":"o"}}})",
     SubjectProblem::unsupported_format},
    {R"({"format":"complex","session":{"format":"email","email":"u@a.test"}})",
     SubjectProblem::unsupported_format},
    {R"({"format":"complex","user":{"format":"opaque","id":"o"},)"
     R"("session":{"format":"opaque"}})",
     SubjectProblem::bad_name},
    {R"({"format":"complex","user":{"format":"opaque","id":"o"},"group":{}})",
     SubjectProblem::narrower},
    {R"({"format":"complex","device":null})", SubjectProblem::narrower},
};


Subject read(const json_t* identifier)
{
    return logout::read_subject(identifier, "https://a.test");
}


void identifiers(void**)
{
    for (const Case& c : cases) {
        const logout::Json identifier = logout::parse_json_object(c.identifier);
        const Subject subject = read(identifier.get());

        if (subject.problem != c.problem || subject.user != c.user ||
            subject.email != c.email || subject.session != c.session) {
            fail_msg("%s: %s", c.identifier, logout::describe(subject.problem));
        }
    }
}


void what_is_no_object(void**)
{
    const logout::Json text(json_string("u"));

    for (const json_t* const value : {static_cast<json_t*>(nullptr),
                                      json_null(), json_true(), text.get()}) {
        assert_true(read(value).problem == SubjectProblem::not_an_object);
    }
}


void names_have_a_limit(void**)
{
    const std::string longest(logout::subject_name_max_length, 'x');
    const auto with = [](const std::string& id) {
        const logout::Json identifier = logout::parse_json_object(
            R"({"format":"opaque","id":")" + id + R"("})");

        return read(identifier.get()).problem;
    };

    assert_true(with(longest) == SubjectProblem::none);
    assert_true(with(longest + "x") == SubjectProblem::bad_name);
}


void signals_have_names(void**)
{
    const std::string_view names = logout::signal_names();

    for (int i = 0; i <= static_cast<int>(Signal::other); ++i) {
        const auto signal = static_cast<Signal>(i);
        const bool ends = logout::all_signals().contains(signal);

        assert_true(logout::find_signal(name(signal)).has_value() == ends);
        assert_true((names.find(name(signal)) != names.npos) == ends);
    }

    assert_true(name(Signal::session_revoked) == "session-revoked");
    assert_true(name(Signal::other) == "other");
    assert_false(logout::find_signal("").has_value());
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(identifiers),
        cmocka_unit_test(what_is_no_object),
        cmocka_unit_test(names_have_a_limit),
        cmocka_unit_test(signals_have_names),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
