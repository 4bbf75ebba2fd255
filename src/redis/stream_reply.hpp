// The entries of a Redis stream in a reply to XREAD or XRANGE.

#ifndef LOGOUT_REDIS_STREAM_REPLY_HPP
#define LOGOUT_REDIS_STREAM_REPLY_HPP

#include "redis/reply.hpp"

#include <string_view>
#include <vector>

namespace logout::redis {

// The views are those of the reader, until it reads another reply.
struct StreamRecord {
    std::string_view id;
    std::vector<std::string_view> texts;  // a field's name and its value
};

// Goes through the entries of the reply that is `reader`'s root.
class StreamRecords {
public:
    enum class Step {
        record,
        end,
        nonsense,  // that is not such a reply
    };

    // [[KEY, [ENTRY, ...]]]: of XREAD with one stream.
    static StreamRecords of_xread(const ReplyReader& reader);

    // [ENTRY, ...]: of XRANGE.
    static StreamRecords of_xrange(const ReplyReader& reader);

    // Fills `record` with the next entry. Throws std::bad_alloc.
    Step next(StreamRecord& record);

private:
    StreamRecords(const ReplyReader& reader, const ReplyNode* entries);

    const ReplyReader& reader_;
    const ReplyNode* next_ = nullptr;
    bool is_sane_;
};

}  // namespace logout::redis

#endif
