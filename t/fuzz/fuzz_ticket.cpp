// Tickets that anybody can have made, and, for what is behind the MAC, some
// that have the right one. The first byte says what the rest is:
//
//   t  a ticket's text, of which only those that were issued are good
//   b  a ticket's bytes without the MAC, which is added

#include "fuzz.hpp"

#include "core/base/base64.hpp"
#include "core/revocation/ticket.hpp"

#include <string>

namespace {

using logout::DigestAlgorithm;
using logout::HmacKey;
using logout::Ticket;
using logout::TicketProblem;
using logout::TicketReading;
using logout::Tickets;

constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";
constexpr logout::Milliseconds now = 1800000000000;
constexpr std::string_view value[] = {"new value"};
constexpr logout::TicketValue value_chunks = {value, 1};
constexpr std::size_t value_at = 34;
constexpr std::size_t head_size = 50;


const Tickets& tickets()
{
    const char* problem = "";
    static const Tickets made = *Tickets::with_secrets({secret}, problem);

    return made;
}


std::string decoded(std::string_view text)
{
    std::string bytes(logout::base64_decoded_max(text.size()), '\0');

    bytes.resize(
        *logout::base64_decode(text, logout::Base64::url, bytes.data()));
    return bytes;
}


std::string encoded(std::string_view bytes)
{
    std::string text(logout::base64_encoded_size(bytes.size()), '\0');

    logout::base64_encode(bytes, logout::Base64::url, text.data());
    return text;
}


// The bytes with the value's hash, so that it need not be guessed.
std::string with_value(std::string_view bytes)
{
    static const std::string hash =
        decoded(tickets().issue(Ticket(), value_chunks).view())
            .substr(value_at, head_size - value_at);
    std::string changed(bytes);

    if (changed.size() >= head_size) {
        changed.replace(value_at, hash.size(), hash);
    }
    return changed;
}


std::string sealed(const std::string& body)
{
    static const auto key =
        HmacKey(DigestAlgorithm::sha256, secret).sign({"logout_ticket 1 mac"});
    const auto mac = HmacKey(DigestAlgorithm::sha256, key.view()).sign({body});

    return encoded(body + std::string(mac.view()));
}


TicketReading read(std::string_view text)
{
    const TicketReading reading = tickets().read(text, value_chunks, now);

    REQUIRE(*logout::describe(reading.problem) != '\0');
    REQUIRE(!reading.by_old_secret);
    return reading;
}


// Of each ticket there is one text: this one, but for the previous value.
void check(const TicketReading& reading, std::string_view text)
{
    constexpr std::size_t bytes_of_previous = 24;
    const std::string bytes = decoded(text);
    std::string again =
        decoded(tickets().issue(reading.ticket, value_chunks).view());
    const std::size_t previous = (bytes[1] & 8) != 0 ? bytes_of_previous : 0;

    REQUIRE(reading.ticket.expires > now);
    REQUIRE(!reading.by_previous_value);
    REQUIRE(bytes.size() == again.size() + previous);
    // masks depend on the byte that says whether there is one
    REQUIRE(previous != 0 || bytes == again);
}

}  // namespace


extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size)
{
    if (size == 0) {
        return 0;
    }

    const std::string_view input = to_view(data + 1, size - 1);

    if (data[0] == 't') {
        const TicketReading reading = read(input);

        if (reading.problem == TicketProblem::none) {
            check(reading, input);
        }
    } else if (data[0] == 'b') {
        const std::string text = sealed(with_value(input));
        const TicketReading reading = read(text);

        REQUIRE(reading.problem != TicketProblem::bad_mac);
        if (reading.problem == TicketProblem::none) {
            check(reading, text);
        }
    }
    return 0;
}
