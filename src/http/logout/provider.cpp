#include "http/logout/provider.hpp"

#include "http/logout/context.hpp"
#include "http/complex_value.hpp"

#include "core/base/digest.hpp"
#include "core/token/logout_token.hpp"

#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <stdexcept>


namespace {

// What another request wrote is not this one's to delete.
constexpr std::string_view release_script =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then"
    " return redis.call('DEL', KEYS[1]) end return 0";

using logout::redis::Reply;
using logout::redis::ReplyStatus;


std::string_view index_key(LogoutContext& context)
{
    const ProviderIndex& index = *context.location.index;
    const logout::ProviderLogout& provider = context.plan->provider;
    const KeyVariables variables{{},
                                 {},
                                 provider.session_id,
                                 provider.subject,
                                 provider.issuer,
                                 provider.email};
    const KeyScope scope(context, variables);

    const auto& key = !provider.session_id.empty() ? index.sid_key
                      : !provider.subject.empty()  ? index.sub_key
                                                   : index.email_key;

    return ngx_http_logout_evaluate(context.r, *key);
}


logout::redis::Store* index_store(const LogoutContext& context)
{
    return ngx_http_logout_worker_store(context, context.location.index_store);
}


std::string_view random_owner(LogoutContext& context)
{
    std::array<char, 16> bytes;

    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()),
                   static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error("there are no random numbers");
    }

    return logout::hex_text({bytes.data(), bytes.size()}, &context.memory);
}


std::string_view claim_key(LogoutContext& context)
{
    const std::pmr::string key = logout::logout_token_replay_key(
        context.location.index->token_prefix, context.plan->provider.issuer,
        context.plan->provider.token_id, &context.memory);

    return to_view(copy_to_pool(context.r->pool, key));
}


void decide(LogoutContext& context, TokenClaim claim)
{
    context.claim.pending = nullptr;
    context.claim.sent = context.claim.sent && claim != TokenClaim::replayed;
    context.claim.done(context, claim);
}


void fail(LogoutContext& context, const Reply& reply)
{
    ngx_http_logout_note_failure(context, context.location.index_store,
                                 failure_of(reply));
    decide(context, TokenClaim::unknown);
}


void owner_handler(void* data, const Reply& reply)
{
    auto& context = *static_cast<LogoutContext*>(data);

    if (reply.status == ReplyStatus::text) {
        decide(context, reply.text == context.claim.owner
                            ? TokenClaim::ours
                            : TokenClaim::replayed);
    } else if (reply.status == ReplyStatus::nil) {
        decide(context, TokenClaim::replayed);  // it expired meanwhile
    } else {
        fail(context, reply);
    }
}


// A command whose connection broke is sent again: it may be this request's own
// first attempt that is in the way of the second.
void ask_for_owner(LogoutContext& context)
{
    const std::string_view words[] = {"GET", context.claim.key};

    context.claim.pending = logout::redis::send_command(
        index_store(context), words, 2, owner_handler, &context);
    if (context.claim.pending == nullptr) {
        fail(context, {ReplyStatus::unavailable, 0, {}});
    }
}


void claim_handler(void* data, const Reply& reply)
{
    auto& context = *static_cast<LogoutContext*>(data);

    if (reply.status == ReplyStatus::text) {
        decide(context, TokenClaim::ours);
    } else if (reply.status == ReplyStatus::nil) {
        ask_for_owner(context);
    } else {
        fail(context, reply);
    }
}


void ignore_reply(void*, const Reply&) {}

}  // namespace


void ngx_http_logout_add_provider_script(LogoutContext& context)
{
    const logout::ProviderLogout& provider = context.plan->provider;

    if (!provider.any()) {
        return;
    }

    if (ngx_http_logout_was_used_early(context.r)) {
        ngx_http_logout_refuse_early_use(context, context.location.index_store);
        return;
    }

    logout::SessionIndex index;
    index.key = index_key(context);
    index.member_prefix = context.location.index->member_prefix;
    index.max = context.location.index->max;
    index.list_keys = context.location.deferred.again != nullptr;

    context.commands.push_back(
        {context.location.index_store,
         logout::session_index_command(index, &context.memory)});
}


bool ngx_http_logout_claim_token(LogoutContext& context,
                                 TokenClaimState::Done done)
{
    TokenClaimState& claim = context.claim;
    std::array<char, NGX_INT_T_LEN> seconds;
    const auto end =
        std::to_chars(seconds.data(), seconds.data() + seconds.size(),
                      context.plan->provider.remember_for);

    claim.key = claim_key(context);
    claim.owner = random_owner(context);
    claim.done = done;

    const std::string_view words[] = {
        "SET",
        claim.key,
        claim.owner,
        "NX",
        "EX",
        {seconds.data(), static_cast<std::size_t>(end.ptr - seconds.data())}};

    claim.pending = logout::redis::send_command(index_store(context), words, 6,
                                                claim_handler, &context);
    claim.sent = claim.pending != nullptr;

    if (!claim.sent) {
        ngx_http_logout_note_failure(context, context.location.index_store,
                                     "not connected");
    }

    return claim.sent;
}


void ngx_http_logout_release_token(LogoutContext& context)
{
    if (!context.claim.sent) {
        return;
    }

    context.claim.sent = false;

    const std::string_view words[] = {"EVAL", release_script, "1",
                                      context.claim.key, context.claim.owner};
    logout::redis::Pending* const pending = logout::redis::send_command(
        index_store(context), words, 5, ignore_reply, nullptr);

    if (pending != nullptr) {
        logout::redis::forget(pending);
    }
}


void ngx_http_logout_expire_claim(LogoutContext& context)
{
    fail(context, logout::redis::give_up(context.claim.pending));
}


void ngx_http_logout_drop_claim(LogoutContext& context)
{
    if (context.claim.pending != nullptr) {
        logout::redis::forget(context.claim.pending);
        context.claim.pending = nullptr;
        ngx_http_logout_release_token(context);
    }
}
