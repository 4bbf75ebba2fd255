// The guard's decision: which cookies an application may not see.

#include "core/revocation/guard.hpp"

#include "session_reading.hpp"

#include <cstdlib>
#include <memory>
#include <memory_resource>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

using logout::GuardDecision;
using logout::GuardVerdict;
using logout::RevocationKind;
using logout::RevocationTable;
using logout::SessionReaders;

namespace {

std::pmr::monotonic_buffer_resource memory;

constexpr logout::Milliseconds now = 1'800'000'000'000;

struct Free {
    void operator()(void* bytes) const { std::free(bytes); }
};


// A table, and the readers of a location.
class Guard {
public:
    explicit Guard(std::initializer_list<const char*> parameters)
        : memory_(std::aligned_alloc(64, RevocationTable::min_size)),
          table_(RevocationTable::create(memory_.get(),
                                         RevocationTable::min_size, {1, 2}))
    {
        compiled_.reserve(parameters.size());
        for (const char* const text : parameters) {
            compiled_.push_back(
                session_testing::compile(session_testing::settings_of(text)));
            readers_.push_back(&*compiled_.back().reader);
        }
    }

    void end(std::size_t reader, std::string_view id)
    {
        table_.insert(revocation_kind(*readers_[reader]),
                      table_.keys().of(revocation_kind(*readers_[reader]),
                                       readers_[reader]->cookie_name(), id),
                      {now, now + 60'000}, now);
    }

    // Ends what the cookies name.
    void end_all(std::size_t reader, std::string_view header)
    {
        logout::SessionIds ids(&memory);

        list_sessions(&header, 1, *readers_[reader], &memory, ids);
        assert_true(ids.size() > 0);
        for (const std::string_view id : ids) {
            end(reader, id);
        }
    }

    GuardDecision judge(const std::vector<std::string_view>& headers,
                        logout::Milliseconds at = now) const
    {
        return judge_cookies(headers.data(), headers.size(), readers_, table_,
                             trust, at, &memory);
    }

    logout::GuardTrust trust = logout::GuardTrust::full;

    std::string shown(std::string_view header) const
    {
        const GuardDecision decision = judge({header});

        return std::string(without_hidden(header, 0, decision, &memory));
    }

private:
    std::unique_ptr<void, Free> memory_;
    RevocationTable table_;
    std::vector<session_testing::Compiled> compiled_;
    SessionReaders readers_;
};


void assert_verdict(const GuardDecision& decision, GuardVerdict verdict)
{
    assert_string_equal(name(decision.verdict).data(), name(verdict).data());
}


void verdicts(void**)
{
    Guard guard({"format=raw cookie=sid prefix=s:"});

    assert_verdict(guard.judge({"sid=a"}), GuardVerdict::passed);
    guard.end(0, "a");
    assert_verdict(guard.judge({"sid=a"}), GuardVerdict::revoked);
    assert_verdict(guard.judge({"sid=a; sid=b"}), GuardVerdict::revoked);
    assert_verdict(guard.judge({"sid=b"}), GuardVerdict::passed);
    assert_verdict(guard.judge({"x=a"}), GuardVerdict::no_session);
    assert_verdict(guard.judge({}), GuardVerdict::no_session);
    assert_verdict(guard.judge({"sid=a"}, now + 61'000), GuardVerdict::passed);
    assert_int_equal(guard.judge({"sid=a"}).since, now);
}


void a_cookie_with_a_living_session_is_kept(void**)
{
    Guard guard({"format=raw cookie=sid prefix=s:"});

    guard.end(0, "a");
    assert_int_equal(guard.judge({"sid=a"}).ended.size(), 1);
    assert_int_equal(guard.judge({"sid=a; sid=a"}).ended.size(), 1);
    assert_int_equal(guard.judge({"sid=a; sid=b"}).ended.size(), 0);
    assert_string_equal(guard.shown("sid=a; sid=b").c_str(), "sid=b");
}


// The signature is not looked at: it is no reason to show an ended session.
void signed_ids(void**)
{
    Guard guard({"format=express"});

    guard.end(0, "abc");
    assert_string_equal(guard.shown("connect.sid=s%3Aabc.sig").c_str(), "");
    assert_string_equal(guard.shown("connect.sid=s%3Aabd.sig").c_str(),
                        "connect.sid=s%3Aabd.sig");
    // what no application takes for a session is not shown to it either
    assert_string_equal(guard.shown("connect.sid=abd; a=1").c_str(), "a=1");
}


void two_rules_for_one_cookie(void**)
{
    Guard guard({"format=express", "format=raw cookie=connect.sid prefix=s:"});

    assert_string_equal(guard.shown("connect.sid=plain").c_str(),
                        "connect.sid=plain");
    guard.end(1, "plain");
    assert_string_equal(guard.shown("connect.sid=plain").c_str(), "");
}


void sealed_values(void**)
{
    Guard guard({"format=sealed cookie=box"});
    const std::string chunks = "box.0=0123456789abcdef; box.1=ghijkl";

    guard.end_all(0, "box=what-is-sealed-in-it");
    guard.end_all(0, chunks);

    assert_string_equal(guard.shown("box=what-is-sealed-in-it").c_str(), "");
    assert_string_equal(guard.shown(chunks).c_str(), "");
    assert_string_equal(guard.shown(chunks + "; box.2=m").c_str(), "");
    assert_string_equal(guard.shown("box.0=0123456789abcdef").c_str(),
                        "box.0=0123456789abcdef");
    assert_string_equal(guard.shown("box=short; a=1").c_str(),
                        "box=short; a=1");
    assert_verdict(guard.judge({"box=short"}), GuardVerdict::no_session);
}


void what_applications_join_is_not_shown(void**)
{
    Guard guard({"format=sealed cookie=box"});

    guard.end_all(0, "box=what-is-sealed-in-it");
    for (const char* const header :
         {"box=\"what-is-sealed-i\\156-it\"", "box=\"what-is-sealed-",
          "box=; box.1=-it"}) {
        assert_string_equal(
            guard.shown(std::string(header) + "; a=1").substr(0, 30).c_str(),
            std::strstr(header, "box.1") != nullptr ? "box=; a=1" : "a=1");
    }
    assert_string_equal(
        guard.shown("box.0=what-is-sealed-; box.7=in-it").c_str(),
        "box.0=what-is-sealed-");
    assert_string_equal(
        guard.shown("box.0=what-is-sealed-; box.1000=in-it").c_str(),
        "box.0=what-is-sealed-");
    assert_string_equal(guard.shown("box_1=a; box-20=b; box.sig=c").c_str(),
                        "box_1=a; box-20=b; box.sig=c");

    Guard joining({"format=sealed cookie=authjs.session-token"});

    assert_string_equal(joining
                            .shown("authjs.session-token=what-is-sealed-; "
                                   "authjs.session-token.1x=in-it; a=1")
                            .c_str(),
                        "authjs.session-token=what-is-sealed-; a=1");
    assert_string_equal(
        joining.shown("authjs.session-token[]=what-is-sealed").c_str(), "");
}


void headers_are_judged_together(void**)
{
    Guard guard({"format=raw cookie=sid prefix=s:"});
    guard.end(0, "a");

    const std::vector<std::string_view> headers = {"x=1", "sid=a; y=2"};
    const GuardDecision decision = guard.judge(headers);

    assert_int_equal(decision.hidden.size(), 1);
    assert_string_equal(
        std::string(without_hidden(headers[0], 0, decision, &memory)).c_str(),
        "x=1");
    assert_string_equal(
        std::string(without_hidden(headers[1], 1, decision, &memory)).c_str(),
        "y=2");
}


void too_many_are_not_shown(void**)
{
    Guard guard({"format=raw cookie=sid prefix=s:"});
    std::string header = "a=1";

    for (std::size_t i = 0; i <= logout::cookie_max_sightings; ++i) {
        header += "; sid=b";
    }
    assert_string_equal(guard.shown(header).c_str(), "");
}


void a_table_that_is_too_old(void**)
{
    Guard guard({"format=raw cookie=sid prefix=s:"});

    guard.trust = logout::GuardTrust::some;
    assert_true(guard.judge({"sid=alice"}).verdict == GuardVerdict::stale);
    assert_true(guard.judge({"a=1"}).verdict == GuardVerdict::no_session);
    assert_string_equal(guard.shown("a=1; sid=alice").c_str(),
                        "a=1; sid=alice");

    guard.trust = logout::GuardTrust::none;
    assert_true(guard.judge({"sid=alice"}).verdict == GuardVerdict::stale);
    assert_true(guard.judge({"sid=alice"}).ended.empty());
    assert_string_equal(guard.shown("a=1; sid=alice").c_str(), "a=1");

    guard.end(0, "alice");
    assert_true(guard.judge({"sid=alice"}).verdict == GuardVerdict::revoked);
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(a_cookie_with_a_living_session_is_kept),
        cmocka_unit_test(signed_ids),
        cmocka_unit_test(two_rules_for_one_cookie),
        cmocka_unit_test(sealed_values),
        cmocka_unit_test(what_applications_join_is_not_shown),
        cmocka_unit_test(headers_are_judged_together),
        cmocka_unit_test(too_many_are_not_shown),
        cmocka_unit_test(a_table_that_is_too_old),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
