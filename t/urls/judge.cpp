// Judges return URLs with src/core, for tests that are not written in C++.
//
//   judge ENTRY...
//
// Standard input: URLs, each as its length (four bytes, little-endian) and its
// bytes. Standard output: a line for each, its fields separated by tabs:
//
//   rule     the number of the grammar's rule that refused it, 0 if none did
//   ignored  the ENTRY that allows it where queries are ignored
//   compared the ENTRY that allows it where they are compared
//   text     the canonical form
//   scheme, host, port, path
//   query    with "?", fragment with "#"
//
// A bad ENTRY ends the program with its problem on standard error.

#include "core/allowlist/allowlist.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

using logout::Allowlist;
using logout::AllowlistProblem;
using logout::QueryMatching;
using logout::Url;
using logout::UrlBuffer;
using logout::UrlRule;


bool add_entry(Allowlist& list, const char* entry)
{
    for (const AllowlistProblem& problem : list.add(entry)) {
        if (problem.severity == AllowlistProblem::Severity::error) {
            std::fprintf(stderr, "%s: %s\n", entry, problem.message.c_str());
            return false;
        }
    }
    return true;
}


bool read_input(std::vector<char>& input)
{
    std::array<unsigned char, 4> size{};

    if (std::fread(size.data(), 1, size.size(), stdin) != size.size()) {
        return false;
    }
    input.resize(size[0] | size[1] << 8 | size[2] << 16 |
                 static_cast<std::size_t>(size[3]) << 24);
    return std::fread(input.data(), 1, input.size(), stdin) == input.size();
}


std::string judge(const Allowlist& list, const std::vector<char>& input)
{
    UrlBuffer buffer;
    Url url;
    const UrlRule rule =
        logout::parse_url({input.data(), input.size()}, buffer, url);
    std::string line = std::to_string(static_cast<int>(rule));

    if (rule != UrlRule::ok) {
        return line + '\n';
    }
    const auto field = [&line](std::string_view text) {
        line += '\t';
        line += text;
    };
    field(list.matching_entry(url, QueryMatching::ignored));
    field(list.matching_entry(url, QueryMatching::compared));
    field(url.text);
    field(url.scheme);
    field(url.host);
    field(url.port);
    field(url.path);
    field(url.has_query ? "?" + std::string(url.query) : "");
    field(url.has_fragment ? "#" + std::string(url.fragment) : "");
    return line + '\n';
}

}  // namespace


int main(int, char** arguments)
{
    // who waits for a verdict sends nothing more before it is there
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);

    Allowlist list;
    while (*++arguments != nullptr) {
        if (!add_entry(list, *arguments)) {
            return 1;
        }
    }
    list.compile();

    std::vector<char> input;
    while (read_input(input)) {
        const std::string line = judge(list, input);
        std::fwrite(line.data(), 1, line.size(), stdout);
    }
    return 0;
}
