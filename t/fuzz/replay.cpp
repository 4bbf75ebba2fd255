// Runs a fuzz target over a stored corpus, one TAP test for each file:
//
//   TARGET [FILE-OR-DIRECTORY...]
//
// Without arguments replay_TARGET takes the committed corpus of TARGET.
//
// Linked to a target in place of libFuzzer, so that the corpus is tested where
// there is no clang.

#include "fuzz.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace {

using std::filesystem::path;


void add_files(const path& place, std::vector<path>& files)
{
    if (!std::filesystem::is_directory(place)) {
        files.push_back(place);
        return;
    }
    for (const auto& file : std::filesystem::directory_iterator(place)) {
        files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
}


// From memory of exactly its size, so that ASan sees a read behind it.
bool run(const path& file)
{
    std::ifstream stream(file, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    const auto exact = std::make_unique<std::uint8_t[]>(content.size());

    std::copy(content.begin(), content.end(), exact.get());
    return stream && LLVMFuzzerTestOneInput(exact.get(), content.size()) == 0;
}

}  // namespace


int main(int, char** arguments)
{
    std::vector<path> files;

    if (arguments[1] == nullptr) {
        const std::string program = arguments[0];
        add_files("t/fuzz/corpus" /
                      path(program.substr(program.rfind('_') + 1)),
                  files);
    }
    while (*++arguments != nullptr) {
        add_files(*arguments, files);
    }

    bool good = !files.empty();

    std::printf("1..%zu\n", files.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        // before it aborts
        std::printf("# %s\n", files[i].c_str());
        std::fflush(stdout);
        const bool ok = run(files[i]);
        std::printf("%s %zu - %s\n", ok ? "ok" : "not ok", i + 1,
                    files[i].filename().c_str());
        good = good && ok;
    }
    return good ? 0 : 1;
}
