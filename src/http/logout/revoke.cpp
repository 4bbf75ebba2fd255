// A logout and the table of revocations: no request with a session that has
// ended reaches an application once the answer has left.

#include "http/logout/context.hpp"

#include "http/guard/stream.hpp"


namespace {

std::optional<logout::Revocation> find(const LogoutContext& context,
                                       const logout::PlannedSession& planned)
{
    const logout::SessionReader& reader =
        *context.location.policy.sessions[planned.rule];

    return context.location.revocations->find(
        revocation_kind(reader), reader.cookie_name(), planned.session.id);
}


// A session in Redis has ended if something of it was there; that nobody has is
// not entered: anybody could fill the table with it. One that is in the table
// already has ended, though other hosts may not have been told.
bool has_ended(const LogoutContext& context,
               const logout::PlannedSession& planned)
{
    return !context.location.sessions[planned.rule].store ||
           context.outcome.deleted > 0 || context.outcome.deferred > 0 ||
           find(context, planned);
}


// Where other hosts could not be told, the session stays for another attempt,
// unless Redis has deleted it.
bool stays(const LogoutContext& context, const logout::PlannedSession& planned)
{
    return context.outcome.failed > 0 &&
           (!context.spread || context.outcome.deleted == 0 ||
            !context.location.sessions[planned.rule].store);
}


void revoke(LogoutContext& context, const logout::PlannedSession& planned)
{
    const LocationPolicy::Session& session =
        context.location.sessions[planned.rule];
    const logout::SessionReader& reader =
        *context.location.policy.sessions[planned.rule];

    if (!has_ended(context, planned) || stays(context, planned)) {
        return;
    }

    const auto change = context.location.revocations->revoke(
        revocation_kind(reader), reader.cookie_name(), planned.session.id);

    if (session.store) {
        return;  // what becomes of it is told by what Redis did
    }

    switch (change) {
    case logout::TableChange::inserted:
        context.outcome.revoked += context.spread ? 0 : 1;
        break;
    case logout::TableChange::full:
        ++context.outcome.unrevoked;
        break;
    case logout::TableChange::raised:
    case logout::TableChange::unchanged:
        break;
    }
}


void add_revocation(LogoutContext& context,
                    const logout::PlannedSession& planned)
{
    const logout::http::RevocationZone& zone = *context.location.revocations;
    const logout::SessionReader& reader =
        *context.location.policy.sessions[planned.rule];
    const auto entry = logout::StreamEntry::of(
        revocation_kind(reader), reader.cookie_name(), planned.session.id);

    if (!context.location.sessions[planned.rule].store &&
        !find(context, planned)) {
        ++context.newly_ended;
    }
    context.revocations.push_back({*zone.stream->store,
                                   stream_command(zone, entry, &context.memory),
                                   LogoutContext::no_session, nullptr, true});
}

}  // namespace


void ngx_http_logout_add_revocations(LogoutContext& context)
{
    if (context.location.revocations == nullptr ||
        !context.location.revocations->stream || context.plan->refusal ||
        context.outcome.failed > 0) {
        return;
    }

    context.spread = true;
    for (const logout::PlannedSession& planned : context.plan->sessions) {
        if (has_ended(context, planned)) {
            add_revocation(context, planned);
        }
    }
}


void ngx_http_logout_revoke(LogoutContext& context)
{
    if (context.location.revocations == nullptr || context.plan->refusal) {
        return;
    }

    for (const logout::PlannedSession& planned : context.plan->sessions) {
        revoke(context, planned);
    }
    if (context.outcome.failed == 0) {
        context.outcome.revoked += context.newly_ended;
    }
}
