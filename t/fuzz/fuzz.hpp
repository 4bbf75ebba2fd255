// What all fuzz targets share.

#ifndef LOGOUT_FUZZ_HPP
#define LOGOUT_FUZZ_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

// A claim of the target. Aborts if it does not hold, so that the fuzzer keeps
// the input.
#define REQUIRE(claim)                                                         \
    do {                                                                       \
        if (!(claim)) {                                                        \
            std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__,    \
                         #claim);                                              \
            std::abort();                                                      \
        }                                                                      \
    } while (false)


inline std::string_view to_view(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}


// Whether `part` lies inside `whole`.
inline bool is_inside(std::string_view part, std::string_view whole)
{
    return part.empty() ||
           (part.data() >= whole.data() &&
            part.data() + part.size() <= whole.data() + whole.size());
}

#endif
