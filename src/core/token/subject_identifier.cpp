#include "core/token/subject_identifier.hpp"

namespace logout {

namespace {

// Members of a complex identifier that mean less than the whole user.
constexpr const char* narrower_members[] = {"device", "application", "org_unit",
                                            "group"};


std::string_view format_of(const json_t* identifier)
{
    const auto format = json_string_member(identifier, "format");

    if (format) {
        return *format;
    }

    return json_string_member(identifier, "subject_type")
        .value_or(std::string_view());
}


SubjectProblem read_name(const json_t* identifier, const char* member,
                         std::string_view& name)
{
    const auto text = json_string_member(identifier, member);

    if (!text || text->empty() || text->size() > subject_name_max_length) {
        return SubjectProblem::bad_name;
    }

    name = *text;
    return SubjectProblem::none;
}


SubjectProblem read_iss_sub(const json_t* identifier, std::string_view issuer,
                            Subject& subject)
{
    if (json_string_member(identifier, "iss") != issuer) {
        return SubjectProblem::issuer_mismatch;
    }

    return read_name(identifier, "sub", subject.user);
}


SubjectProblem read_simple(const json_t* identifier, std::string_view issuer,
                           Subject& subject)
{
    const std::string_view format = format_of(identifier);

    if (format == "iss_sub" || format == "iss-sub") {
        return read_iss_sub(identifier, issuer, subject);
    }

    if (format == "email") {
        return read_name(identifier, "email", subject.email);
    }

    if (format == "opaque") {
        return read_name(identifier, "id", subject.user);
    }

    return SubjectProblem::unsupported_format;
}


SubjectProblem read_session(const json_t* identifier, Subject& subject)
{
    return format_of(identifier) == "opaque"
               ? read_name(identifier, "id", subject.session)
               : SubjectProblem::unsupported_format;
}


SubjectProblem read_complex(const json_t* identifier, std::string_view issuer,
                            Subject& subject)
{
    const json_t* const user = json_object_get(identifier, "user");
    const json_t* const session = json_object_get(identifier, "session");
    SubjectProblem problem = SubjectProblem::none;

    for (const char* const member : narrower_members) {
        if (json_object_get(identifier, member) != nullptr) {
            return SubjectProblem::narrower;
        }
    }

    if (user == nullptr && session == nullptr) {
        return SubjectProblem::unsupported_format;
    }

    if (user != nullptr) {
        problem = read_simple(user, issuer, subject);
    }

    if (session != nullptr && problem == SubjectProblem::none) {
        problem = read_session(session, subject);
    }

    return problem;
}


bool is_complex(const json_t* identifier)
{
    const std::string_view format = format_of(identifier);

    return format == "complex" ||
           (format.empty() &&
            (json_object_get(identifier, "user") != nullptr ||
             json_object_get(identifier, "session") != nullptr));
}

}  // namespace


const char* describe(SubjectProblem problem)
{
    switch (problem) {
    case SubjectProblem::none:
        return "the subject is in order";
    case SubjectProblem::not_an_object:
        return "there is no subject, an object \"sub_id\" with a \"format\"";
    case SubjectProblem::unsupported_format:
        return "the subject's format is not iss_sub, email, opaque, or complex "
               "with such a user or an opaque session";
    case SubjectProblem::bad_name:
        return "a name in the subject is not a string of 1 to 512 bytes";
    case SubjectProblem::narrower:
        return "the subject is a device, an application or a group, which "
               "cannot be looked up here";
    case SubjectProblem::issuer_mismatch:
        return "the subject's \"iss\" is not that of the sender";
    }

    return "";
}


Subject read_subject(const json_t* identifier, std::string_view issuer)
{
    Subject subject;
    SubjectProblem problem = SubjectProblem::not_an_object;

    if (json_is_object(identifier)) {
        problem = is_complex(identifier)
                      ? read_complex(identifier, issuer, subject)
                      : read_simple(identifier, issuer, subject);
    }

    if (problem != SubjectProblem::none) {
        subject = {};
        subject.problem = problem;
    }

    return subject;
}

}  // namespace logout
