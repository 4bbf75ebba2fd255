// Whom a message of an identity provider is about: Subject Identifiers (RFC
// 9493), and the complex ones of the Shared Signals Framework 1.0, section 3.

#ifndef LOGOUT_SUBJECT_IDENTIFIER_HPP
#define LOGOUT_SUBJECT_IDENTIFIER_HPP

#include "core/base/json.hpp"

#include <cstddef>
#include <string_view>

namespace logout {

// The longest name in an identifier, in bytes.
constexpr std::size_t subject_name_max_length = 512;

enum class SubjectProblem {
    none,
    not_an_object,       // absent, or no JSON object with a "format"
    unsupported_format,  // none of iss_sub, email, opaque, complex
    bad_name,            // a name empty, too long or no string
    narrower,            // a device, an application, a group: not a user
    issuer_mismatch,     // a subject of another issuer
};

// A sentence without a full stop, for answers, logs and logout_explain. Static.
const char* describe(SubjectProblem problem);

// Views into what was read; those that are not named are empty.
struct Subject {
    SubjectProblem problem = SubjectProblem::none;
    std::string_view user;     // iss_sub's "sub", or an opaque "id"
    std::string_view email;    // as it was sent
    std::string_view session;  // a complex identifier's opaque session
};

// Reads an identifier. Of complex ones the user and the session count, and a
// tenant is passed over. `issuer` is the one that iss_sub has to name.
//
// Older names of the same are taken, too: "subject_type" for "format",
// "iss-sub" for "iss_sub", and complex identifiers that have no "format".
Subject read_subject(const json_t* identifier, std::string_view issuer);

}  // namespace logout

#endif
