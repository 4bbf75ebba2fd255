// The decision where an OpenID provider says that a session has ended: in a
// frame of the user's browser (OpenID Connect Front-Channel Logout 1.0), or
// from server to server (Back-Channel Logout 1.0; Shared Signals Framework 1.0;
// Global Token Revocation).

#ifndef LOGOUT_PLAN_PROVIDER_HPP
#define LOGOUT_PLAN_PROVIDER_HPP

#include "core/plan/plan.hpp"

#include <memory_resource>
#include <string>

namespace logout {

// As plan_logout(), which calls them. policy.provider is set.
LogoutPlan plan_frontchannel(const LogoutRequest& request,
                             const LogoutPolicy& policy,
                             std::pmr::memory_resource* memory);
LogoutPlan plan_backchannel(const LogoutRequest& request,
                            const LogoutPolicy& policy,
                            std::pmr::memory_resource* memory);
LogoutPlan plan_security_event(const LogoutRequest& request,
                               const LogoutPolicy& policy,
                               std::pmr::memory_resource* memory);

LogoutPlan plan_revocation(const LogoutRequest& request,
                           const LogoutPolicy& policy,
                           std::pmr::memory_resource* memory);

// The token of a plan was used before. A logout_token is refused then; a
// security event is acknowledged again, as its transmitter wants, and nothing
// is done.
void note_replay(LogoutPlan& plan);

// The Content-Security-Policy of a front-channel answer: pages of these origins
// may frame it. Origins are as Origins::add() takes them.
std::string frontchannel_page_policy(const std::vector<std::string>& frames);

}  // namespace logout

#endif
