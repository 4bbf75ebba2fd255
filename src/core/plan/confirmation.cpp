#include "core/plan/confirmation.hpp"

#include "core/base/escape.hpp"

#include <algorithm>

namespace logout {

namespace {

// Lengths are written out, so that no two lists of sessions read the same.
void append_counted(std::pmr::string& out, std::string_view text)
{
    append_number(out, text.size());
    out += ':';
    out += text;
}


void append_hidden(std::pmr::string& body, std::string_view name,
                   std::string_view value)
{
    body += "<input type=\"hidden\" name=\"";
    append_html(body, name);
    body += "\" value=\"";
    append_html(body, value);
    body += "\">\n";
}


// The value of the field in `body`; empty if there is none.
std::string_view sent_token(std::string_view body)
{
    while (!body.empty()) {
        const std::string_view pair = body.substr(0, body.find('&'));
        const std::size_t equals = pair.find('=');

        if (pair.substr(0, equals) == confirmation_field) {
            return equals == pair.npos ? std::string_view()
                                       : pair.substr(equals + 1);
        }

        body.remove_prefix(std::min(pair.size() + 1, body.size()));
    }

    return {};
}

}  // namespace


std::pmr::string confirmation_token(const HmacKey& key,
                                    const PlannedSessions& sessions,
                                    std::pmr::memory_resource* memory)
{
    std::pmr::string input(memory);

    for (const PlannedSession& planned : sessions) {
        append_number(input, planned.rule);
        input += ',';
        append_counted(input, planned.session.id);
    }

    const DigestValue code = key.sign({"logout_confirm\n", input});
    std::pmr::string token(2 * code.size, '\0', memory);

    hex_encode(code.view(), token.data());
    return token;
}


bool is_confirmed(std::string_view body, std::string_view expected)
{
    return equal_secretly(sent_token(body), expected);
}


// Without form-action: browsers compare that with where the answer to the form
// redirects to, too, and that is the application.
std::string_view confirmation_page_policy()
{
    return "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
}


// The page's URL may have an id_token_hint in its query, and the form is sent
// to it: without "referrer" the token would be in a Referer header, and in
// everybody's access log.
void write_confirmation_page(std::string_view token, const Parameters& resent,
                             std::pmr::string& body)
{
    body += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
            "<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\""
            " content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n"
            "<meta name=\"referrer\" content=\"origin\">\n"
            "<title>Sign out?</title>\n</head>\n<body>\n"
            "<h1>Sign out?</h1>\n<p>Do you want to sign out?</p>\n"
            "<form method=\"post\">\n";

    append_hidden(body, confirmation_field, token);

    for (std::size_t i = 0; i < parameter_count; ++i) {
        const auto parameter = static_cast<Parameter>(i);

        if (resent[parameter].given) {
            append_hidden(body, parameter_name(parameter),
                          resent[parameter].text);
        }
    }

    body += "<button type=\"submit\">Sign out</button>\n"
            "</form>\n</body>\n</html>\n";
}

}  // namespace logout
