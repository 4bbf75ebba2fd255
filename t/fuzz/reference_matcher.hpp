// What an entry of a return-URL list allows, written a second time: without
// tables, hashes and shared code, one entry after the other.

#ifndef LOGOUT_REFERENCE_MATCHER_HPP
#define LOGOUT_REFERENCE_MATCHER_HPP

#include "core/allowlist/allowlist.hpp"
#include "core/url/url.hpp"

#include <string>

// Whether `entry`, which the list took, allows `url`.
bool reference_allows(const std::string& entry, const logout::Url& url,
                      logout::QueryMatching matching);

#endif
