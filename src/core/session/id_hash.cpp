#include "core/session/id_hash.hpp"

namespace logout {

std::string_view session_hash(const HmacKey& key, std::string_view id,
                              std::pmr::memory_resource* memory)
{
    constexpr std::size_t bytes = 8;

    return hex_text(key.sign({id}).view().substr(0, bytes), memory);
}

}  // namespace logout
