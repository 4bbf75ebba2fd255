// Reads replies with hiredis' parser into memory that is used again for the
// next reply: nothing is allocated per reply once the buffers have grown.

#ifndef LOGOUT_REDIS_REPLY_HPP
#define LOGOUT_REDIS_REPLY_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;
struct redisReadTask;

namespace logout::redis {

enum class ReplyType : std::uint8_t {
    integer,
    status,
    bulk,
    nil,
    error,
    array,
};

// One value of a reply. An array's elements are linked: the first is
// `first`, each knows the `next`.
struct ReplyNode {
    ReplyType type;
    std::int64_t integer;
    std::uint32_t text_begin;
    std::uint32_t text_length;
    std::uint32_t count;  // of elements
    std::uint32_t first;  // indices into the reader's nodes; 0: none
    std::uint32_t last;
    std::uint32_t next;
};

struct ReplyLimits {
    std::size_t bytes;  // of one reply, as sent
    std::size_t nodes;  // values in one reply
};

class ReplyReader {
public:
    enum class Outcome {
        reply,   // root() is the reply, until next() is called again
        more,    // incomplete: feed() more
        broken,  // not RESP2, or beyond the limits: stays so until reset()
    };

    explicit ReplyReader(ReplyLimits limits);
    ~ReplyReader();

    ReplyReader(const ReplyReader&) = delete;
    ReplyReader& operator=(const ReplyReader&) = delete;

    // Forgets everything received: for a new connection. False: out of memory.
    bool reset();

    // Takes received bytes. False: out of memory.
    bool feed(std::string_view bytes);

    Outcome next();

    const ReplyNode& root() const { return nodes_[0]; }
    const ReplyNode* first(const ReplyNode& array) const;
    const ReplyNode* next(const ReplyNode& element) const;
    std::string_view text(const ReplyNode& node) const;

    // Bytes were received that are no complete reply yet.
    bool halfway() const;

    // Called by the parser. Return nullptr when a limit is exceeded.
    void* add(const redisReadTask* task, ReplyType type, std::string_view text,
              std::int64_t integer);

private:
    bool take_digit();
    bool value_begun() const;

    ReplyLimits limits_;
    redisReader* reader_ = nullptr;
    bool complete_ = false;
    bool broken_ = false;
    std::vector<ReplyNode> nodes_;
    std::string text_;
};

// Takes what comes before the first space off `text`, and the space.
std::string_view next_word(std::string_view& text);

}  // namespace logout::redis

#endif
