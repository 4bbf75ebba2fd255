#include "core/plan/client_choice.hpp"

#include "token_data.hpp"

#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>

namespace {

using logout::ClientChoice;
using logout::Parameter;
using logout::RequestError;
using logout::TokenIssuers;
using token_data::token;


// The clients "spa", which tokens.json's tokens are made for, and "own", which
// has a provider of its own.
class Choice {
public:
    Choice()
    {
        own_.push_back({"https://own.test", token_data::keys("provider")});
        add("spa", nullptr);
        add("own", &own_);
        known_.protocol = logout::find_protocol("oidc");
        known_.clients = &clients_;
    }

    Choice& with_keys()
    {
        issuers_.push_back(
            {token_data::issuer(), token_data::keys("provider")});
        known_.issuers = &issuers_;
        return *this;
    }

    Choice& with_own_keys_of_spa()
    {
        spa_.push_back({token_data::issuer(), token_data::keys("provider")});
        clients_ = {};
        add("spa", &spa_);
        return *this;
    }

    Choice& protocol(std::string_view name)
    {
        known_.protocol = logout::find_protocol(name);
        return *this;
    }

    Choice& without_clients()
    {
        known_.clients = nullptr;
        return *this;
    }

    Choice& set(Parameter parameter, std::string_view text)
    {
        parameters_[parameter].given = true;
        parameters_[parameter].text = text;
        return *this;
    }

    Choice& client_id(std::string_view id)
    {
        return set(Parameter::client_id, id);
    }

    Choice& hint(std::string_view text)
    {
        return set(Parameter::id_token_hint, text);
    }

    Choice& hint_max_length(std::size_t length)
    {
        known_.hint_max_length = length;
        return *this;
    }

    void finds(std::string_view id)
    {
        const ClientChoice choice = choose();

        assert_int_equal(choice.error, RequestError::none);
        assert_non_null(choice.client);
        assert_string_equal(choice.client->id.c_str(), std::string(id).c_str());
        assert_true(choice.hint_problem.empty());
    }

    ClientChoice refuses(RequestError error)
    {
        const ClientChoice choice = choose();

        assert_int_equal(choice.error, error);
        assert_int_equal(choice.hint_problem.empty(),
                         error != RequestError::invalid_id_token_hint);
        return choice;
    }

    ClientChoice choose()
    {
        return choose_client(parameters_, known_,
                             std::pmr::get_default_resource());
    }

private:
    void add(std::string_view id, const TokenIssuers* issuers)
    {
        logout::Client client;

        client.id = id;
        client.issuers = issuers;
        assert_false(clients_.add(std::move(client)).has_value());
    }

    TokenIssuers own_;
    TokenIssuers spa_;
    TokenIssuers issuers_;
    logout::ClientRegistry clients_;
    logout::KnownClients known_;
    logout::Parameters parameters_;
};


void finds_by_client_id(void**)
{
    Choice().client_id("spa").finds("spa");
    Choice().client_id("other").refuses(RequestError::unknown_client);
    Choice().without_clients().client_id("spa").refuses(
        RequestError::unknown_client);
}


void asks_for_a_client_where_the_protocol_does(void**)
{
    assert_null(Choice().refuses(RequestError::none).client);
    Choice()
        .set(Parameter::post_logout_redirect_uri, "https://a.test/")
        .refuses(RequestError::client_required);
    Choice().protocol("schibsted").refuses(RequestError::client_required);
    Choice().protocol("auth0").refuses(RequestError::none);
}


void finds_by_sdrn(void**)
{
    Choice()
        .protocol("schibsted")
        .set(Parameter::client_sdrn, "sdrn:schibsted.com:client:spa")
        .finds("spa");
    Choice()
        .protocol("schibsted")
        .client_id("own")
        .set(Parameter::client_sdrn, "sdrn:schibsted.com:client:spa")
        .refuses(RequestError::malformed_request);
}


void reads_the_audience_without_keys(void**)
{
    Choice().hint(token("rs256")).finds("spa");
    Choice().hint(token("signed_by_another_rsa")).finds("spa");
    Choice().hint(token("rs256")).client_id("spa").finds("spa");
    Choice().hint(token("id_two_audiences_azp")).finds("spa");
}


void needs_a_readable_hint_where_it_alone_names_the_client(void**)
{
    Choice().hint("eyJ.h.s").refuses(RequestError::invalid_id_token_hint);
    Choice().hint("eyJ.h.s").client_id("spa").finds("spa");
    Choice()
        .hint(token("id_two_audiences"))
        .refuses(RequestError::invalid_id_token_hint);
    Choice().hint(token("id_two_audiences")).client_id("spa").finds("spa");
}


void refuses_a_contradiction(void**)
{
    Choice request;
    const ClientChoice choice =
        request.hint(token("rs256"))
            .client_id("own")
            .refuses(RequestError::invalid_id_token_hint);

    // its default URL is as good as without the hint
    assert_non_null(choice.client);
    assert_string_equal(choice.client->id.c_str(), "own");
}


void verifies_with_the_endpoints_keys(void**)
{
    for (const char* const name :
         {"rs256", "es256", "ps256", "eddsa", "id_expired_long_ago"}) {
        Choice().with_keys().hint(token(name)).finds("spa");
        Choice().with_keys().hint(token(name)).client_id("spa").finds("spa");
    }

    for (const char* const name :
         {"none", "hs256", "signed_by_another_rsa", "payload_swapped",
          "id_other_issuer", "logout"}) {
        Choice()
            .with_keys()
            .hint(token(name))
            .refuses(RequestError::invalid_id_token_hint);
        Choice()
            .with_keys()
            .hint(token(name))
            .client_id("spa")
            .refuses(RequestError::invalid_id_token_hint);
    }
}


void verifies_with_the_clients_own_keys(void**)
{
    Choice().with_own_keys_of_spa().hint(token("rs256")).finds("spa");
    Choice()
        .with_own_keys_of_spa()
        .hint(token("none"))
        .refuses(RequestError::invalid_id_token_hint);

    // the endpoint's issuer is not asked about a client that has its own
    Choice()
        .with_keys()
        .hint(token("rs256"))
        .client_id("own")
        .refuses(RequestError::invalid_id_token_hint);
}


void does_not_know_the_client_of_every_token(void**)
{
    Choice()
        .with_keys()
        .without_clients()
        .hint(token("rs256"))
        .refuses(RequestError::unknown_client);
}


// What scripts send that have no token.
void takes_a_word_for_nothing_as_no_hint(void**)
{
    for (const char* const word : {"undefined", "null", ""}) {
        Choice().hint(word).client_id("spa").finds("spa");
        Choice().with_keys().hint(word).client_id("spa").finds("spa");
        Choice()
            .with_keys()
            .hint(word)
            .set(Parameter::post_logout_redirect_uri, "https://spa.test/")
            .refuses(RequestError::client_required);
    }

    Choice()
        .with_keys()
        .hint("Undefined")
        .client_id("spa")
        .refuses(RequestError::invalid_id_token_hint);
}


// A hint that is not read costs only what it alone could have told.
void needs_no_long_hint_where_the_client_is_named(void**)
{
    const std::string long_hint(101, 'a');
    Choice named;

    named.with_keys().hint_max_length(100).hint(long_hint).client_id("spa");
    named.finds("spa");
    assert_true(named.choose().hint_unread);

    const ClientChoice none =
        Choice().hint_max_length(100).hint(long_hint).choose();
    assert_int_equal(none.error, RequestError::none);
    assert_true(none.hint_unread);

    const ClientChoice refused =
        Choice()
            .hint_max_length(100)
            .hint(long_hint)
            .set(Parameter::post_logout_redirect_uri, "https://spa.test/")
            .refuses(RequestError::invalid_id_token_hint);
    assert_string_equal(refused.hint_problem.data(),
                        "the token is longer than logout_max_token_size");

    const std::string hint(token("rs256"));
    Choice().with_keys().hint_max_length(hint.size()).hint(hint).finds("spa");
    assert_false(
        Choice().hint_max_length(hint.size()).hint(hint).choose().hint_unread);
}


void knows_issuers(void**)
{
    for (const char* const issuer :
         {"https://id.test", "https://id.test/",
          "https://id.test:8443/realms/x", "http://localhost:8080/realms/x",
          "https://ID.test/Case"}) {
        assert_null(logout::issuer_problem(issuer));
    }

    for (const char* const issuer :
         {"", "id.test", "https://", "https://id.test/?a", "https://id.test/#a",
          "https://user@id.test/", "ftp://id.test/", "/realms/x",
          "https://id.test/{tenantid}/v2.0", "https://id.test/$tenant",
          "https://*.id.test", "https://id.test/*/v2.0"}) {
        assert_non_null(logout::issuer_problem(issuer));
    }
}

}  // namespace


int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_client_id),
        cmocka_unit_test(asks_for_a_client_where_the_protocol_does),
        cmocka_unit_test(finds_by_sdrn),
        cmocka_unit_test(reads_the_audience_without_keys),
        cmocka_unit_test(needs_a_readable_hint_where_it_alone_names_the_client),
        cmocka_unit_test(refuses_a_contradiction),
        cmocka_unit_test(verifies_with_the_endpoints_keys),
        cmocka_unit_test(verifies_with_the_clients_own_keys),
        cmocka_unit_test(does_not_know_the_client_of_every_token),
        cmocka_unit_test(takes_a_word_for_nothing_as_no_hint),
        cmocka_unit_test(needs_no_long_hint_where_the_client_is_named),
        cmocka_unit_test(knows_issuers),
    };

    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
