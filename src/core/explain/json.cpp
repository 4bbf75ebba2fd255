#include "core/explain/json.hpp"

#include "core/base/json_writer.hpp"

namespace logout {

namespace {

void write_fact(const Fact& fact, JsonWriter& json)
{
    json.open('{');
    json.member("name").text(fact.term);
    json.member("value").text(fact.value);
    json.close('}');
}


void write_step(const Step& step, JsonWriter& json)
{
    json.open('{');
    json.member("step").text(step.name);
    json.member("verdict").text(name(step.verdict));
    json.member("text").text(step.text);
    json.member("facts").open('[');

    for (const Fact& fact : step.facts) {
        write_fact(fact, json);
    }

    json.close(']');
    json.close('}');
}

}  // namespace


void write_explanation_json(const Explanation& explanation,
                            std::pmr::string& out)
{
    JsonWriter json(out);

    json.open('{');
    json.member("result").text(name(explanation.result));

    if (explanation.error != RequestError::none) {
        json.member("error").text(name(explanation.error));
    }

    json.member("status").number(explanation.status);

    if (!explanation.location.empty()) {
        json.member("location").text(explanation.location);
    }

    json.member("steps").open('[');

    for (const Step& step : explanation.steps) {
        write_step(step, json);
    }

    json.close(']');
    json.close('}');
    out += '\n';
}


void write_problem_json(std::string_view problem, std::pmr::string& out)
{
    JsonWriter json(out);

    json.open('{');
    json.member("problem").text(problem);
    json.close('}');
    out += '\n';
}

}  // namespace logout
