// The parameters of a request: each is what a slow decoder makes of it. The
// first byte says which reader reads the rest.

#include "fuzz.hpp"

#include "core/request/parameters.hpp"

#include <jansson.h>

#include <cctype>
#include <memory_resource>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using logout::Parameter;
using logout::parameter_count;
using logout::parameter_max_length;
using logout::parameter_name;
using logout::ParameterProblem;
using logout::Parameters;
using logout::ParameterSet;
using logout::ParameterValue;
using logout::ParameterVerdict;

const ParameterSet wanted = {
    Parameter::return_to, Parameter::client_id, Parameter::federated,
    Parameter::state,     Parameter::callback,  Parameter::id_token_hint,
};


// Counts what is taken, and ends the test if it is out of proportion.
class Memory : public std::pmr::memory_resource {
public:
    explicit Memory(std::size_t limit) : left_(limit) {}

private:
    void* do_allocate(std::size_t size, std::size_t alignment) override
    {
        REQUIRE(size <= left_);
        left_ -= size;
        return pool_.allocate(size, alignment);
    }

    void do_deallocate(void* place, std::size_t size,
                       std::size_t alignment) override
    {
        pool_.deallocate(place, size, alignment);
    }

    bool do_is_equal(const memory_resource& other) const noexcept override
    {
        return this == &other;
    }

    std::size_t left_;
    std::pmr::monotonic_buffer_resource pool_;
};


std::optional<std::string> decode(std::string_view text)
{
    std::string decoded;

    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            const std::string digits(text.substr(i + 1, 2));
            if (digits.size() < 2 ||
                std::isxdigit(static_cast<unsigned char>(digits[0])) == 0 ||
                std::isxdigit(static_cast<unsigned char>(digits[1])) == 0) {
                return std::nullopt;
            }
            decoded += static_cast<char>(std::stoi(digits, nullptr, 16));
            i += 2;
        }
    }
    return decoded;
}


using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;


Pairs split(std::string_view text)
{
    Pairs pairs;

    for (;;) {
        const std::size_t end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        const std::size_t equals = pair.find('=');
        pairs.emplace_back(pair.substr(0, equals),
                           equals == pair.npos ? std::string_view()
                                               : pair.substr(equals + 1));
        if (end == text.npos) {
            return pairs;
        }
        text.remove_prefix(end + 1);
    }
}


// The value of every pair with this name.
std::vector<std::string_view> values_of(const Pairs& pairs,
                                        std::string_view name)
{
    std::vector<std::string_view> values;

    for (const auto& [key, value] : pairs) {
        if (decode(key) == std::string(name)) {
            values.push_back(value);
        }
    }
    return values;
}


void require_absent(const ParameterValue& value)
{
    REQUIRE(!value.given && value.text.empty() && value.encoded.empty());
}


void require_form_value(const ParameterValue& value, Parameter parameter,
                        const Pairs& pairs, std::string_view input)
{
    const auto values = values_of(pairs, parameter_name(parameter));

    REQUIRE(values.size() <= 1);
    if (values.empty()) {
        require_absent(value);
        return;
    }
    REQUIRE(value.given);
    REQUIRE(value.encoded == values[0]);
    REQUIRE(is_inside(value.encoded, input));
    REQUIRE(value.text == decode(values[0]));
    REQUIRE(value.text.size() <= parameter_max_length(parameter));
}


// The problem is one that the parameter it names has.
void require_form_problem(const ParameterVerdict& verdict, const Pairs& pairs)
{
    const auto values = values_of(pairs, verdict.name);
    REQUIRE(!values.empty());

    if (verdict.problem == ParameterProblem::duplicate) {
        REQUIRE(values.size() > 1);
    } else if (verdict.problem == ParameterProblem::malformed_escape) {
        REQUIRE(!decode(values[0]));
    } else {
        REQUIRE(verdict.problem == ParameterProblem::too_long);
    }
}


void fuzz_form(std::string_view input)
{
    Memory memory(4 * input.size() + 4096);
    Parameters parameters;
    const ParameterVerdict verdict =
        read_form(input, wanted, &memory, parameters);
    const Pairs pairs = split(input);

    if (!verdict) {
        require_form_problem(verdict, pairs);
        return;
    }
    for (std::size_t i = 0; i < parameter_count; ++i) {
        const auto parameter = static_cast<Parameter>(i);
        if (wanted.contains(parameter)) {
            require_form_value(parameters[parameter], parameter, pairs, input);
        } else {
            require_absent(parameters[parameter]);
        }
    }
}


// A second source repeats nothing of the first.
void fuzz_two_sources(std::string_view input)
{
    Memory memory(8 * input.size() + 8192);
    Parameters parameters;
    const std::size_t half = input.find('\n');
    const std::string_view first = input.substr(0, half);
    const std::string_view second =
        half == input.npos ? std::string_view() : input.substr(half + 1);

    if (!read_form(first, wanted, &memory, parameters)) {
        return;
    }
    const bool given = parameters[Parameter::return_to].given;
    if (read_form(second, wanted, &memory, parameters) && given) {
        REQUIRE(values_of(split(second), "returnTo").empty());
    }
}


void require_json_value(const ParameterValue& value, Parameter parameter,
                        const json_t* member)
{
    if (member == nullptr || json_is_null(member)) {
        require_absent(value);
        return;
    }
    if (!json_is_string(member)) {
        REQUIRE(parameter == Parameter::federated);
        REQUIRE(value.given == !json_is_false(member));
        return;
    }
    const std::string_view text(json_string_value(member),
                                json_string_length(member));
    REQUIRE(value.given);
    REQUIRE(value.text == text);
    REQUIRE(value.text.size() <= parameter_max_length(parameter));
}


void fuzz_json(std::string_view input)
{
    Memory memory(input.size() + 4096);
    Parameters parameters;
    const ParameterVerdict verdict =
        read_json(input, wanted, &memory, parameters);
    json_t* document = json_loadb(input.data(), input.size(), 0, nullptr);

    if (verdict) {
        REQUIRE(json_is_object(document));
        for (std::size_t i = 0; i < parameter_count; ++i) {
            const auto parameter = static_cast<Parameter>(i);
            const json_t* member =
                json_object_get(document, parameter_name(parameter).data());
            require_json_value(parameters[parameter], parameter,
                               wanted.contains(parameter) ? member : nullptr);
        }
    }
    json_decref(document);
}


void fuzz_body_type(std::string_view input)
{
    const logout::BodyType type = logout::body_type(input);

    if (type == logout::BodyType::json) {
        REQUIRE(input.find('/') != input.npos);
    }
    REQUIRE(type != logout::BodyType::none ||
            input.find_first_not_of(" \t") == input.npos ||
            input[input.find_first_not_of(" \t")] == ';');
}

}  // namespace


int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) {
        return 0;
    }
    const std::string_view input = to_view(data + 1, size - 1);

    switch (data[0] % 4) {
    case 0:
        fuzz_form(input);
        break;
    case 1:
        fuzz_json(input);
        break;
    case 2:
        fuzz_two_sources(input);
        break;
    default:
        fuzz_body_type(input);
    }
    return 0;
}
