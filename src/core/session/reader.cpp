#include "core/session/reader.hpp"

#include "core/session/compile.hpp"

#include <utility>

namespace logout {

SessionReader::SessionReader(std::unique_ptr<const SessionFormat> format)
    : format_(std::move(format))
{
}


SessionReader::SessionReader(SessionReader&&) noexcept = default;


SessionReader& SessionReader::operator=(SessionReader&&) noexcept = default;


SessionReader::~SessionReader() = default;


std::optional<SessionReader>
SessionReader::compile(const SessionSettings& settings, std::string& problem,
                       std::vector<std::string>* warnings)
{
    std::vector<std::string> found;
    auto format = compile_session(settings, problem, found);

    if (format == nullptr) {
        return std::nullopt;
    }
    if (warnings != nullptr) {
        warnings->insert(warnings->end(), found.begin(), found.end());
    }
    return SessionReader(std::move(format));
}


const std::string& SessionReader::cookie_name() const
{
    return format_->cookies.front().name;
}


const std::vector<std::string>& SessionReader::companion_cookies() const
{
    return format_->companions;
}


void SessionReader::derive(const std::string_view* cookie_headers,
                           std::size_t count, std::pmr::memory_resource* memory,
                           DerivedSessions& sessions) const
{
    format_->derive(cookie_headers, count, memory, sessions);
}

}  // namespace logout
