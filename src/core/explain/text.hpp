// The words of an explanation: put together in its memory, secrets masked.

#ifndef LOGOUT_EXPLAIN_TEXT_HPP
#define LOGOUT_EXPLAIN_TEXT_HPP

#include "core/request/parameters.hpp"
#include "core/base/text.hpp"

#include <cstddef>
#include <initializer_list>
#include <memory_resource>
#include <string_view>

namespace logout {

struct ExplainedKey;
struct SecretView;

// All views that are returned live as long as `memory`, or as long as what was
// handed in.
class ExplainText {
public:
    ExplainText(const SecretView& secrets, std::pmr::memory_resource* memory)
        : secrets_(secrets), memory_(memory)
    {
    }

    std::pmr::memory_resource* memory() const { return memory_; }

    std::string_view join(std::initializer_list<std::string_view> parts) const
    {
        return join_text(memory_, parts);
    }

    // What a describe() says, which begins with a small letter and has no full
    // stop, as a sentence.
    std::string_view sentence(std::string_view text) const;

    std::string_view number(std::size_t value) const;

    // A session id, or its hash where secrets are not shown.
    std::string_view session_id(std::string_view id) const;

    // "sess:[5f2c...]": what is around the session id is the configuration's.
    std::string_view key(const ExplainedKey& key) const;

    // The value, or only the length of a token.
    std::string_view parameter(Parameter parameter,
                               std::string_view value) const;

private:
    std::string_view hash(std::string_view secret) const;

    const SecretView& secrets_;
    std::pmr::memory_resource* memory_;
};

}  // namespace logout

#endif
