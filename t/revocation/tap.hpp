// What the programs here have in common: results as TAP, a table in memory that
// processes can share, and keys.

#ifndef LOGOUT_REVOCATION_TAP_HPP
#define LOGOUT_REVOCATION_TAP_HPP

#include "core/revocation/table.hpp"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

inline int tap_failures = 0;

inline void tap(bool good, const char* name)
{
    static int number = 0;

    std::printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, name);
    std::fflush(stdout);
    tap_failures += good ? 0 : 1;
}

inline int tap_done(int tests)
{
    std::printf("1..%d\n", tests);
    return tap_failures == 0 ? 0 : 1;
}

// The program's argument, or what it does in `make test`.
inline std::uint64_t argument(int count, char** arguments,
                              std::uint64_t otherwise)
{
    return count > 1 ? std::strtoull(arguments[1], nullptr, 10) : otherwise;
}

inline void* shared_memory(std::size_t size)
{
    void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        std::perror("mmap");
        std::exit(1);
    }
    return memory;
}

constexpr logout::Bits128 table_secret = {7, 8};
constexpr auto table_kind = logout::RevocationKind::session;

// As good as any: keys are results of SipHash.
inline logout::RevocationKey key_of(std::uint64_t i)
{
    char bytes[8];

    logout::write_little_endian(i, bytes);
    return logout::SipHash(table_secret).add({bytes, sizeof(bytes)}).finish();
}

#endif
