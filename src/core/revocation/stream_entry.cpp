#include "core/revocation/stream_entry.hpp"

#include "core/base/digest.hpp"

#include <algorithm>
#include <charconv>

namespace logout {

namespace {

constexpr std::string_view version = "1";

// Seconds are taken for milliseconds soon: 100,000,000,000 of these are March
// of 1973, and of the others the year 5138.
constexpr Milliseconds earliest_time = 100000000000;
constexpr Milliseconds latest_time = 9007199254740991;


// The fields that have a meaning; a null pointer where there is none.
struct Fields {
    const std::string_view* version = nullptr;
    const std::string_view* kind = nullptr;
    const std::string_view* realm = nullptr;
    const std::string_view* value = nullptr;
    const std::string_view* digest = nullptr;
    const std::string_view* since = nullptr;
    const std::string_view* expires = nullptr;
    const std::string_view* lift = nullptr;

    // Where a field of this name belongs. Null for one that is ignored.
    const std::string_view** place(std::string_view name);
};


const std::string_view** Fields::place(std::string_view name)
{
    const struct {
        std::string_view name;
        const std::string_view*& field;
    } places[] = {
        {"version", version}, {"kind", kind},       {"realm", realm},
        {"iss", realm},       {"value", value},     {"digest", digest},
        {"since", since},     {"expires", expires}, {"lift", lift},
    };

    for (const auto& place : places) {
        if (place.name == name) {
            return &place.field;
        }
    }

    return nullptr;
}


std::optional<std::uint64_t> parse_number(std::string_view text)
{
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number);

    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }

    return number;
}


std::optional<Milliseconds> parse_time(std::string_view text)
{
    const std::optional<std::uint64_t> time = parse_number(text);

    if (!time || *time < earliest_time || *time > latest_time) {
        return std::nullopt;
    }

    return time;
}


std::optional<int> digit_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }

    return std::nullopt;
}


std::optional<RevocationDigest> parse_digest(std::string_view text)
{
    RevocationDigest digest;

    if (text.size() != 2 * digest.size()) {
        return std::nullopt;
    }

    for (std::size_t i = 0; i < digest.size(); ++i) {
        const std::optional<int> high = digit_value(text[2 * i]);
        const std::optional<int> low = digit_value(text[2 * i + 1]);

        if (!high || !low) {
            return std::nullopt;
        }
        digest[i] = static_cast<char>(*high << 4 | *low);
    }

    return digest;
}


StreamEntryProblem sort_fields(const std::string_view* texts, std::size_t count,
                               Fields& fields)
{
    if (count % 2 != 0) {
        return StreamEntryProblem::odd_fields;
    }
    if (count / 2 > stream_entry_max_fields) {
        return StreamEntryProblem::too_many_fields;
    }

    for (std::size_t i = 0; i < count; i += 2) {
        const std::string_view** const place = fields.place(texts[i]);

        if (place == nullptr) {
            continue;
        }
        if (*place != nullptr) {
            return StreamEntryProblem::repeated_field;
        }
        *place = &texts[i + 1];
    }

    return StreamEntryProblem::none;
}


StreamEntryProblem read_kind(const Fields& fields, StreamEntry& entry)
{
    if (fields.version != nullptr && *fields.version != version) {
        return StreamEntryProblem::other_version;
    }
    if (fields.kind == nullptr) {
        return StreamEntryProblem::no_kind;
    }

    const std::optional<RevocationKind> kind = revocation_kind(*fields.kind);

    if (!kind) {
        return StreamEntryProblem::unknown_kind;
    }

    entry.kind = *kind;
    return StreamEntryProblem::none;
}


StreamEntryProblem read_digest(const Fields& fields, StreamEntry& entry)
{
    if (!is_digested(entry.kind)) {
        return StreamEntryProblem::digest_of_other_kind;
    }

    entry.digest = parse_digest(*fields.digest);
    return entry.digest ? StreamEntryProblem::none
                        : StreamEntryProblem::bad_digest;
}


StreamEntryProblem read_value(const Fields& fields, StreamEntry& entry)
{
    if (entry.kind == RevocationKind::cookie) {
        return StreamEntryProblem::value_of_cookie;
    }

    entry.realm = fields.realm != nullptr ? *fields.realm : std::string_view();
    entry.value = *fields.value;

    if (entry.realm.size() > revocation_name_max_length) {
        return StreamEntryProblem::bad_realm;
    }
    if (entry.value.empty() ||
        entry.value.size() > revocation_name_max_length) {
        return StreamEntryProblem::bad_value;
    }

    return StreamEntryProblem::none;
}


StreamEntryProblem read_what(const Fields& fields, StreamEntry& entry)
{
    if (fields.value != nullptr && fields.digest != nullptr) {
        return StreamEntryProblem::two_values;
    }
    if (fields.digest != nullptr) {
        return read_digest(fields, entry);
    }
    if (fields.value != nullptr) {
        return read_value(fields, entry);
    }

    return StreamEntryProblem::no_value;
}


StreamEntryProblem read_times(const Fields& fields, const StreamPlace& place,
                              Milliseconds lifetime, StreamEntry& entry)
{
    // without overflow
    const Milliseconds added = std::min(place.milliseconds, latest_time);
    const Milliseconds ends = added + std::min(lifetime, latest_time);
    const auto since =
        fields.since != nullptr ? parse_time(*fields.since) : added;
    const auto expires =
        fields.expires != nullptr ? parse_time(*fields.expires) : ends;

    if (!since) {
        return StreamEntryProblem::bad_since;
    }
    if (!expires) {
        return StreamEntryProblem::bad_expires;
    }

    entry.since = std::min(*since, added);
    entry.expires = std::min(*expires, ends);
    return StreamEntryProblem::none;
}


// An entry of the same millisecond that is before it in the stream is lifted.
StreamEntryProblem read_lift(const Fields& fields, StreamEntry& entry)
{
    if (fields.lift == nullptr) {
        return StreamEntryProblem::none;
    }
    if (*fields.lift != "1") {
        return StreamEntryProblem::bad_lift;
    }

    entry.lift = true;
    ++entry.since;
    return StreamEntryProblem::none;
}

}  // namespace


StreamEntry StreamEntry::of(RevocationKind kind, std::string_view realm,
                            std::string_view value)
{
    StreamEntry entry;

    entry.kind = kind;
    if (is_digested(kind)) {
        entry.digest = revocation_digest(kind, realm, value);
    } else {
        entry.realm = realm;
        entry.value = value;
    }
    return entry;
}


RevocationKey StreamEntry::key(const RevocationKeys& keys) const
{
    return digest ? keys.of(kind, *digest) : keys.of(kind, realm, value);
}


const char* describe(StreamEntryProblem problem)
{
    switch (problem) {
    case StreamEntryProblem::none:
        return "the entry is in order";
    case StreamEntryProblem::too_many_fields:
        return "the entry has more than 32 fields";
    case StreamEntryProblem::odd_fields:
        return "the entry has a field without a value";
    case StreamEntryProblem::repeated_field:
        return "the entry has a field twice";
    case StreamEntryProblem::other_version:
        return "the entry's \"version\" is not \"1\"";
    case StreamEntryProblem::no_kind:
        return "the entry has no \"kind\"";
    case StreamEntryProblem::unknown_kind:
        return "the entry's \"kind\" is not known";
    case StreamEntryProblem::bad_realm:
        return "the entry's \"realm\" is longer than 1024 bytes";
    case StreamEntryProblem::no_value:
        return "the entry has neither \"value\" nor \"digest\"";
    case StreamEntryProblem::two_values:
        return "the entry has both \"value\" and \"digest\"";
    case StreamEntryProblem::bad_value:
        return "the entry's \"value\" is empty or longer than 1024 bytes";
    case StreamEntryProblem::value_of_cookie:
        return "the entry has the \"value\" of a cookie, which is secret: it "
               "takes a \"digest\"";
    case StreamEntryProblem::bad_digest:
        return "the entry's \"digest\" is not 32 lower-case hexadecimal digits";
    case StreamEntryProblem::digest_of_other_kind:
        return "the entry has a \"digest\", which its \"kind\" does not take";
    case StreamEntryProblem::bad_since:
        return "the entry's \"since\" is not in milliseconds since 1970";
    case StreamEntryProblem::bad_expires:
        return "the entry's \"expires\" is not in milliseconds since 1970";
    case StreamEntryProblem::bad_lift:
        return "the entry's \"lift\" is not \"1\"";
    }

    return "";
}


StreamEntryProblem parse_stream_entry(const std::string_view* texts,
                                      std::size_t count,
                                      const StreamPlace& place,
                                      Milliseconds lifetime, StreamEntry& entry)
{
    Fields fields;
    StreamEntryProblem problem = sort_fields(texts, count, fields);

    entry = StreamEntry();
    if (problem == StreamEntryProblem::none) {
        problem = read_kind(fields, entry);
    }
    if (problem == StreamEntryProblem::none) {
        problem = read_what(fields, entry);
    }
    if (problem == StreamEntryProblem::none) {
        problem = read_times(fields, place, lifetime, entry);
    }
    if (problem == StreamEntryProblem::none) {
        problem = read_lift(fields, entry);
    }

    return problem;
}


StreamEntryFields::StreamEntryFields(const StreamEntry& entry)
{
    add("version", version);
    add("kind", name(entry.kind));
    if (entry.digest) {
        hex_encode(view_of(*entry.digest), digest_.data());
        add("digest", {digest_.data(), digest_.size()});
    } else {
        add("realm", entry.realm);
        add("value", entry.value);
    }
    add("since", entry.since, since_);
    add("expires", entry.expires, expires_);
    if (entry.lift) {
        add("lift", "1");
    }
}


void StreamEntryFields::add(std::string_view name, std::string_view value)
{
    texts_[size_++] = name;
    texts_[size_++] = value;
}


void StreamEntryFields::add(std::string_view name, Milliseconds time,
                            std::array<char, 20>& out)
{
    const char* const end =
        std::to_chars(out.data(), out.data() + out.size(), time).ptr;

    add(name, {out.data(), static_cast<std::size_t>(end - out.data())});
}


std::optional<StreamPlace> parse_stream_place(std::string_view text)
{
    const std::size_t dash = text.find('-');

    if (dash == std::string_view::npos) {
        return std::nullopt;
    }

    const std::optional<std::uint64_t> milliseconds =
        parse_number(text.substr(0, dash));
    const std::optional<std::uint64_t> sequence =
        parse_number(text.substr(dash + 1));

    if (!milliseconds || !sequence) {
        return std::nullopt;
    }

    return StreamPlace{*milliseconds, *sequence};
}


StreamPlaceText::StreamPlaceText(const StreamPlace& place)
{
    char* const limit = text_.data() + text_.size();
    char* end = std::to_chars(text_.data(), limit, place.milliseconds).ptr;

    *end++ = '-';
    end = std::to_chars(end, limit, place.sequence).ptr;
    size_ = static_cast<std::size_t>(end - text_.data());
}

}  // namespace logout
