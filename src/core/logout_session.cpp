#include "logout_session.hpp"

#include <algorithm>

namespace logout {

// Compiled SessionSettings.
class SessionFormat {
public:
    std::string cookie;
    std::vector<std::string> companions;
    std::string prefix;
    std::string suffix;
    bool id_only = false;
};

namespace {

// The bytes that a cookie value can have and that are seen on paper.
bool is_visible(char c)
{
    return c > 0x20 && c < 0x7f;
}


bool is_session_id(std::string_view id)
{
    return !id.empty() && id.size() <= session_id_max_length &&
           std::all_of(id.begin(), id.end(), is_visible);
}


void add_session(const SessionFormat& format, std::string_view id,
                 std::pmr::memory_resource* memory,
                 std::pmr::vector<DerivedSession>& sessions)
{
    DerivedSession& session = sessions.emplace_back(memory);
    session.id = id;
    if (format.id_only) {
        return;
    }

    std::pmr::string& key = session.keys.emplace_back();
    key.reserve(format.prefix.size() + id.size() + format.suffix.size());
    key.append(format.prefix).append(id).append(format.suffix);
}

} // namespace


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
    if (settings.format != "raw") {
        problem = "there is no format \"" + settings.format + "\"";
        return std::nullopt;
    }
    if (!settings.cookie) {
        problem = "\"format=raw\" needs \"cookie=\"";
        return std::nullopt;
    }

    auto format = std::make_unique<SessionFormat>();
    format->cookie = *settings.cookie;
    format->prefix = settings.prefix.value_or("");
    format->suffix = settings.suffix.value_or("");
    format->id_only = settings.id_only;

    if (warnings != nullptr && format->prefix.empty() && !format->id_only) {
        warnings->push_back("without a \"prefix\" a cookie can name any key "
                            "of the database");
    }
    return SessionReader(std::move(format));
}


const std::string& SessionReader::cookie_name() const
{
    return format_->cookie;
}


const std::vector<std::string>& SessionReader::companion_cookies() const
{
    return format_->companions;
}


void SessionReader::derive(const std::string_view* cookie_headers,
                           std::size_t count, std::pmr::memory_resource* memory,
                           std::pmr::vector<DerivedSession>& sessions) const
{
    CookieValues values;
    for (std::size_t i = 0; i < count; i++) {
        find_cookie(cookie_headers[i], format_->cookie, values);
    }

    for (std::string_view value : values) {
        if (is_session_id(value)) {
            add_session(*format_, value, memory, sessions);
        }
    }
}

} // namespace logout
