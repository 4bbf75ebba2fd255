#include "redis/stream_reply.hpp"

namespace logout::redis {

namespace {

bool is_array_of(const ReplyNode* node, std::size_t count)
{
    return node != nullptr && node->type == ReplyType::array &&
           node->count == count;
}


bool is_text(const ReplyNode* node)
{
    return node != nullptr && node->type == ReplyType::bulk;
}


// What comes behind the only stream's name; nullptr if that is not there.
const ReplyNode* entries_of_stream(const ReplyReader& reader)
{
    const ReplyNode& streams = reader.root();

    if (!is_array_of(&streams, 1)) {
        return nullptr;
    }

    const ReplyNode* const stream = reader.first(streams);

    if (!is_array_of(stream, 2)) {
        return nullptr;
    }

    const ReplyNode* const name = reader.first(*stream);

    return is_text(name) ? reader.next(*name) : nullptr;
}

}  // namespace


StreamRecords StreamRecords::of_xread(const ReplyReader& reader)
{
    return StreamRecords(reader, entries_of_stream(reader));
}


StreamRecords StreamRecords::of_xrange(const ReplyReader& reader)
{
    return StreamRecords(reader, &reader.root());
}


StreamRecords::StreamRecords(const ReplyReader& reader,
                             const ReplyNode* entries)
    : reader_(reader),
      is_sane_(entries != nullptr && entries->type == ReplyType::array)
{
    if (is_sane_) {
        next_ = reader_.first(*entries);
    }
}


StreamRecords::Step StreamRecords::next(StreamRecord& record)
{
    if (!is_sane_) {
        return Step::nonsense;
    }
    if (next_ == nullptr) {
        return Step::end;
    }

    const ReplyNode& entry = *next_;

    next_ = reader_.next(entry);
    is_sane_ = false;
    record.texts.clear();

    if (!is_array_of(&entry, 2)) {
        return Step::nonsense;
    }

    const ReplyNode* const id = reader_.first(entry);
    const ReplyNode* const fields = id != nullptr ? reader_.next(*id) : nullptr;

    if (!is_text(id) || fields == nullptr || fields->type != ReplyType::array) {
        return Step::nonsense;
    }

    record.id = reader_.text(*id);
    for (const ReplyNode* text = reader_.first(*fields); text != nullptr;
         text = reader_.next(*text)) {
        if (!is_text(text)) {
            return Step::nonsense;
        }
        record.texts.push_back(reader_.text(*text));
    }

    is_sane_ = true;
    return Step::record;
}

}  // namespace logout::redis
