#include "logout_session_hash.hpp"

namespace logout {

std::string_view session_hash(const HmacKey& key, std::string_view id,
                              std::pmr::memory_resource* memory)
{
    constexpr std::size_t bytes = 8;
    const DigestValue code = key.sign({id});
    char* const text = static_cast<char*>(memory->allocate(2 * bytes, 1));

    hex_encode(code.view().substr(0, bytes), text);
    return {text, 2 * bytes};
}

}  // namespace logout
