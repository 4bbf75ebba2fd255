#include "core/revocation/ticket.hpp"

#include "core/base/base64.hpp"

#include <algorithm>
#include <cstring>

namespace logout {

namespace {

constexpr unsigned char version = 1;

constexpr unsigned char with_sub = 1;
constexpr unsigned char with_sid = 2;
constexpr unsigned char with_email = 4;
constexpr unsigned char with_previous = 8;
constexpr unsigned char all_parts =
    with_sub | with_sid | with_email | with_previous;

constexpr std::size_t parts_at = 1;
constexpr std::size_t id_at = 2;
constexpr std::size_t issued_at = 18;
constexpr std::size_t expires_at = 26;
constexpr std::size_t value_at = 34;
constexpr std::size_t head_size = 50;

constexpr std::size_t time_size = 8;
constexpr std::size_t hash_size = 16;
constexpr std::size_t mac_size = 32;
constexpr std::size_t max_size =
    head_size + 4 * hash_size + time_size + mac_size;

static_assert(base64_encoded_size(max_size) == ticket_max_length);


// The digests that a ticket can have, in their order.
constexpr struct {
    unsigned char part;
    std::optional<RevocationDigest> Ticket::*digest;
} digests[] = {
    {with_sub, &Ticket::sub},
    {with_sid, &Ticket::sid},
    {with_email, &Ticket::email},
};


// The size of a ticket with these parts, in bytes.
std::size_t size_with(unsigned char parts)
{
    std::size_t size = head_size + mac_size;

    for (const auto& digest : digests) {
        size += (parts & digest.part) != 0 ? hash_size : 0;
    }

    return size + ((parts & with_previous) != 0 ? hash_size + time_size : 0);
}


RevocationDigest bytes_of(const Bits128& bits)
{
    RevocationDigest bytes;

    write_little_endian(bits.first, bytes.data());
    write_little_endian(bits.second, bytes.data() + 8);
    return bytes;
}


DigestValue derived(std::string_view secret, std::string_view label)
{
    return HmacKey(DigestAlgorithm::sha256, secret).sign({label});
}


Bits128 derived_bits(std::string_view secret, std::string_view label)
{
    const DigestValue key = derived(secret, label);

    return {read_little_endian(key.bytes.data()),
            read_little_endian(key.bytes.data() + 8)};
}

}  // namespace


struct Tickets::Bytes {
    std::array<char, base64_decoded_max(ticket_max_length)> bytes;
    std::size_t size = 0;

    unsigned char version() const { return at(0); }
    unsigned char parts() const { return at(parts_at); }
    std::string_view head() const { return {bytes.data(), head_size}; }
    std::string_view body() const { return {bytes.data(), size - mac_size}; }
    std::string_view mac() const
    {
        return {bytes.data() + size - mac_size, mac_size};
    }

    std::string_view hash_at(std::size_t place) const
    {
        return {bytes.data() + place, hash_size};
    }

    Milliseconds time_at(std::size_t place) const
    {
        return read_little_endian(bytes.data() + place);
    }

    void add(std::string_view text)
    {
        std::memcpy(bytes.data() + size, text.data(), text.size());
        size += text.size();
    }

    void add(Milliseconds time)
    {
        write_little_endian(time, bytes.data() + size);
        size += time_size;
    }

    void add(unsigned char byte) { bytes[size++] = static_cast<char>(byte); }

private:
    unsigned char at(std::size_t place) const
    {
        return static_cast<unsigned char>(bytes[place]);
    }
};


TicketIdText::TicketIdText(const TicketId& id)
{
    static_assert(base64_encoded_size(sizeof(TicketId)) == 22);

    base64_encode({id.data(), id.size()}, Base64::url, text_.data());
}


const char* describe(TicketProblem problem)
{
    switch (problem) {
    case TicketProblem::none:
        return "the ticket is in order";
    case TicketProblem::not_a_ticket:
        return "the cookie is not a ticket";
    case TicketProblem::other_version:
        return "the ticket is one of another version";
    case TicketProblem::bad_mac:
        return "the ticket was not made with a secret that is known";
    case TicketProblem::expired:
        return "the ticket has expired";
    case TicketProblem::other_value:
        return "the ticket belongs to another value of the session cookie";
    }

    return "";
}


Tickets::Keys::Keys(std::string_view secret)
    : mac(DigestAlgorithm::sha256,
          derived(secret, "logout_ticket 1 mac").view()),
      value(derived_bits(secret, "logout_ticket 1 value")),
      mask(derived_bits(secret, "logout_ticket 1 mask"))
{
}


std::optional<Tickets>
Tickets::with_secrets(const std::vector<std::string_view>& secrets,
                      const char*& problem)
{
    Tickets tickets;

    if (secrets.empty()) {
        problem = "there is no secret";
        return std::nullopt;
    }
    if (secrets.size() > ticket_max_secrets) {
        problem = "there are more than 4 secrets";
        return std::nullopt;
    }

    for (const std::string_view secret : secrets) {
        if (secret.size() < ticket_secret_min_length) {
            problem = "a secret is shorter than 32 bytes";
            return std::nullopt;
        }
        tickets.keys_.emplace_back(secret);
    }

    return tickets;
}


RevocationDigest Tickets::hash(const Keys& keys, const TicketValue& value)
{
    SipHash hash(keys.value);

    for (std::size_t i = 0; i < value.count; ++i) {
        hash.add(value.chunks[i]);
    }

    return bytes_of(hash.finish());
}


// Masks a digest, and takes the mask off again.
RevocationDigest Tickets::masked(const Keys& keys, const Bytes& bytes,
                                 unsigned char part,
                                 const RevocationDigest& digest)
{
    const char first = static_cast<char>(part);
    RevocationDigest mask = bytes_of(
        SipHash(keys.mask).add({&first, 1}).add(bytes.head()).finish());

    for (std::size_t i = 0; i < mask.size(); ++i) {
        mask[i] = static_cast<char>(mask[i] ^ digest[i]);
    }

    return mask;
}


void Tickets::put_head(const Ticket& ticket, unsigned char parts,
                       const RevocationDigest& value, Bytes& bytes)
{
    bytes.add(version);
    bytes.add(parts);
    bytes.add(std::string_view(ticket.id.data(), ticket.id.size()));
    bytes.add(ticket.issued);
    bytes.add(ticket.expires);
    bytes.add(view_of(value));
}


TicketText Tickets::sealed(const Keys& keys, Bytes& bytes)
{
    TicketText text;
    const DigestValue mac =
        keys.mac.sign({std::string_view(bytes.bytes.data(), bytes.size)});

    bytes.add(mac.view());
    text.size_ = base64_encoded_size(bytes.size);
    base64_encode({bytes.bytes.data(), bytes.size}, Base64::url,
                  text.text_.data());
    return text;
}


TicketText Tickets::make(const Ticket& ticket, const TicketValue& value,
                         const TicketValue* previous, Milliseconds now) const
{
    const Keys& keys = keys_.front();
    Bytes bytes;
    unsigned char parts = previous != nullptr ? with_previous : 0;

    for (const auto& each : digests) {
        parts |= ticket.*each.digest ? each.part : 0;
    }

    put_head(ticket, parts, hash(keys, value), bytes);
    for (const auto& each : digests) {
        if (const auto& digest = ticket.*each.digest) {
            bytes.add(view_of(masked(keys, bytes, each.part, *digest)));
        }
    }
    if (previous != nullptr) {
        bytes.add(view_of(hash(keys, *previous)));
        bytes.add(now + ticket_previous_value_good_for);
    }

    return sealed(keys, bytes);
}


TicketText Tickets::issue(const Ticket& ticket, const TicketValue& value) const
{
    return make(ticket, value, nullptr, 0);
}


TicketText Tickets::renew(const Ticket& ticket, const TicketValue& value,
                          const TicketValue& previous, Milliseconds now) const
{
    return make(ticket, value, &previous, now);
}


// The keys by which the MAC is right, or a null pointer.
const Tickets::Keys* Tickets::keys_of(const Bytes& bytes) const
{
    for (const Keys& keys : keys_) {
        if (equal_secretly(keys.mac.sign({bytes.body()}).view(), bytes.mac())) {
            return &keys;
        }
    }

    return nullptr;
}


TicketReading Tickets::read(std::string_view text, const TicketValue& value,
                            Milliseconds now) const
{
    TicketReading reading;
    Bytes bytes;

    if (text.size() > ticket_max_length ||
        text.find('=') != std::string_view::npos) {
        return reading;
    }

    const std::optional<std::size_t> size =
        base64_decode(text, Base64::url, bytes.bytes.data());

    if (!size || *size < head_size + mac_size) {
        return reading;
    }

    bytes.size = *size;
    if (bytes.version() != version) {
        reading.problem = TicketProblem::other_version;
        return reading;
    }
    if ((bytes.parts() & ~all_parts) != 0 ||
        bytes.size != size_with(bytes.parts())) {
        return reading;
    }

    const Keys* const keys = keys_of(bytes);

    if (keys == nullptr) {
        reading.problem = TicketProblem::bad_mac;
        return reading;
    }

    reading.by_old_secret = keys != &keys_.front();
    reading.problem = read_body(*keys, bytes, value, now, reading);
    return reading;
}


// Of a ticket whose MAC is right: its length is that of its parts.
TicketProblem Tickets::read_body(const Keys& keys, const Bytes& bytes,
                                 const TicketValue& value, Milliseconds now,
                                 TicketReading& reading)
{
    Ticket& ticket = reading.ticket;
    std::size_t place = head_size;

    std::memcpy(ticket.id.data(), bytes.bytes.data() + id_at, ticket.id.size());
    ticket.issued = bytes.time_at(issued_at);
    ticket.expires = bytes.time_at(expires_at);

    for (const auto& each : digests) {
        if ((bytes.parts() & each.part) != 0) {
            RevocationDigest digest;

            std::memcpy(digest.data(), bytes.bytes.data() + place, hash_size);
            ticket.*each.digest = masked(keys, bytes, each.part, digest);
            place += hash_size;
        }
    }

    if (ticket.expires <= now) {
        return TicketProblem::expired;
    }

    const RevocationDigest hashed = hash(keys, value);

    if (equal_secretly(view_of(hashed), bytes.hash_at(value_at))) {
        return TicketProblem::none;
    }
    if ((bytes.parts() & with_previous) != 0 &&
        now < bytes.time_at(place + hash_size) &&
        equal_secretly(view_of(hashed), bytes.hash_at(place))) {
        reading.by_previous_value = true;
        return TicketProblem::none;
    }

    return TicketProblem::other_value;
}


std::optional<Refusal> find_refusal(const RevocationTable& table,
                                    const Ticket& ticket, Milliseconds now)
{
    const RevocationKeys keys = table.keys();
    const struct {
        RevocationKind kind;
        const std::optional<RevocationDigest>& digest;
    } named[] = {
        {RevocationKind::sid, ticket.sid},
        {RevocationKind::sub, ticket.sub},
        {RevocationKind::email, ticket.email},
    };

    if (table.has_had(RevocationKind::ticket)) {
        const RevocationKey key =
            keys.of(RevocationKind::ticket, {}, TicketIdText(ticket.id).view());

        if (const auto refusal = find_refusal(table, RevocationKind::ticket,
                                              key, ticket.issued, now)) {
            return refusal;
        }
    }

    for (const auto& [kind, digest] : named) {
        if (!digest || !table.has_had(kind)) {
            continue;
        }
        if (const auto refusal = find_refusal(
                table, kind, keys.of(kind, *digest), ticket.issued, now)) {
            return refusal;
        }
    }

    return std::nullopt;
}

}  // namespace logout
