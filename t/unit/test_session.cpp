// The formats of logout_session beyond what was recorded: what they refuse,
// further keys and cookies, several secrets.

#include <string>

#include "session_reading.hpp"

using namespace session_testing;

namespace {

// printf abc | openssl dgst -sha256 -hmac current -binary | base64
const char* const signed_with_current =
    "connect.sid=s%3Aabc.KWXl0R%2Blh3zsm9gQTclIlqjaXnuakyFEk3xn9MnHysk";

struct IdCase {
    const char* format;
    std::string value;
    Keys keys;
};


void assert_cases(const std::vector<IdCase>& cases)
{
    for (const IdCase& example : cases) {
        logout::SessionReader reader = reader_of(example.format);
        assert_keys(keys_in(reader, reader.cookie_name() + "=" + example.value),
                    example.keys,
                    std::string(example.format) + " with " + example.value);
    }
}


void ids_outside_the_alphabet_give_nothing(void**)
{
    const char raw[] = "format=raw cookie=s prefix=p:";
    const char urldecode[] = "format=urldecode cookie=s prefix=p:";
    const char first[] = "format=first-part cookie=s prefix=p:";
    const char hashed[] = "format=sha256 cookie=s prefix=p:";
    const char openidc[] = "format=mod_auth_openidc hash=off";

    assert_cases({
        {raw, "a:b/c.d~{}()", {"p:a:b/c.d~{}()"}},
        {raw, "a%41", {"p:a%41"}},
        {raw, "a b", {}},
        {raw, "a\tb", {}},
        {raw, "a\x01", {}},
        {raw, "a\x7f", {}},
        {raw, "\xc3\xa9", {}},
        {raw, "", {}},
        {raw, "\"\"", {}},

        {urldecode, "a%2Fb", {"p:a/b"}},
        {urldecode, "a%252Fb", {"p:a%2Fb"}},
        {urldecode, "a+b", {"p:a+b"}},
        {urldecode, "a%20b", {}},
        {urldecode, "a%0D%0Ab", {}},
        {urldecode, "a%00", {}},
        {urldecode, "%00", {}},
        {urldecode, "a%C3%A9", {}},
        {urldecode, "a%", {}},
        {urldecode, "a%zz", {}},

        {"format=express", "s%3Aab-_.9.sig", {"sess:ab-_.9"}},
        {"format=express", "s:abc.sig", {"sess:abc"}},
        {"format=express", "s%3Aa%3Ab.sig", {}},
        {"format=express", "s%3Aa%2Ab.sig", {}},
        {"format=express", "s%3Aabc", {}},
        {"format=express", "s%3A.sig", {}},
        {"format=express", "abc.sig", {}},
        {"format=express", "j%3A%7B%7D.sig", {}},

        {"format=fastify", "abc.sig", {"sess:abc"}},
        {"format=fastify", "abc.si/g+", {"sess:abc"}},
        {"format=fastify", "s%3Aabc.sig", {}},
        {"format=fastify lead=s:", "s%3Aabc.sig", {"sess:abc"}},
        {"format=fastify lead=s:", "s:abc.sig", {"sess:abc"}},
        {"format=fastify lead=s:", "abc.sig", {}},

        {"format=php", "a%2Cb-C9", {"PHPREDIS_SESSION:a,b-C9"}},
        {"format=php", "a_b", {}},
        {"format=php", "a%00b", {}},
        {"format=php", "..%2Fb", {}},
        {"format=symfony", "ab", {"sf_sab"}},
        {"format=codeigniter cookie=x", "ab", {"ci_session:x:ab"}},
        {"format=yii2 prefix=p", "a%22b", {}},

        {"format=django", "abc9", {":1:django.contrib.sessions.cacheabc9"}},
        {"format=django", "Abc", {}},
        {"format=django", "a-b", {}},

        {"format=flask", "a-b_C", {"session:a-b_C"}},
        {"format=flask", "a-b_C.sig", {"session:a-b_C"}},
        {"format=flask", "a:b", {}},

        {"format=starsessions", "abc", {"starsessions.abc"}},
        {"format=starsessions", "a.c", {}},

        {"format=rack", "2::abc", {}},
        {"format=rack", "12::abc", {}},
        {"format=rack", "a%2Fb", {}},

        {"format=authelia", "a%41!#$^*", {"authelia-session:a%41!#$^*"}},
        {"format=authelia", "a:b", {}},
        {"format=authelia", "a&b", {}},

        {first, "abc|1|x", {"p:abc"}},
        {first, "abc", {"p:abc"}},
        {first, "|1|x", {}},
        {first, "a:b|1|x", {}},

        {hashed, "a b", {}},
        {openidc, "a:b", {}},
        {"format=scs", "a:b", {}},
        {"format=scs hash=on", "a:b", {}},
    });
}


void ids_are_limited_in_length(void**)
{
    const std::string longest(512, 'a');
    const std::string escaped = longest.substr(1) + "%61";
    const char raw[] = "format=raw cookie=s prefix=p:";
    const char urldecode[] = "format=urldecode cookie=s prefix=p:";

    assert_cases({
        {raw, longest, {"p:" + longest}},
        {raw, longest + "a", {}},
        {urldecode, escaped, {"p:" + longest}},
        {urldecode, escaped + "a", {}},
        {raw, std::string(100000, 'a'), {}},
        {urldecode, std::string(5000, 'a'), {}},
        {"format=first-part cookie=s prefix=p:",
         longest + "|x",
         {"p:" + longest}},
        {"format=first-part cookie=s prefix=p:", longest + "a|x", {}},
        {"format=express", "s:" + longest + ".x", {"sess:" + longest}},
        {"format=express", "s:" + longest + "a.x", {}},
        {"format=sha256 cookie=s prefix=p:", longest + "a", {}},
    });
}


// Base64 of the ids: "0123456789abcdef" and the like.
void spring_ids_are_decoded(void**)
{
    const char spring[] = "format=spring";
    const char any_route[] = "format=spring route=*";
    const char bare[] = "format=spring base64=off";
    const std::string key = "spring:session:sessions:";

    assert_cases({
        {spring, "MDEyMzQ1Njc4OWFiY2RlZg==", {key + "0123456789abcdef"}},
        {spring, "MDEyMzQ1Njc4OWFiY2RlZg", {key + "0123456789abcdef"}},
        {spring, "MDEyMzQ1Njc4OWFiY2RlLm4x", {key + "0123456789abcde.n1"}},
        {any_route, "MDEyMzQ1Njc4OWFiY2RlZi5uMQ==", {key + "0123456789abcdef"}},
        {any_route, "MDEyMzQ1Njc4OWFiY2RlLm4x", {}},
        {bare, "0123456789abcdef", {key + "0123456789abcdef"}},
        {spring, "0123456789abcdef", {}},
        {spring, "MDEyMzQ1Njc4OWFiY2Rl_w==", {}},

        // "expirations", the name of an index that all sessions share
        {spring, "ZXhwaXJhdGlvbnM=", {}},
        {bare, "expirations", {}},
        // "expires:0123456789abcdef"
        {spring, "ZXhwaXJlczowMTIzNDU2Nzg5YWJjZGVm", {}},
    });
}


void spring_indexed_deletes_the_expiry_key_first(void**)
{
    assert_cases({
        {"format=spring-indexed",
         "MDEyMzQ1Njc4OWFiY2RlZg==",
         {"spring:session:sessions:expires:0123456789abcdef",
          "spring:session:sessions:0123456789abcdef"}},
        {"format=spring-indexed namespace=app",
         "MDEyMzQ1Njc4OWFiY2RlZg==",
         {"app:sessions:expires:0123456789abcdef",
          "app:sessions:0123456789abcdef"}},
    });
}


void every_occurrence_gives_a_session_once(void**)
{
    logout::SessionReader reader = reader_of("format=php");

    assert_keys(keys_in(reader, "PHPSESSID=a; PHPSESSID=b; PHPSESSID=a"),
                {"PHPREDIS_SESSION:a", "PHPREDIS_SESSION:b"}, "three");
    assert_keys(keys_in(reader, "PHPSESSID=a%2C; PHPSESSID=%61%2C"),
                {"PHPREDIS_SESSION:a,"}, "two spellings");
    assert_keys(keys_in(reader, "PHPSESSID=; PHPSESSID=a"),
                {"PHPREDIS_SESSION:a"}, "an empty one");
    assert_keys(keys_in(reader, {"PHPSESSID=a", "x=1; PHPSESSID=b"}),
                {"PHPREDIS_SESSION:a", "PHPREDIS_SESSION:b"}, "two headers");
    assert_keys(keys_in(reader, std::vector<std::string_view>{}), {},
                "no header");
}


void at_most_eight_occurrences_are_read(void**)
{
    logout::SessionReader reader = reader_of("format=raw cookie=s prefix=p:");
    std::string header;
    for (int i = 0; i < 100; i++) {
        header += "s=" + std::to_string(i) + "; ";
    }

    assert_int_equal(keys_in(reader, header).size(), 8);
}


void sessions_are_added_to_those_already_there(void**)
{
    logout::SessionReader reader = reader_of("format=raw cookie=s prefix=p:");
    std::pmr::monotonic_buffer_resource memory;
    logout::DerivedSessions sessions(&memory);
    std::string_view header = "s=a";

    reader.derive(&header, 1, &memory, sessions);
    reader.derive(&header, 1, &memory, sessions);
    assert_int_equal(sessions.size(), 2);
    assert_true(sessions[1].id == "a");
    assert_true(sessions[1].keys[0] == "p:a");
}


void prefix_and_suffix_surround_the_id(void**)
{
    assert_cases({
        {"format=raw cookie=s prefix=a: suffix=:z", "id", {"a:id:z"}},
        {"format=php suffix=.x", "id", {"PHPREDIS_SESSION:id.x"}},
        {"format=rack prefix=p: suffix=:s",
         "abc",
         {"p:2::ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f200"
          "15ad:s",
          "p:abc:s"}},
        {"format=sha256 cookie=s prefix=p: suffix=:s",
         "abc",
         {"p:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0:s"}},
    });
}


void keys_can_be_made_elsewhere(void**)
{
    for (const char* format : {"express", "rack", "spring-indexed", "scs",
                               "codeigniter", "yii2", "koa"}) {
        logout::SessionSettings settings =
            settings_of(std::string("format=") + format);
        settings.key = "sess:$logout_session_id";

        Compiled compiled = compile(settings);
        assert_true(compiled.reader.has_value());
        assert_true(compiled.warnings.empty());
    }

    logout::SessionSettings settings = settings_of("format=express");
    settings.key = "sess:$logout_session_id";
    logout::SessionReader reader = std::move(*compile(settings).reader);
    Derived derived(reader, {"connect.sid=s:abc.sig"});

    assert_int_equal(derived.sessions.size(), 1);
    assert_true(derived.sessions[0].id == "abc");
    assert_true(derived.sessions[0].keys.empty());
}


// What a client may name where nothing but its cookie makes the key.
void without_a_prefix_only_random_ids_are_deleted(void**)
{
    const char koa[] = "format=koa";
    const char raw[] = "format=raw cookie=s";
    const std::string id = "938ea541-3274-4ce3";

    assert_cases({
        {koa, id, {id}},
        {koa, "users", {}},
        {koa, "app:users:0123456789", {}},
        {koa, "../0123456789abcdef", {}},
        {raw, id, {id}},
        {raw, "users", {}},
        {raw, "app:users:0123456789", {}},
        {"format=rack prefix=", "users", {}},
        {"format=koa prefix=k:", "short", {"k:short"}},
        {"format=koa lead=app: prefix=app:", "app:short", {"app:short"}},
        {"format=koa lead=app: prefix=app:", "other:short", {}},
    });
}


void a_key_that_is_nothing_but_the_id_is_no_better(void**)
{
    logout::SessionSettings settings = settings_of("format=raw cookie=s");

    for (const char* const key :
         {"$logout_session_id", "${logout_session_id}"}) {
        settings.key = key;

        Compiled compiled = compile(settings);
        Derived known(*compiled.reader, {"s=users"});
        Derived random(*compiled.reader, {"s=938ea541-3274-4ce3"});

        assert_int_equal(compiled.warnings.size(), 1);
        assert_int_equal(known.sessions.size(), 0);
        assert_int_equal(random.sessions.size(), 1);
    }
}


void secrets_vouch_for_other_alphabets(void**)
{
    logout::SessionReader koa = reader_of("format=koa", {"k"});

    // printf koa.sess=app:1 | openssl dgst -sha1 -hmac k -binary | base64
    assert_keys(keys_in(koa, "koa.sess=app:1; koa.sess.sig="
                             "iSTrOgvEBryczmD6Jx1v84lmKkQ"),
                {"app:1"}, "signed");

    // what no signature can make a key: control bytes
    assert_keys(keys_in(koa, "koa.sess=a\tb; koa.sess.sig=x"), {}, "a tab");
}


void a_keygrip_signature_may_be_any_of_its_cookie(void**)
{
    logout::SessionReader reader =
        reader_of("format=koa", {"newer", "some secret hurr"});
    const std::string value = "koa.sess=938ea541-3274-4ce3-a4a1-6eb7783219fd";
    const std::string code = "koa.sess.sig=zaQJbmmM22g-OTG3MYN06sZVvco";
    const Keys key = {"938ea541-3274-4ce3-a4a1-6eb7783219fd"};

    assert_keys(keys_in(reader, value + "; " + code), key, "signed");
    assert_keys(keys_in(reader, code + "; " + value), key, "other order");
    assert_keys(keys_in(reader, "koa.sess.sig=x; " + value + "; " + code), key,
                "another signature first");
    assert_keys(keys_in(reader, {value, code}), key, "two headers");
    assert_keys(keys_in(reader, value), {}, "unsigned");
    assert_keys(keys_in(reader, value + "; koa.sess.sig="), {}, "empty");
    assert_keys(keys_in(reader, value + "x; " + code), {}, "another value");
}


void a_signature_is_no_signature_for_another_cookie(void**)
{
    const std::string ticket =
        "djIuWDI5aGRYUm9NbDl3Y205NGVTMDJORFZtTURnNU1EbGlNVFptTURRM01qVXhN"
        "VEl3TXprNE5qUTFNMkl3WmcudV85cVhhdTFOQTAySFhqNjZSQzFBdw==|1795245634"
        "|tmalpXAys7K4aMvIaYsY_HiIFpW23hN1Pb_TNRr4EeM=";
    const Secrets secrets = {"0123456789abcdef0123456789abcdef"};
    const Keys key = {"_oauth2_proxy-645f08909b16f0472511203986453b0f"};

    assert_keys(keys_in(reader_of("format=oauth2-proxy", secrets),
                        "_oauth2_proxy=" + ticket),
                key, "its own");
    assert_keys(keys_in(reader_of("format=oauth2-proxy cookie=other", secrets),
                        "other=" + ticket),
                {}, "signed for another");
    assert_keys(keys_in(reader_of("format=oauth2-proxy cookie=other"),
                        "other=" + ticket),
                {}, "the id begins with another name");
}


// The first secret that verifies ends the search, whatever its place.
void secrets_are_rotated(void**)
{
    const Keys key = {"sess:abc"};
    const char* const header = signed_with_current;
    Secrets many(16, "older");
    many[15] = "current";

    assert_keys(keys_in(reader_of("format=express", {"current"}), header), key,
                "only");
    assert_keys(
        keys_in(reader_of("format=express", {"next", "current"}), header), key,
        "second");
    assert_keys(keys_in(reader_of("format=express", many), header), key,
                "last of sixteen");
    assert_keys(keys_in(reader_of("format=express", {"next"}), header), {},
                "removed");
}


// The key of such a session was made with one of the passphrases.
void each_passphrase_gives_a_key(void**)
{
    logout::SessionReader reader =
        reader_of("format=mod_auth_openidc", {"new", "my-crypto-passphrase"});
    Keys keys =
        keys_in(reader, "mod_auth_openidc_session=1wprBRbqE3mmEo5giHSuzOmxTUM");

    assert_int_equal(keys.size(), 2);
    assert_string_equal(keys[1].c_str(),
                        "s:kVrIDBouzZ-Ul21VRLN-zc2PgGvheN1094ISQAe5_Ps");
}


void algorithms_can_be_chosen(void**)
{
    // printf abc | openssl dgst -sha1 -hmac k -binary | base64, and so on
    struct {
        const char* algorithm;
        const char* code;
    } cases[] = {
        {"sha1", "+b7wkf4A2fUShZODbbqZ4ZPwgXQ="},
        {"sha1", "-b7wkf4A2fUShZODbbqZ4ZPwgXQ"},
        {"sha256", "NC5RnOCtbAOja5jus/HRMNtIE7nfTRFg7aSI1xLceO4"},
        {"sha512", "u57HcB996KNi13W5v8thpHS/i/adXb7gaJpLKEvFmlT/0c/cBRUXWa/Zf/"
                   "0aJVs4Sc53XqS+eZpl5qGayX4q3g"},
    };

    for (const auto& right : cases) {
        for (const char* algorithm : {"sha1", "sha256", "sha512"}) {
            logout::SessionReader reader = reader_of(
                std::string("format=signed cookie=s prefix=p: algorithm=") +
                    algorithm,
                {"k"});
            bool fits = std::string(right.algorithm) == algorithm;
            assert_keys(keys_in(reader, std::string("s=abc.") + right.code),
                        fits ? Keys{"p:abc"} : Keys{}, algorithm);
        }
    }

    // printf koa.sess=0123456789abcdef | openssl dgst -sha256 -hmac k ...
    assert_keys(keys_in(reader_of("format=koa algorithm=sha256", {"k"}),
                        "koa.sess=0123456789abcdef; koa.sess.sig="
                        "CDCdUmEUIo__y7Jx2mcpY7ehG8FFuzIqql8YpC6V7Qo"),
                {"0123456789abcdef"}, "keygrip");
}


void koa_expires_the_signature_cookie(void**)
{
    assert_true(reader_of("format=koa").companion_cookies() ==
                std::vector<std::string>{"koa.sess.sig"});
    assert_true(reader_of("format=koa cookie=k").companion_cookies() ==
                std::vector<std::string>{"k.sig"});
    assert_true(reader_of("format=express").companion_cookies().empty());
}


void lua_resty_sessions_have_a_remember_cookie(void**)
{
    const std::string remember =
        "AQEAN2RztV3moVxlrFYb4sf6HKEtmBShqbF_4etYwHc6IOTWRgFrAAAAAAAvAADr"
        "NVUp0d8XpXF4ibI-JLb-AAAAWOYi1nocrBma51TNXI5A9A";
    const std::string id = "N2RztV3moVxlrFYb4sf6HKEtmBShqbF_4etYwHc6IOQ";
    logout::SessionReader reader =
        reader_of("format=lua-resty-session prefix=sessions");
    logout::SessionReader renamed =
        reader_of("format=lua-resty-session remember=stay");
    logout::SessionReader without =
        reader_of("format=lua-resty-session remember=");

    assert_keys(keys_in(reader, "remember=" + remember),
                {"sessions:remember:" + id}, "remember");
    assert_keys(keys_in(renamed, "stay=" + remember), {"stay:" + id}, "stay");
    assert_keys(keys_in(without, "remember=" + remember), {}, "none");
    assert_true(renamed.companion_cookies() ==
                std::vector<std::string>{"stay"});
    assert_true(without.companion_cookies().empty());
}


}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(ids_outside_the_alphabet_give_nothing),
        cmocka_unit_test(ids_are_limited_in_length),
        cmocka_unit_test(spring_ids_are_decoded),
        cmocka_unit_test(spring_indexed_deletes_the_expiry_key_first),
        cmocka_unit_test(every_occurrence_gives_a_session_once),
        cmocka_unit_test(at_most_eight_occurrences_are_read),
        cmocka_unit_test(sessions_are_added_to_those_already_there),
        cmocka_unit_test(prefix_and_suffix_surround_the_id),
        cmocka_unit_test(keys_can_be_made_elsewhere),
        cmocka_unit_test(without_a_prefix_only_random_ids_are_deleted),
        cmocka_unit_test(a_key_that_is_nothing_but_the_id_is_no_better),
        cmocka_unit_test(secrets_vouch_for_other_alphabets),
        cmocka_unit_test(a_keygrip_signature_may_be_any_of_its_cookie),
        cmocka_unit_test(a_signature_is_no_signature_for_another_cookie),
        cmocka_unit_test(secrets_are_rotated),
        cmocka_unit_test(each_passphrase_gives_a_key),
        cmocka_unit_test(algorithms_can_be_chosen),
        cmocka_unit_test(koa_expires_the_signature_cookie),
        cmocka_unit_test(lua_resty_sessions_have_a_remember_cookie),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
