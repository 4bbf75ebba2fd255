// The parameters of a logout request: query, form body and JSON body.

#ifndef LOGOUT_PARAMETERS_HPP
#define LOGOUT_PARAMETERS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory_resource>
#include <new>
#include <string_view>
#include <type_traits>

namespace logout {

enum class Parameter : std::uint8_t {
    return_to,                 // Auth0
    redirect_uri,              // Schibsted account
    post_logout_redirect_uri,  // OpenID Connect RP-Initiated Logout 1.0
    client_id,
    client_sdrn,    // Schibsted account SDK: sdrn:<namespace>:client:<id>
    federated,      // Auth0; present with any value or none
    state,          // OpenID Connect
    id_token_hint,  // OpenID Connect
    callback,       // JSONP of the SPiD 2.x SDK
    oauth_token,    // Schibsted account, mobile applications
    logout_token,   // OpenID Connect Back-Channel Logout 1.0
    iss,            // OpenID Connect Front-Channel Logout 1.0
    sid,            // the same
};

constexpr std::size_t parameter_count = 13;

// In the order of enum Parameter.
inline constexpr std::array<std::string_view, parameter_count> parameter_names =
    {
        "returnTo",    "redirect_uri",  "post_logout_redirect_uri",
        "client_id",   "client_sdrn",   "federated",
        "state",       "id_token_hint", "callback",
        "oauth_token", "logout_token",  "iss",
        "sid",
};

// The name on the wire.
constexpr std::string_view parameter_name(Parameter parameter)
{
    return parameter_names[static_cast<std::size_t>(parameter)];
}

// The longest token that any configuration can allow, in bytes.
constexpr std::size_t token_length_limit = 1024 * 1024;

// The longest value that is read, in bytes after decoding. How long a token may
// be is asked by who reads it.
std::size_t parameter_max_length(Parameter parameter);

// Which parameters a protocol reads; the others are ignored.
class ParameterSet {
public:
    constexpr ParameterSet() = default;

    constexpr ParameterSet(std::initializer_list<Parameter> parameters)
    {
        for (const Parameter parameter : parameters) {
            bits_ |= 1u << static_cast<unsigned>(parameter);
        }
    }

    constexpr bool contains(Parameter parameter) const
    {
        return (bits_ >> static_cast<unsigned>(parameter) & 1u) != 0;
    }

private:
    std::uint32_t bits_ = 0;
};

struct ParameterValue {
    bool given = false;        // the name was there, with any value or none
    std::string_view encoded;  // as sent; empty in a JSON body
    std::string_view text;     // decoded exactly once
};

// Views into the request and into the memory given to the parser. Of all
// parameters a request has two or three: only for these there is a value.
class Parameters {
public:
    // To be set; not given until then.
    ParameterValue& operator[](Parameter parameter)
    {
        std::uint8_t& number = numbers_[static_cast<std::size_t>(parameter)];

        if (number == 0) {
            number = ++count_;
            return *new (&places_[number - 1]) ParameterValue();
        }

        return const_cast<ParameterValue&>(value(number));
    }

    const ParameterValue& operator[](Parameter parameter) const
    {
        static constexpr ParameterValue absent;
        const std::uint8_t number =
            numbers_[static_cast<std::size_t>(parameter)];

        return number == 0 ? absent : value(number);
    }

    // A parameter with an empty value asks for nothing: as if not given.
    std::string_view text(Parameter parameter) const
    {
        return (*this)[parameter].text;
    }

private:
    struct alignas(ParameterValue) Place {
        unsigned char bytes[sizeof(ParameterValue)];
    };

    const ParameterValue& value(std::uint8_t number) const
    {
        return *std::launder(
            reinterpret_cast<const ParameterValue*>(&places_[number - 1]));
    }

    std::array<std::uint8_t, parameter_count> numbers_{};  // 0: no value
    std::uint8_t count_ = 0;
    std::array<Place, parameter_count> places_;
};

static_assert(std::is_trivially_copyable_v<Parameters>);

enum class ParameterProblem {
    none,
    malformed_escape,  // "%" without two hexadecimal digits
    duplicate,         // twice, in one source or over two
    too_long,
    malformed_json,    // not a JSON object, or a member that is no string
    invalid_value,     // not of the form that the parameter has
    unsupported_body,  // multipart/form-data
};

// A sentence without a full stop, for logs and logout_explain. Static.
const char* describe(ParameterProblem problem);

// What went wrong, and with which parameter where that is known.
struct ParameterVerdict {
    ParameterProblem problem = ParameterProblem::none;
    std::string_view name;  // static; empty if no one parameter is to blame

    explicit operator bool() const { return problem == ParameterProblem::none; }
};

// Reads a query, or a body of type application/x-www-form-urlencoded, into
// `parameters`, which may hold those of another source already. Names are
// compared exactly, after decoding. Unknown names are passed over, malformed
// or not.
ParameterVerdict read_form(std::string_view input, ParameterSet wanted,
                           std::pmr::memory_resource* memory,
                           Parameters& parameters);

// The same for a JSON object (RFC 8259) whose members are strings; federated
// may be any JSON value, and false and null mean that it is not there.
ParameterVerdict read_json(std::string_view input, ParameterSet wanted,
                           std::pmr::memory_resource* memory,
                           Parameters& parameters);

enum class BodyType { none, form, json, multipart, security_event, other };

// What a Content-Type header announces (RFC 9110, section 8.3).
BodyType body_type(std::string_view content_type);

}  // namespace logout

#endif
