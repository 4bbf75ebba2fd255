#include "core/plan/frontchannel.hpp"

#include <algorithm>

namespace logout {

const char* describe(FrontchannelProblem problem)
{
    switch (problem) {
    case FrontchannelProblem::none:
        return "the request is in order";
    case FrontchannelProblem::one_without_the_other:
        return "iss and sid come together or not at all";
    case FrontchannelProblem::issuer_mismatch:
        return "iss is not the configured issuer";
    case FrontchannelProblem::too_long:
        return "sid is longer than 512 bytes";
    case FrontchannelProblem::session_missing:
        return "iss and sid are required here";
    }

    return "";
}


FrontchannelProblem check_frontchannel(std::string_view iss,
                                       std::string_view sid,
                                       const FrontchannelPolicy& policy,
                                       std::string_view& issuer)
{
    const bool is_bare = iss.empty() && policy.issuer_optional;

    if (iss.empty() != sid.empty() && !is_bare) {
        return FrontchannelProblem::one_without_the_other;
    }

    const auto named = iss.empty() ? policy.issuers.begin()
                                   : std::find(policy.issuers.begin(),
                                               policy.issuers.end(), iss);

    if (named == policy.issuers.end()) {
        return FrontchannelProblem::issuer_mismatch;
    }

    if (sid.empty() && policy.session_required) {
        return FrontchannelProblem::session_missing;
    }

    if (sid.size() > frontchannel_sid_max_length) {
        return FrontchannelProblem::too_long;
    }

    issuer = sid.empty() ? std::string_view() : *named;
    return FrontchannelProblem::none;
}

}  // namespace logout
