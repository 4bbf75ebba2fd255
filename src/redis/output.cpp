#include "redis/output.hpp"

#include <cstring>
#include <new>

namespace logout::redis {

namespace {

// Bytes are moved to the front only when at least as many are free before
// them, so that each is moved once on average; below this it is not worth it.
constexpr std::size_t compact_from = 32 * 1024;


std::size_t decimal_digits(std::size_t number)
{
    std::size_t digits = 1;

    while (number >= 10) {
        number /= 10;
        digits++;
    }

    return digits;
}


char* end_line(char* out)
{
    *out++ = '\r';
    *out++ = '\n';

    return out;
}


char* write_header(char* out, char type, std::size_t number)
{
    *out++ = type;

    char* const end = out + decimal_digits(number);

    for (char* digit = end; digit != out; number /= 10) {
        *--digit = static_cast<char>('0' + number % 10);
    }

    return end_line(end);
}


std::size_t header_length(std::size_t number)
{
    return 1 + decimal_digits(number) + 2;
}


std::size_t argument_length(std::size_t length)
{
    return header_length(length) + length + 2;
}


char* write_argument(char* out, std::string_view argument)
{
    out = write_header(out, '$', argument.size());

    // an empty view may have no data, which memcpy must not be given
    if (!argument.empty()) {
        std::memcpy(out, argument.data(), argument.size());
        out += argument.size();
    }

    return end_line(out);
}

}  // namespace


char* OutputBuffer::claim(std::size_t length, std::size_t reserve)
{
    if (data_ == nullptr) {
        data_.reset(new (std::nothrow) char[capacity_]);
        if (data_ == nullptr) {
            return nullptr;
        }
    }

    if (released_ >= compact_from && released_ >= filled_ - released_) {
        compact();
    }

    if (capacity_ - filled_ < length + reserve) {
        compact();
        if (capacity_ - filled_ < length + reserve) {
            return nullptr;
        }
    }

    char* room = data_.get() + filled_;
    filled_ += length;

    return room;
}


std::string_view OutputBuffer::bytes(Position begin, Position end) const
{
    return {data_.get() + (begin - base_),
            static_cast<std::size_t>(end - begin)};
}


std::string_view OutputBuffer::unsent() const
{
    return {data_.get() + sent_, filled_ - sent_};
}


void OutputBuffer::release(Position position)
{
    released_ = static_cast<std::size_t>(position - base_);

    if (sent_ < released_) {
        sent_ = released_;
    }

    if (released_ == filled_) {
        clear();
    }
}


void OutputBuffer::Rebuild::keep(Position& begin, Position& end)
{
    std::size_t from = static_cast<std::size_t>(begin - output_.base_);
    std::size_t length = static_cast<std::size_t>(end - begin);
    char* data = output_.data_.get();

    std::memmove(data + kept_, data + from, length);

    begin = output_.base_ + kept_;
    end = begin + length;
    kept_ += length;
}


void OutputBuffer::Rebuild::finish()
{
    output_.released_ = 0;
    output_.sent_ = 0;
    output_.filled_ = kept_;
}


void OutputBuffer::clear()
{
    base_ += filled_;
    released_ = 0;
    sent_ = 0;
    filled_ = 0;
}


void OutputBuffer::compact()
{
    std::memmove(data_.get(), data_.get() + released_, filled_ - released_);

    base_ += released_;
    sent_ -= released_;
    filled_ -= released_;
    released_ = 0;
}


std::size_t command_length(const std::string_view* arguments, std::size_t count)
{
    std::size_t length = header_length(count);

    for (std::size_t i = 0; i < count; i++) {
        length += argument_length(arguments[i].size());
    }

    return length;
}


void write_command(char* out, const std::string_view* arguments,
                   std::size_t count)
{
    out = write_header(out, '*', count);

    for (std::size_t i = 0; i < count; i++) {
        out = write_argument(out, arguments[i]);
    }
}


std::size_t command_length(KeyCommand command, std::size_t key_length)
{
    return command.head.size() + argument_length(key_length);
}


void write_command(char* out, KeyCommand command, std::string_view key)
{
    std::memcpy(out, command.head.data(), command.head.size());
    write_argument(out + command.head.size(), key);
}

}  // namespace logout::redis
