#include "core/base/did_you_mean.hpp"

#include <algorithm>
#include <vector>

namespace logout {

namespace {

// Whether the letters before a[i] and before b[j] are the same two, exchanged.
bool are_swapped(std::string_view a, std::size_t i, std::string_view b,
                 std::size_t j)
{
    return i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
}


// Levenshtein's distance, with two neighbours that are swapped as one step
// (optimal string alignment), a row at a time.
std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);

    for (std::size_t j = 0; j <= b.size(); j++) {
        row[j] = j;
    }

    for (std::size_t i = 1; i <= a.size(); i++) {
        before_last.swap(last);
        last.swap(row);
        row[0] = i;

        for (std::size_t j = 1; j <= b.size(); j++) {
            row[j] = std::min({last[j - 1] + (a[i - 1] != b[j - 1]),
                               last[j] + 1, row[j - 1] + 1});
            if (are_swapped(a, i, b, j)) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
    }
    return row[b.size()];
}


std::string listed(const std::string_view* words, std::size_t count)
{
    std::string list;

    for (std::size_t i = 0; i < count; i++) {
        list += i == 0 ? "" : ", ";
        list += words[i];
    }

    return list;
}

}  // namespace


std::string_view nearest_word(std::string_view word,
                              const std::string_view* candidates,
                              std::size_t count)
{
    std::string_view nearest;
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;

    for (std::size_t i = 0; i < count; i++) {
        std::size_t distance = edit_distance(word, candidates[i]);
        if (distance < least) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}


std::string unknown_parameter(std::string_view name, std::string_view directive,
                              const std::string_view* candidates,
                              std::size_t count)
{
    const std::string_view nearest = nearest_word(name, candidates, count);
    const std::string problem = "unknown parameter \"" + std::string(name) +
                                "\" in \"" + std::string(directive) + "\"";

    if (!nearest.empty()) {
        return problem + ", did you mean \"" + std::string(nearest) + "\"?";
    }

    return problem + ", it must be one of " + listed(candidates, count);
}


std::string unknown_word(std::string_view word, std::string_view directive,
                         const std::string_view* candidates, std::size_t count)
{
    const std::string_view nearest = nearest_word(word, candidates, count);
    std::string problem = "invalid value \"" + std::string(word) + "\" in \"" +
                          std::string(directive) +
                          "\" directive, it must be one of " +
                          listed(candidates, count);

    if (!nearest.empty()) {
        problem += "; did you mean \"" + std::string(nearest) + "\"?";
    }

    return problem;
}

}  // namespace logout
