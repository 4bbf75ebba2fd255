// Steps that the plans of all protocols share. For the files of the plan only.

#ifndef LOGOUT_PLAN_STEPS_HPP
#define LOGOUT_PLAN_STEPS_HPP

#include "core/plan/plan.hpp"

#include <memory_resource>
#include <optional>

namespace logout {

// What is refused before a parameter is looked at; nothing if that is none.
std::optional<Result> refuse_unread(const LogoutRequest& request,
                                    const LogoutPolicy& policy);

// Adds the sessions of the request's cookies to plan.sessions.
void find_sessions(const LogoutRequest& request, const LogoutPolicy& policy,
                   std::pmr::memory_resource* memory, LogoutPlan& plan);

// Refuses what a page of another site loads without a session's cookie:
// browsers keep cookies from such requests, so that the user may well be signed
// in. After find_sessions().
void demand_cookie(const LogoutRequest& request, const LogoutPolicy& policy,
                   LogoutPlan& plan);

}  // namespace logout

#endif
