// A logout and the table of revocations: no request with a session that has
// ended reaches an application once the answer has left.

#include "http/logout/context.hpp"


namespace {

// A session in Redis has ended if something of it was there; that nobody has is
// not entered: anybody could fill the table with it.
bool has_ended(const LogoutContext& context,
               const LocationPolicy::Session& session)
{
    return !session.store || context.outcome.deleted > 0 ||
           context.outcome.deferred > 0;
}


void revoke(LogoutContext& context, const logout::PlannedSession& planned)
{
    const LocationPolicy::Session& session =
        context.location.sessions[planned.rule];
    const logout::SessionReader& reader =
        *context.location.policy.sessions[planned.rule];

    if (!has_ended(context, session)) {
        return;
    }

    const auto change = context.location.revocations->revoke(
        revocation_kind(reader), reader.cookie_name(), planned.session.id);

    if (session.store) {
        return;  // what becomes of it is told by what Redis did
    }

    switch (change) {
    case logout::TableChange::inserted:
        ++context.outcome.revoked;
        break;
    case logout::TableChange::full:
        ++context.outcome.unrevoked;
        break;
    case logout::TableChange::raised:
    case logout::TableChange::unchanged:
        break;
    }
}

}  // namespace


void ngx_http_logout_revoke(LogoutContext& context)
{
    if (context.location.revocations == nullptr || context.plan->refusal ||
        context.outcome.failed > 0) {
        return;
    }

    for (const logout::PlannedSession& planned : context.plan->sessions) {
        revoke(context, planned);
    }
}
