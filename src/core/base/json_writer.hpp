// Writes JSON (RFC 8259), value by value.

#ifndef LOGOUT_JSON_WRITER_HPP
#define LOGOUT_JSON_WRITER_HPP

#include "core/base/escape.hpp"

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

namespace logout {

// Objects and arrays, with their commas. Brackets are not checked.
class JsonWriter {
public:
    // Appends to `out`.
    explicit JsonWriter(std::pmr::string& out) : out_(out) {}

    // The name of the next value, inside an object.
    JsonWriter& member(std::string_view name)
    {
        separate();
        append_json(out_, name);
        out_ += ':';
        first_ = true;  // its value needs no comma
        return *this;
    }

    void open(char bracket)
    {
        separate();
        out_ += bracket;
        first_ = true;
    }

    void close(char bracket)
    {
        out_ += bracket;
        first_ = false;
    }

    void text(std::string_view value)
    {
        separate();
        append_json(out_, value);
    }

    void number(std::uint64_t value)
    {
        separate();
        append_number(out_, value);
    }

    void boolean(bool value)
    {
        separate();
        out_ += value ? "true" : "false";
    }

    void null()
    {
        separate();
        out_ += "null";
    }

private:
    void separate()
    {
        if (!first_) {
            out_ += ',';
        }

        first_ = false;
    }

    std::pmr::string& out_;
    bool first_ = true;
};

}  // namespace logout

#endif
