// Commands in RESP, kept until they are answered so that they can be sent
// again on the next connection.

#ifndef LOGOUT_REDIS_OUTPUT_HPP
#define LOGOUT_REDIS_OUTPUT_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace logout::redis {

// A stretch of bytes in order. A position counts bytes since the buffer was
// created and stays valid until the byte is released, whatever is moved.
class OutputBuffer {
public:
    using Position = std::uint64_t;

    explicit OutputBuffer(std::size_t capacity) : capacity_(capacity) {}

    // Keeps some of the commands and drops what is between them. Nothing of
    // what is kept counts as sent.
    class Rebuild {
    public:
        explicit Rebuild(OutputBuffer& output) : output_(output) {}

        // In ascending order. Sets the positions to the new ones.
        void keep(Position& begin, Position& end);
        void finish();

    private:
        OutputBuffer& output_;
        std::size_t kept_ = 0;
    };

    // Room for `length` bytes at the end, to be filled at once, and `reserve`
    // bytes more for a later claim; nullptr when there is not as much.
    char* claim(std::size_t length, std::size_t reserve = 0);

    Position end() const { return base_ + filled_; }
    Position sent() const { return base_ + sent_; }
    std::string_view bytes(Position begin, Position end) const;

    std::string_view unsent() const;
    void mark_sent(std::size_t length) { sent_ += length; }

    // What is before `position` is not needed any more.
    void release(Position position);

    void clear();

private:
    void compact();

    std::size_t capacity_;
    std::unique_ptr<char[]> data_;  // allocated when first needed
    Position base_ = 0;             // position of data_[0]
    std::size_t released_ = 0;      // offsets into data_
    std::size_t sent_ = 0;
    std::size_t filled_ = 0;
};

// Bytes that `arguments` take as a RESP command.
std::size_t command_length(const std::string_view* arguments,
                           std::size_t count);

// Writes them to `out`, which has room for command_length() bytes.
void write_command(char* out, const std::string_view* arguments,
                   std::size_t count);

// A command that takes one key and nothing else: what comes before the key's
// length is the same every time.
struct KeyCommand {
    std::string_view head;
};

constexpr KeyCommand unlink_command = {"*2\r\n$6\r\nUNLINK\r\n"};
constexpr KeyCommand del_command = {"*2\r\n$3\r\nDEL\r\n"};

std::size_t command_length(KeyCommand command, std::size_t key_length);

// Writes it to `out`, which has room for command_length() bytes.
void write_command(char* out, KeyCommand command, std::string_view key);

}  // namespace logout::redis

#endif
