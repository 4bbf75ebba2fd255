// Text put together in memory of a memory_resource.

#ifndef LOGOUT_TEXT_HPP
#define LOGOUT_TEXT_HPP

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory_resource>
#include <string_view>

namespace logout {

// A copy of `text` in `memory`.
inline std::string_view copy_text(std::string_view text,
                                  std::pmr::memory_resource* memory)
{
    void* const place = memory->allocate(text.size(), 1);

    std::memcpy(place, text.data(), text.size());
    return {static_cast<const char*>(place), text.size()};
}


// The parts, a container of views, one after the other, in `memory`.
template <typename Parts>
std::string_view join_parts(std::pmr::memory_resource* memory,
                            const Parts& parts)
{
    std::size_t length = 0;

    for (const std::string_view part : parts) {
        length += part.size();
    }

    if (length == 0) {
        return {};
    }

    char* const text = static_cast<char*>(memory->allocate(length, 1));
    char* end = text;

    for (const std::string_view part : parts) {
        if (!part.empty()) {
            std::memcpy(end, part.data(), part.size());
            end += part.size();
        }
    }

    return {text, length};
}


inline std::string_view join_text(std::pmr::memory_resource* memory,
                                  std::initializer_list<std::string_view> parts)
{
    return join_parts(memory, parts);
}

}  // namespace logout

#endif
