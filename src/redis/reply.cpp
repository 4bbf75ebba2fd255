#include "redis/reply.hpp"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include <cstdint>
#include <new>

namespace logout::redis {

namespace {

// Objects are named by index + 1: the nodes move when their vector grows, and
// the parser takes a null pointer for "out of memory".
void* handle(std::size_t index)
{
    return reinterpret_cast<void*>(index + 1);
}


std::size_t index_of(const void* object)
{
    return reinterpret_cast<std::uintptr_t>(object) - 1;
}


ReplyReader& reader_of(const redisReadTask* task)
{
    return *static_cast<ReplyReader*>(task->privdata);
}


void* create_string(const redisReadTask* task, char* text, std::size_t length)
{
    ReplyType type;

    switch (task->type) {
    case REDIS_REPLY_STRING:
        type = ReplyType::bulk;
        break;
    case REDIS_REPLY_STATUS:
        type = ReplyType::status;
        break;
    case REDIS_REPLY_ERROR:
        type = ReplyType::error;
        break;
    default:
        return nullptr;  // RESP3, which was not asked for
    }

    return reader_of(task).add(task, type, {text, length}, 0);
}


// hiredis 0.14 counts elements in an int, 1.x in a size_t.
template <typename Count>
void* create_array(const redisReadTask* task, Count count)
{
    if (task->type != REDIS_REPLY_ARRAY) {
        return nullptr;
    }

    return reader_of(task).add(task, ReplyType::array, {},
                               static_cast<std::int64_t>(count));
}


void* create_integer(const redisReadTask* task, long long value)
{
    return reader_of(task).add(task, ReplyType::integer, {}, value);
}


// "$-1" and "*-1" are nil as a string and as an array. What is nil by its own
// type is RESP3's "_".
void* create_nil(const redisReadTask* task)
{
    if (task->type == REDIS_REPLY_NIL) {
        return nullptr;
    }

    return reader_of(task).add(task, ReplyType::nil, {}, 0);
}


#if HIREDIS_MAJOR >= 1

// RESP3, which was not asked for. Without these functions, what hiredis returns
// is neither an object nor null.
void* refuse_double(const redisReadTask*, double, char*, std::size_t)
{
    return nullptr;
}


void* refuse_bool(const redisReadTask*, int)
{
    return nullptr;
}

#endif


void free_object(void*) {}


const redisReadTask& first_task(const redisReader& reader)
{
#if HIREDIS_MAJOR >= 1
    return *reader.task[0];
#else
    return reader.rstack[0];
#endif
}


redisReplyObjectFunctions object_functions()
{
    redisReplyObjectFunctions functions = {};

    functions.createString = create_string;
    functions.createArray = create_array;
    functions.createInteger = create_integer;
    functions.createNil = create_nil;
    functions.freeObject = free_object;
#if HIREDIS_MAJOR >= 1
    functions.createDouble = refuse_double;
    functions.createBool = refuse_bool;
#endif

    return functions;
}


// hiredis takes a pointer that is not const.
redisReplyObjectFunctions functions = object_functions();

}  // namespace


ReplyReader::ReplyReader(ReplyLimits limits) : limits_(limits) {}


ReplyReader::~ReplyReader()
{
    if (reader_ != nullptr) {
        redisReaderFree(reader_);
    }
}


bool ReplyReader::reset()
{
    if (reader_ != nullptr) {
        redisReaderFree(reader_);
    }

    reader_ = redisReaderCreateWithFunctions(&functions);
    if (reader_ == nullptr) {
        return false;
    }

    // 0: keep the buffer when it is empty; its size is limited by next()
    reader_->maxbuf = 0;
    reader_->privdata = this;

    complete_ = false;
    broken_ = false;
    nodes_.clear();
    text_.clear();

    return true;
}


bool ReplyReader::feed(std::string_view bytes)
{
    return redisReaderFeed(reader_, bytes.data(), bytes.size()) == REDIS_OK;
}


ReplyReader::Outcome ReplyReader::next()
{
    if (broken_) {
        return Outcome::broken;
    }

    if (complete_) {
        complete_ = false;
        nodes_.clear();
        text_.clear();
    }

    if (take_digit()) {
        complete_ = true;
        return Outcome::reply;
    }

    void* object = nullptr;

    if (redisReaderGetReply(reader_, &object) != REDIS_OK) {
        broken_ = true;
        return Outcome::broken;
    }

    if (object == nullptr) {
        if (reader_->len - reader_->pos > limits_.bytes) {
            broken_ = true;
            return Outcome::broken;
        }

        return Outcome::more;
    }

    complete_ = true;
    return Outcome::reply;
}


// A delete of one key is answered ":0" or ":1". That is read here: the parser
// would cost as much as all else that is done with the reply.
bool ReplyReader::take_digit()
{
    constexpr std::size_t size = 4;

    if (value_begun() || reader_->len - reader_->pos < size) {
        return false;
    }

    const char* const text = reader_->buf + reader_->pos;

    if (text[0] != ':' || text[1] < '0' || text[1] > '9' || text[2] != '\r' ||
        text[3] != '\n') {
        return false;
    }

    ReplyNode node = {};

    node.type = ReplyType::integer;
    node.integer = text[1] - '0';

    try {
        nodes_.push_back(node);
    } catch (const std::bad_alloc&) {
        return false;  // the parser will not have more
    }

    reader_->pos += size;
    return true;
}


void* ReplyReader::add(const redisReadTask* task, ReplyType type,
                       std::string_view text, std::int64_t integer)
{
    std::size_t index = nodes_.size();

    if (index >= limits_.nodes || text_.size() + text.size() > limits_.bytes) {
        return nullptr;
    }

    ReplyNode node = {};

    node.type = type;
    node.text_begin = static_cast<std::uint32_t>(text_.size());
    node.text_length = static_cast<std::uint32_t>(text.size());

    if (type == ReplyType::array) {
        if (integer < 0 ||
            static_cast<std::uint64_t>(integer) > limits_.nodes) {
            return nullptr;
        }
        node.count = static_cast<std::uint32_t>(integer);
    } else {
        node.integer = integer;
    }

    try {
        text_.append(text);
        nodes_.push_back(node);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }

    if (task->parent != nullptr) {
        ReplyNode& parent = nodes_[index_of(task->parent->obj)];
        std::uint32_t child = static_cast<std::uint32_t>(index);

        if (parent.first == 0) {
            parent.first = child;
        } else {
            nodes_[parent.last].next = child;
        }
        parent.last = child;
    }

    return handle(index);
}


const ReplyNode* ReplyReader::first(const ReplyNode& array) const
{
    return array.first == 0 ? nullptr : &nodes_[array.first];
}


const ReplyNode* ReplyReader::next(const ReplyNode& element) const
{
    return element.next == 0 ? nullptr : &nodes_[element.next];
}


std::string_view ReplyReader::text(const ReplyNode& node) const
{
    return std::string_view(text_).substr(node.text_begin, node.text_length);
}


// The parser takes the type byte before the rest of a value has arrived.
bool ReplyReader::halfway() const
{
    return reader_ != nullptr && (value_begun() || reader_->len > reader_->pos);
}


bool ReplyReader::value_begun() const
{
    return reader_->ridx > 0 ||
           (reader_->ridx == 0 && first_task(*reader_).type >= 0);
}


std::string_view next_word(std::string_view& text)
{
    const std::size_t length = text.find(' ');
    const std::string_view word = text.substr(0, length);

    text.remove_prefix(length == std::string_view::npos ? text.size()
                                                        : length + 1);

    return word;
}

}  // namespace logout::redis
