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


bool SessionReader::is_sealed() const
{
    return format_->reading == IdReading::sealed;
}


std::size_t SessionReader::cookie_count() const
{
    return format_->cookies.size();
}


CookieNaming SessionReader::naming(std::size_t cookie) const
{
    return {format_->cookies[cookie].name, format_->php_names, is_sealed()};
}


std::optional<std::string_view>
SessionReader::identify(std::size_t cookie, std::string_view value,
                        SessionScratch& scratch) const
{
    return format_->identify(cookie, value, scratch);
}

}  // namespace logout
