// Tickets: whose they are, and what is none.

#include "core/revocation/ticket.hpp"

#include "core/base/base64.hpp"

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <csetjmp>
extern "C" {
#include <cmocka.h>
}

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using logout::Milliseconds;
using logout::RevocationKind;
using logout::RevocationTable;
using logout::Ticket;
using logout::TicketProblem;
using logout::TicketReading;
using logout::Tickets;

namespace {

using Chunks = std::vector<std::string_view>;

constexpr Milliseconds now = 1800000000000;
constexpr Milliseconds hour = 3600 * 1000;
constexpr Milliseconds grace = logout::ticket_previous_value_good_for;
constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";
constexpr std::string_view older = "fedcba9876543210fedcba9876543210";
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// What a program in another language makes, by ticket.hpp, of ticket() and
// "new value", with "old value" as the one before.
constexpr std::string_view made_elsewhere =
    "AQ8AAQIDBAUGBwgJCgsMDQ4PwA1NGKMBAACAPpMYowEAAPvJOW-Dsvx7GA3oZi1tGXSCCp"
    "ld2Bicim9KzPpgJbeTmknSJPtfBWikiDIfck08YrBSWSxvdIe3LdgbuiHskN-4ocYDt_mv"
    "17xUQtp348wAEHdcGKMBAAAmSayWdBudkTHXeogJwP__WiSUn9x0zHS9uV8t7zgl8w";


Tickets with(const std::vector<std::string_view>& secrets = {secret})
{
    const char* problem = "";
    auto tickets = Tickets::with_secrets(secrets, problem);

    assert_string_equal(problem, "");
    return *tickets;
}


logout::TicketValue value_of(const Chunks& chunks)
{
    return {chunks.data(), chunks.size()};
}


std::string issue(const Tickets& tickets, const Ticket& ticket,
                  const Chunks& value)
{
    return std::string(tickets.issue(ticket, value_of(value)).view());
}


TicketReading read(const Tickets& tickets, std::string_view text,
                   const Chunks& value, Milliseconds time = now)
{
    return tickets.read(text, value_of(value), time);
}


TicketProblem problem_of(std::string_view text, const Chunks& value = {"V"},
                         Milliseconds time = now)
{
    return read(with(), text, value, time).problem;
}


Ticket anonymous()
{
    Ticket ticket;

    for (std::size_t i = 0; i < ticket.id.size(); ++i) {
        ticket.id[i] = static_cast<char>(i);
    }
    ticket.issued = now - 1000 * 1000;
    ticket.expires = now + hour;
    return ticket;
}


Ticket ticket()
{
    Ticket made = anonymous();

    made.sub = logout::revocation_digest(RevocationKind::sub, "https://a", "U");
    made.sid = logout::revocation_digest(RevocationKind::sid, "https://a", "S");
    made.email = logout::revocation_digest(RevocationKind::email, "", "u@a");
    return made;
}


bool equal(const Ticket& a, const Ticket& b)
{
    return a.id == b.id && a.issued == b.issued && a.expires == b.expires &&
           a.sub == b.sub && a.sid == b.sid && a.email == b.email;
}


std::string decoded(std::string_view text)
{
    std::string bytes(logout::base64_decoded_max(text.size()), '\0');

    bytes.resize(
        *logout::base64_decode(text, logout::Base64::url, bytes.data()));
    return bytes;
}


std::string encoded(std::string_view bytes)
{
    std::string text(logout::base64_encoded_size(bytes.size()), '\0');

    logout::base64_encode(bytes, logout::Base64::url, text.data());
    return text;
}


// `body` with the MAC of who has the secret.
std::string sealed(const std::string& body)
{
    using logout::DigestAlgorithm;
    using logout::HmacKey;
    const auto key =
        HmacKey(DigestAlgorithm::sha256, secret).sign({"logout_ticket 1 mac"});
    const auto mac = HmacKey(DigestAlgorithm::sha256, key.view()).sign({body});

    return encoded(body + std::string(mac.view()));
}


std::string body_of(std::string_view text)
{
    const std::string bytes = decoded(text);

    return bytes.substr(0, bytes.size() - 32);
}


void reads_what_it_issues(void**)
{
    const Tickets tickets = with();

    for (unsigned parts = 0; parts < 8; ++parts) {
        Ticket made = ticket();
        if ((parts & 1) != 0) {
            made.sub.reset();
        }
        if ((parts & 2) != 0) {
            made.sid.reset();
        }
        if ((parts & 4) != 0) {
            made.email.reset();
        }
        const std::string text = issue(tickets, made, {"V"});
        const TicketReading found = read(tickets, text, {"V"});

        assert_true(text.size() >= 110 && text.size() <= 174);
        assert_true(logout::is_base64url(text));
        assert_true(found.problem == TicketProblem::none);
        assert_true(equal(found.ticket, made));
        assert_false(found.by_previous_value);
        assert_false(found.by_old_secret);
    }
}


void is_as_it_is_documented(void**)
{
    const Tickets tickets = with();
    const Chunks value = {"new value"};
    const Chunks previous = {"old value"};

    const auto text =
        tickets.renew(ticket(), value_of(value), value_of(previous), now);

    assert_true(text.view() == made_elsewhere);
    assert_true(equal(read(tickets, made_elsewhere, value).ticket, ticket()));
    assert_true(text.view().size() == logout::ticket_max_length);
    assert_true(logout::TicketIdText(ticket().id).view() ==
                "AAECAwQFBgcICQoLDA0ODw");
}


void belongs_to_one_value(void**)
{
    const Tickets tickets = with();
    const std::string text = issue(tickets, ticket(), {"abc", "def"});

    assert_true(problem_of(text, {"abcdef"}) == TicketProblem::none);
    assert_true(problem_of(text, {"", "abcd", "ef"}) == TicketProblem::none);
    for (const Chunks& value :
         {Chunks{"abcde"}, Chunks{"abcdef "}, Chunks{"def", "abc"}, Chunks{""},
          Chunks{}, Chunks{"ABCDEF"}}) {
        assert_true(problem_of(text, value) == TicketProblem::other_value);
    }
    for (std::size_t i = 34; i < 50; ++i) {
        std::string body = body_of(text);
        body[i] ^= 1;
        assert_true(problem_of(sealed(body), {"abcdef"}) ==
                    TicketProblem::other_value);
    }
    // there can be one of nothing
    assert_true(problem_of(issue(tickets, ticket(), {}), {}) ==
                TicketProblem::none);
}


void leaves_the_old_value_some_time(void**)
{
    const Tickets tickets = with();
    const std::string old_text = issue(tickets, ticket(), {"V"});
    const std::string text(
        tickets.renew(ticket(), value_of({"W"}), value_of({"V"}), now).view());

    assert_false(read(tickets, text, {"W"}).by_previous_value);
    assert_true(read(tickets, text, {"V"}).by_previous_value);
    assert_true(equal(read(tickets, text, {"V"}).ticket, ticket()));
    assert_true(problem_of(text, {"V"}, now + grace - 1) ==
                TicketProblem::none);
    assert_true(problem_of(text, {"V"}, now + grace) ==
                TicketProblem::other_value);
    assert_true(problem_of(text, {"W"}, now + grace) == TicketProblem::none);
    assert_true(problem_of(text, {"X"}) == TicketProblem::other_value);

    // the old pair is one, but the old ticket does not know the new value
    assert_true(problem_of(old_text, {"V"}) == TicketProblem::none);
    assert_true(problem_of(old_text, {"W"}) == TicketProblem::other_value);
}


void expires(void**)
{
    const std::string text = issue(with(), ticket(), {"V"});

    assert_true(problem_of(text, {"V"}, now + hour - 1) == TicketProblem::none);
    assert_true(problem_of(text, {"V"}, now + hour) == TicketProblem::expired);
    assert_true(problem_of(text, {"V"}, ~Milliseconds{0}) ==
                TicketProblem::expired);
}


// Each character of it, and its length.
void is_not_changed(void**)
{
    for (const Ticket& made : {anonymous(), ticket()}) {
        const std::string text = issue(with(), made, {"V"});

        for (std::size_t i = 0; i < text.size(); ++i) {
            for (const char other : alphabet) {
                std::string changed = text;
                changed[i] = other;
                assert_true(changed == text ||
                            problem_of(changed) != TicketProblem::none);
            }
            assert_true(problem_of(text.substr(0, i)) != TicketProblem::none);
            assert_true(problem_of(text.substr(i + 1)) != TicketProblem::none);
        }
        for (const char* const more : {"A", "AA", "AAAA", "=", "==", " "}) {
            assert_true(problem_of(text + more) != TicketProblem::none);
            assert_true(problem_of(more + text) != TicketProblem::none);
        }
    }
}


void is_refused_by_each_bit_of_its_mac(void**)
{
    const std::string bytes = decoded(issue(with(), ticket(), {"V"}));

    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = bytes;
            changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
            const TicketProblem problem = problem_of(encoded(changed));

            if (i >= 2) {
                assert_true(problem == TicketProblem::bad_mac);
            }
            assert_true(problem != TicketProblem::none);
        }
    }
}


void is_none(void**)
{
    const std::string zeros(logout::ticket_max_length, 'A');

    for (const std::string& text :
         {std::string(), std::string("A"), std::string(108, 'A'), zeros + "A",
          std::string(100000, 'A'), std::string(110, '!'),
          std::string(110, '\0')}) {
        assert_true(problem_of(text) == TicketProblem::not_a_ticket);
    }
    assert_true(problem_of(zeros) == TicketProblem::other_version);
}


// Even where the MAC is right: a later module may write other things.
void is_of_one_version_and_form(void**)
{
    const std::string body = body_of(issue(with(), ticket(), {"V"}));
    const auto changed = [&](std::size_t place, char byte) {
        std::string other = body;
        other[place] = byte;
        return problem_of(sealed(other));
    };

    assert_true(problem_of(sealed(body)) == TicketProblem::none);
    for (const char version : {'\0', '\2', '\3', '\xff'}) {
        assert_true(changed(0, version) == TicketProblem::other_version);
    }
    for (int parts = 0; parts < 256; ++parts) {
        const TicketProblem problem = changed(1, static_cast<char>(parts));

        assert_true(problem == (parts == 7 ? TicketProblem::none
                                           : TicketProblem::not_a_ticket));
    }
    assert_true(problem_of(sealed(body + "x")) == TicketProblem::not_a_ticket);
    assert_true(problem_of(sealed(body.substr(1))) ==
                TicketProblem::other_version);
    assert_true(problem_of(sealed(body.substr(0, body.size() - 1))) ==
                TicketProblem::not_a_ticket);
    assert_true(problem_of(sealed("\1")) == TicketProblem::not_a_ticket);
}


void takes_older_secrets(void**)
{
    const std::string text = issue(with({older}), ticket(), {"V"});
    const Tickets both = with({secret, older});
    const TicketReading found = read(both, text, {"V"});

    assert_true(problem_of(text) == TicketProblem::bad_mac);
    assert_true(found.problem == TicketProblem::none);
    assert_true(found.by_old_secret);
    assert_true(equal(found.ticket, ticket()));
    assert_true(read(both, text, {"W"}).problem == TicketProblem::other_value);
    assert_false(read(both, issue(both, ticket(), {"V"}), {"V"}).by_old_secret);
    assert_true(problem_of(issue(both, ticket(), {"V"})) ==
                TicketProblem::none);
}


void refuses_bad_secrets(void**)
{
    const auto refusal = [](const std::vector<std::string_view>& secrets) {
        const char* problem = "";

        assert_false(Tickets::with_secrets(secrets, problem).has_value());
        return std::string(problem);
    };

    assert_true(refusal({}) == "there is no secret");
    assert_true(refusal({secret.substr(1)}) ==
                "a secret is shorter than 32 bytes");
    assert_true(refusal({secret, ""}) == "a secret is shorter than 32 bytes");
    assert_true(refusal(std::vector<std::string_view>(5, secret)) ==
                "there are more than 4 secrets");
    with({4, secret});
}


// Nothing in one tells whose it is, or that two are of the same user.
void hides_whose_it_is(void**)
{
    Ticket one = ticket();
    Ticket other = ticket();
    other.id[3] ^= 1;
    one.sid = one.sub;
    const std::string a = decoded(issue(with(), one, {"V"}));
    const std::string b = decoded(issue(with(), other, {"V"}));
    std::set<std::string> seen;

    for (const std::string& bytes : {a, b}) {
        assert_true(bytes.find(logout::view_of(*one.sub)) == bytes.npos);
        for (const std::size_t place : {50, 66, 82}) {
            assert_true(seen.insert(bytes.substr(place, 16)).second);
        }
    }
}


struct Fixture {
    Fixture() : table(RevocationTable::create(room.data(), room.size(), {1, 2}))
    {
    }

    void end(RevocationKind kind, std::string_view realm,
             std::string_view value, Milliseconds since)
    {
        table.insert(kind, table.keys().of(kind, realm, value),
                     {since, since + hour}, since);
    }

    std::optional<RevocationKind> refusal(const Ticket& ticket) const
    {
        const auto found = logout::find_refusal(table, ticket, now);

        return found ? std::optional(found->kind) : std::nullopt;
    }

    alignas(64) std::array<char, RevocationTable::min_size> room;
    RevocationTable table;
};


void is_ended_by_its_id(void**)
{
    Fixture f;
    Ticket other = ticket();
    other.id[0] = 1;

    assert_false(f.refusal(ticket()).has_value());
    f.end(RevocationKind::ticket, "", logout::TicketIdText(ticket().id).view(),
          now - 2000 * 1000);
    assert_true(f.refusal(ticket()) == RevocationKind::ticket);
    assert_false(f.refusal(other).has_value());
}


void is_ended_by_its_users_and_session(void**)
{
    const struct {
        RevocationKind kind;
        const char* realm;
        const char* value;
    } entries[] = {
        {RevocationKind::sub, "https://a", "U"},
        {RevocationKind::sid, "https://a", "S"},
        {RevocationKind::email, "", "u@a"},
    };
    const Milliseconds issued = ticket().issued;

    for (const auto& [kind, realm, value] : entries) {
        Fixture f;

        f.end(kind, "https://b", value, now);
        f.end(kind, realm, "x", now);
        f.end(kind, realm, value, issued);
        assert_int_equal(f.refusal(ticket()).has_value(), !takes_mark(kind));
        f.end(kind, realm, value, issued + 1);
        assert_true(f.refusal(ticket()) == kind);
        assert_false(f.refusal(anonymous()).has_value());
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_issues),
        cmocka_unit_test(is_as_it_is_documented),
        cmocka_unit_test(belongs_to_one_value),
        cmocka_unit_test(leaves_the_old_value_some_time),
        cmocka_unit_test(expires),
        cmocka_unit_test(is_not_changed),
        cmocka_unit_test(is_refused_by_each_bit_of_its_mac),
        cmocka_unit_test(is_none),
        cmocka_unit_test(is_of_one_version_and_form),
        cmocka_unit_test(takes_older_secrets),
        cmocka_unit_test(refuses_bad_secrets),
        cmocka_unit_test(hides_whose_it_is),
        cmocka_unit_test(is_ended_by_its_id),
        cmocka_unit_test(is_ended_by_its_users_and_session),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
