#include "core/plan/frontchannel.hpp"

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
                                       std::string_view issuer,
                                       bool session_required)
{
    if (iss.empty() != sid.empty()) {
        return FrontchannelProblem::one_without_the_other;
    }

    if (!iss.empty() && iss != issuer) {
        return FrontchannelProblem::issuer_mismatch;
    }

    if (sid.empty() && session_required) {
        return FrontchannelProblem::session_missing;
    }

    if (sid.size() > frontchannel_sid_max_length) {
        return FrontchannelProblem::too_long;
    }

    return FrontchannelProblem::none;
}

}  // namespace logout
