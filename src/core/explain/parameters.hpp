// The parameters of a request, for its explanation.

#ifndef LOGOUT_EXPLAIN_PARAMETERS_HPP
#define LOGOUT_EXPLAIN_PARAMETERS_HPP

#include "core/explain/explain.hpp"
#include "core/explain/text.hpp"

namespace logout {

// Writes into `step` the parameters as they are read, what is wrong with them,
// and the names that are not read, each with the name that may have been meant.
void explain_parameters(const Explained& explained, const ExplainText& text,
                        Step& step);

}  // namespace logout

#endif
