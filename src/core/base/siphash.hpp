// SipHash-2-4 with a result of 128 bits: a hash with a secret key. Without the
// key nobody can tell, or steer, what it gives. For short texts it takes a
// seventh of the instructions of SHA-256.

#ifndef LOGOUT_SIPHASH_HPP
#define LOGOUT_SIPHASH_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logout {

struct Bits128 {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    bool operator==(const Bits128& other) const
    {
        return first == other.first && second == other.second;
    }

    bool operator!=(const Bits128& other) const { return !(*this == other); }
};

// A hash of what was added so far. A copy goes on independently.
class SipHash {
public:
    explicit SipHash(const Bits128& key);

    SipHash& add(std::string_view bytes);

    // Ends the hash; this object is of no use afterwards.
    Bits128 finish();

private:
    void compress(std::uint64_t word);
    void round();

    std::uint64_t v0_, v1_, v2_, v3_;
    std::uint64_t waiting_ = 0;  // bytes that do not make up a word yet
    std::size_t size_ = 0;
};

// The number that eight bytes stand for, the first of them the lowest, and
// back: the same on every machine.
std::uint64_t read_little_endian(const char* bytes);
void write_little_endian(std::uint64_t number, char* out);

}  // namespace logout

#endif
