// What an entry of a return-URL list allows, written a second time: without
// tables, hashes and shared code, one entry after the other.

#ifndef LOGOUT_REFERENCE_MATCHER_HPP
#define LOGOUT_REFERENCE_MATCHER_HPP

#include "core/logout_allowlist.hpp"
#include "core/logout_url.hpp"

#include <string>

// Whether `entry`, which the list took, allows `url`.
bool reference_allows(const std::string& entry, const logout::Url& url,
                      logout::QueryMatching matching);

#endif
