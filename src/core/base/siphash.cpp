#include "core/base/siphash.hpp"

#include <algorithm>
#include <cstring>

namespace logout {

namespace {

constexpr std::size_t word_size = sizeof(std::uint64_t);


std::uint64_t rotate(std::uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}


std::uint64_t swapped_if_big_endian(std::uint64_t number)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return __builtin_bswap64(number);
#else
    return number;
#endif
}


// Fewer than eight bytes as a number.
std::uint64_t read_some(std::string_view bytes)
{
    char word[word_size] = {};

    std::copy(bytes.begin(), bytes.end(), word);
    return read_little_endian(word);
}

}  // namespace


std::uint64_t read_little_endian(const char* bytes)
{
    std::uint64_t number;

    std::memcpy(&number, bytes, sizeof(number));
    return swapped_if_big_endian(number);
}


void write_little_endian(std::uint64_t number, char* out)
{
    number = swapped_if_big_endian(number);
    std::memcpy(out, &number, sizeof(number));
}


SipHash::SipHash(const Bits128& key)
    : v0_(key.first ^ 0x736f6d6570736575),
      v1_(key.second ^ 0x646f72616e646f6d ^ 0xee),
      v2_(key.first ^ 0x6c7967656e657261), v3_(key.second ^ 0x7465646279746573)
{
}


inline void SipHash::round()
{
    v0_ += v1_;
    v1_ = rotate(v1_, 13) ^ v0_;
    v0_ = rotate(v0_, 32);
    v2_ += v3_;
    v3_ = rotate(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = rotate(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = rotate(v1_, 17) ^ v2_;
    v2_ = rotate(v2_, 32);
}


inline void SipHash::compress(std::uint64_t word)
{
    v3_ ^= word;
    round();
    round();
    v0_ ^= word;
}


SipHash& SipHash::add(std::string_view bytes)
{
    const std::size_t held = size_ % word_size;

    size_ += bytes.size();

    if (held != 0) {
        const std::string_view begin = bytes.substr(0, word_size - held);

        waiting_ |= read_some(begin) << 8 * held;
        bytes.remove_prefix(begin.size());

        if (held + begin.size() < word_size) {
            return *this;
        }

        compress(waiting_);
    }

    for (; bytes.size() >= word_size; bytes.remove_prefix(word_size)) {
        compress(read_little_endian(bytes.data()));
    }

    waiting_ = read_some(bytes);
    return *this;
}


Bits128 SipHash::finish()
{
    Bits128 result;

    compress(waiting_ | std::uint64_t{size_} << 56);

    v2_ ^= 0xee;
    for (int i = 0; i < 4; ++i) {
        round();
    }
    result.first = v0_ ^ v1_ ^ v2_ ^ v3_;

    v1_ ^= 0xdd;
    for (int i = 0; i < 4; ++i) {
        round();
    }
    result.second = v0_ ^ v1_ ^ v2_ ^ v3_;

    return result;
}

}  // namespace logout
