#include "core/explain/parameters.hpp"

#include "core/base/form_encoding.hpp"
#include "core/base/did_you_mean.hpp"

#include <algorithm>
#include <array>

namespace logout {

namespace {

// The names that a protocol reads.
struct KnownNames {
    explicit KnownNames(const ProtocolTraits& protocol)
    {
        for (std::size_t i = 0; i < parameter_count; ++i) {
            const auto parameter = static_cast<Parameter>(i);

            if (protocol.parameters.contains(parameter)) {
                names[count++] = parameter_name(parameter);
            }
        }
    }

    bool contains(std::string_view name) const
    {
        const auto end = names.begin() + count;

        return std::find(names.begin(), end, name) != end;
    }

    std::array<std::string_view, parameter_count> names;
    std::size_t count = 0;
};


// As far as they can be read: what is wrong is in the plan.
Parameters read_parameters(const Explained& explained, const ExplainText& text)
{
    const LogoutRequest& request = explained.request;
    const ParameterSet& known = explained.policy.protocol->parameters;
    Parameters parameters;

    (void) read_form(request.query, known, text.memory(), parameters);

    if (request.body_type == BodyType::json) {
        (void) read_json(request.body, known, text.memory(), parameters);
    } else if (request.body_type == BodyType::form) {
        (void) read_form(request.body, known, text.memory(), parameters);
    }

    return parameters;
}


void add_values(const Parameters& parameters, const ExplainText& text,
                Step& step)
{
    for (std::size_t i = 0; i < parameter_count; ++i) {
        const auto parameter = static_cast<Parameter>(i);
        const ParameterValue& value = parameters[parameter];

        if (value.given) {
            step.facts.push_back({parameter_name(parameter),
                                  text.parameter(parameter, value.text)});
        }
    }
}


void add_verdict(const ParameterVerdict& verdict, const ExplainText& text,
                 Step& step)
{
    if (verdict) {
        step.text = step.facts.empty() ? "There is none that is read."
                                       : "They are read as follows.";
        return;
    }

    step.verdict = StepVerdict::problem;
    step.text = text.sentence(describe(verdict.problem));

    if (!verdict.name.empty()) {
        step.facts.push_back({"parameter", verdict.name});
    }
}


void add_unread_name(std::string_view name, const KnownNames& known,
                     const ExplainText& text, Step& step)
{
    constexpr std::size_t longest_name = 64;

    const auto decoded = decode_form_component(name, text.memory());
    if (!decoded || decoded->empty() || decoded->size() > longest_name ||
        known.contains(*decoded)) {
        return;
    }

    const std::string_view nearest =
        nearest_word(*decoded, known.names.data(), known.count);

    if (nearest.empty()) {
        step.facts.push_back({"not read", *decoded});
        return;
    }

    step.facts.push_back(
        {"not read", text.join({*decoded, " (did you mean ", nearest, "?)"})});

    if (step.verdict == StepVerdict::ok) {
        step.verdict = StepVerdict::note;
    }
}


void add_unread_names(std::string_view query, const KnownNames& known,
                      const ExplainText& text, Step& step)
{
    constexpr std::size_t most_names = 16;

    for (std::size_t i = 0; i < most_names && !query.empty(); ++i) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);

        add_unread_name(pair.substr(0, pair.find('=')), known, text, step);
        query.remove_prefix(end == query.npos ? query.size() : end + 1);
    }
}

}  // namespace


void explain_parameters(const Explained& explained, const ExplainText& text,
                        Step& step)
{
    const LogoutRequest& request = explained.request;
    const KnownNames known(*explained.policy.protocol);

    add_values(read_parameters(explained, text), text, step);
    add_verdict(explained.plan.parameter_verdict, text, step);
    add_unread_names(request.query, known, text, step);

    if (request.body_type == BodyType::form) {
        add_unread_names(request.body, known, text, step);
    }
}

}  // namespace logout
