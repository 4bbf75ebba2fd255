// The parameters of logout_session: what is accepted, and what a person reads
// whose configuration is not.

#include "core/base/did_you_mean.hpp"

#include <cstring>

#include "session_reading.hpp"

using namespace session_testing;

namespace {

void assert_part(const std::string& text, const char* part,
                 const std::string& what)
{
    if (text.find(part) == std::string::npos) {
        fail_msg("%s: \"%s\"", what.c_str(), text.c_str());
    }
}


std::string problem_with(const char* name, const char* value)
{
    logout::SessionSettings settings;
    return logout::set_session_parameter(settings, name, value).value_or("");
}


void parameters_are_set(void**)
{
    logout::SessionSettings settings = settings_of(
        "format=f cookie=c prefix= suffix=s lead=l namespace=n route=r "
        "remember= algorithm=a base64=off hash=on");

    assert_true(settings.format == "f");
    assert_true(settings.cookie == "c");
    assert_true(settings.prefix == "");
    assert_true(settings.suffix == "s");
    assert_true(settings.lead == "l");
    assert_true(settings.name_space == "n");
    assert_true(settings.route == "r");
    assert_true(settings.remember == "");
    assert_true(settings.algorithm == "a");
    assert_true(settings.base64 == false);
    assert_true(settings.hash == true);
}


void parameters_are_refused(void**)
{
    assert_part(problem_with("prefx", "x"),
                "there is no parameter \"prefx\"; is \"prefix\" meant?",
                "prefx");
    assert_part(problem_with("secretfile", "x"), "is \"secret_file\" meant?",
                "secretfile");
    assert_string_equal(problem_with("blue", "x").c_str(),
                        "there is no parameter \"blue\"");
    assert_string_equal(problem_with("secure", "on").c_str(),
                        "\"secure\" takes no value");
    assert_string_equal(problem_with("redis", "").c_str(),
                        "\"redis\" is empty");
    assert_string_equal(problem_with("format", "").c_str(),
                        "\"format\" is empty");
    assert_string_equal(problem_with("cookie", "").c_str(),
                        "\"cookie\" is empty");
    assert_string_equal(problem_with("hash", "yes").c_str(),
                        "\"hash\" is \"on\" or \"off\", not \"yes\"");

    assert_part(problem_with("prefix", "$tenant:"),
                "\"prefix\" takes no variables", "a variable");
    assert_string_equal(problem_with("prefix", "$:").c_str(), "");

    logout::SessionSettings settings =
        settings_of("format=raw prefix=a hash=on");
    for (const char* name : {"format", "prefix", "hash"}) {
        auto problem = logout::set_session_parameter(settings, name, "on");
        assert_part(problem.value_or(""), "is given twice", name);
    }
}


void secrets_are_lines(void**)
{
    struct {
        std::string text;
        Secrets secrets;
    } cases[] = {
        {"", {}},
        {"\n\n", {}},
        {"a", {"a"}},
        {"a\n", {"a"}},
        {"new\nold\n", {"new", "old"}},
        {"new\r\n\r\nold\r\n", {"new", "old"}},
        {" a b \n#c\n", {" a b ", "#c"}},
    };

    for (const auto& example : cases) {
        assert_true(logout::session_secrets(example.text) == example.secrets);
    }
}


void every_format_compiles(void**)
{
    struct {
        const char* parameters;
        const char* cookie;
    } cases[] = {
        {"format=raw cookie=c prefix=p", "c"},
        {"format=urldecode cookie=c prefix=p", "c"},
        {"format=signed cookie=c prefix=p", "c"},
        {"format=first-part cookie=c prefix=p", "c"},
        {"format=sha256 cookie=c prefix=p", "c"},
        {"format=express", "connect.sid"},
        {"format=fastify", "sessionId"},
        {"format=php", "PHPSESSID"},
        {"format=symfony", "PHPSESSID"},
        {"format=codeigniter", "ci_session"},
        {"format=yii2 prefix=p", "PHPSESSID"},
        {"format=django", "sessionid"},
        {"format=flask", "session"},
        {"format=starsessions", "session"},
        {"format=rack", "rack.session"},
        {"format=rails cookie=_app_session", "_app_session"},
        {"format=spring", "SESSION"},
        {"format=spring-indexed", "SESSION"},
        {"format=oauth2-proxy", "_oauth2_proxy"},
        {"format=authelia", "authelia_session"},
        {"format=lua-resty-session", "session"},
        {"format=gorilla cookie=c", "c"},
        {"format=scs", "session"},
        {"format=mod_auth_openidc hash=off", "mod_auth_openidc_session"},
        {"format=express cookie=__Host-sid", "__Host-sid"},
    };

    for (const auto& example : cases) {
        Compiled compiled = compile(example.parameters);
        assert_true(compiled.reader.has_value());
        assert_string_equal(compiled.reader->cookie_name().c_str(),
                            example.cookie);
        assert_true(compiled.warnings.empty());
    }
}


void settings_that_mean_nothing_are_refused(void**)
{
    struct {
        const char* parameters;
        Secrets secrets;
        const char* problem;
    } cases[] = {
        {"", {}, "\"format=\" is missing"},
        {"format=expres", {}, "no format \"expres\"; is \"express\" meant?"},
        {"format=Django", {}, "is \"django\" meant?"},
        {"format=zzzzzz", {}, "there is no format \"zzzzzz\""},
        {"format=raw", {}, "\"format=raw\" needs \"cookie=\""},
        {"format=rails", {}, "\"format=rails\" needs \"cookie=\""},
        {"format=gorilla", {}, "\"format=gorilla\" needs \"cookie=\""},
        {"format=yii2", {}, "\"format=yii2\" needs \"prefix=\""},
        {"format=php cookie=a;b", {}, "\"a;b\" is not a cookie name"},
        {"format=php lead=s:",
         {},
         "\"lead\" means nothing with \"format=php\""},
        {"format=php namespace=n", {}, "\"namespace\" means nothing"},
        {"format=php route=n", {}, "\"route\" means nothing"},
        {"format=php base64=on", {}, "\"base64\" means nothing"},
        {"format=php remember=r", {}, "\"remember\" means nothing"},
        {"format=php hash=on", {}, "\"hash\" means nothing"},
        {"format=php algorithm=sha1", {}, "\"algorithm\" means nothing"},
        {"format=php", {"s"}, "\"secret_file\" means nothing"},
        {"format=lua-resty-session", {"s"}, "\"secret_file\" means nothing"},
        {"format=sha256 cookie=c hash=off", {}, "\"hash\" means nothing"},
        {"format=spring prefix=p", {}, "use \"namespace=\""},
        {"format=spring suffix=p", {}, "\"suffix\" means nothing"},
        {"format=fastify algorithm=md5", {"s"}, "no algorithm \"md5\""},
        {"format=fastify algorithm=sha1", {}, "without \"secret_file=\""},
        {"format=express algorithm=sha1", {"s"}, "\"algorithm\" means nothing"},
        {"format=express", Secrets(17, "s"), "more than 16 secrets"},
        {"format=mod_auth_openidc", {}, "OIDCCryptoPassphrase"},
        {"format=mod_auth_openidc hash=off", {"s"}, "and \"hash=off\""},
    };

    for (const auto& example : cases) {
        Compiled compiled = compile(example.parameters, example.secrets);
        assert_false(compiled.reader.has_value());
        assert_part(compiled.problem, example.problem, example.parameters);
    }
}


void sessions_that_cannot_be_ended_are_refused_with_the_reason(void**)
{
    struct {
        const char* parameters;
        const char* reason;
    } cases[] = {
        {"format=aspnetcore", "Data Protection key ring"},
        {"format=iron-session", "nothing to delete in Redis"},
        {"format=secure-session", "nothing to delete in Redis"},
        {"format=fastify-secure-session", "nothing to delete in Redis"},
        {"format=next-auth", "token in the cookie itself"},
        {"format=authjs", "carries the login itself"},
        {"format=vouch", "carries the login itself"},
        {"format=supertokens", "its own core and database"},
        {"format=express-openid-connect", "use format=raw"},
        {"format=cached_db", "read the session again from the database"},
        {"format=django-cached-db", "read the session again"},
        {"format=django prefix=:1:django.contrib.sessions.cached_db",
         "read the session again from the database"},
        {"format=laravel-database", "not in Redis"},
    };

    for (const auto& example : cases) {
        Compiled compiled = compile(example.parameters);
        assert_false(compiled.reader.has_value());
        assert_part(compiled.problem, "cannot be ended in Redis",
                    example.parameters);
        assert_part(compiled.problem, example.reason, example.parameters);
    }
}


void a_key_that_a_client_may_choose_is_warned_of(void**)
{
    struct {
        const char* parameters;
        Secrets secrets;
        const char* warning;  // null for none
    } cases[] = {
        {"format=koa", {}, "give \"secret_file=\", or \"prefix=\""},
        {"format=koa", {"k"}, nullptr},
        {"format=koa lead=a: prefix=a:", {}, nullptr},
        {"format=raw cookie=c", {}, "give \"prefix=\""},
        {"format=raw cookie=c prefix=p", {}, nullptr},
        {"format=php prefix=", {}, "give \"prefix=\""},
        {"format=rack prefix=", {}, "any key of the database"},
        {"format=express prefix=", {}, "\"secret_file=\""},
        {"format=express prefix=", {"s"}, nullptr},
        {"format=sha256 cookie=c", {}, nullptr},
        {"format=sha256 cookie=c", {"s"}, nullptr},
        {"format=scs hash=on prefix=", {}, nullptr},
        {"format=oauth2-proxy", {}, nullptr},
        {"format=lua-resty-session", {}, nullptr},
    };

    for (const auto& example : cases) {
        Compiled compiled = compile(example.parameters, example.secrets);
        assert_true(compiled.reader.has_value());
        assert_int_equal(compiled.warnings.size(),
                         example.warning == nullptr ? 0 : 1);
        if (example.warning != nullptr) {
            assert_part(compiled.warnings[0], example.warning,
                        example.parameters);
        }
    }

    // nobody has to ask for warnings
    std::string problem;
    assert_true(
        logout::SessionReader::compile(settings_of("format=koa"), problem)
            .has_value());
}


void near_words_are_suggested(void**)
{
    const std::string_view words[] = {"prefix", "suffix", "cookie", "key"};
    struct {
        const char* word;
        const char* nearest;
    } cases[] = {
        {"prefix", "prefix"},
        {"prefx", "prefix"},
        {"refix", "prefix"},
        {"sufix", "suffix"},
        {"cookies", "cookie"},
        {"kye", "key"},
        {"keys", "key"},
        {"ky", "key"},
        {"colour", ""},
        {"yek", ""},
        {"", ""},
    };

    for (const auto& example : cases) {
        std::string nearest(
            logout::nearest_word(example.word, words, std::size(words)));
        if (nearest != example.nearest) {
            fail_msg("%s: %s", example.word, nearest.c_str());
        }
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(parameters_are_set),
        cmocka_unit_test(parameters_are_refused),
        cmocka_unit_test(secrets_are_lines),
        cmocka_unit_test(every_format_compiles),
        cmocka_unit_test(settings_that_mean_nothing_are_refused),
        cmocka_unit_test(
            sessions_that_cannot_be_ended_are_refused_with_the_reason),
        cmocka_unit_test(a_key_that_a_client_may_choose_is_warned_of),
        cmocka_unit_test(near_words_are_suggested),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
