#include "core/answer/user_page.hpp"

namespace logout {

namespace {

std::string_view title(const Message& message)
{
    return is_ended(message.result) ? "Signed out" : "Not signed out";
}


void append_user_text(const Message& message, std::pmr::string& body)
{
    body += explain_to_user(message.result);

    if (message.error == RequestError::none) {
        return;
    }

    body += ' ';
    body += explain_to_user(message.error);
}


// The word an operator can search for, and the parameter's name.
void append_reason(const Message& message, std::pmr::string& body)
{
    body += message.error == RequestError::none ? name(message.result)
                                                : name(message.error);

    if (!message.parameter.empty()) {
        body += ": ";
        body += message.parameter;
    }
}


void write_html(const Message& message, std::pmr::string& body)
{
    body += "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
            "<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\""
            " content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n"
            "<title>";
    body += title(message);
    body += "</title>\n</head>\n<body>\n<h1>";
    body += title(message);
    body += "</h1>\n<p>";
    append_user_text(message, body);
    body += "</p>\n";

    if (message.error != RequestError::none || !is_ended(message.result)) {
        body += "<p><small>";
        append_reason(message, body);
        body += "</small></p>\n";
    }

    body += "</body>\n</html>\n";
}


void write_text(const Message& message, std::pmr::string& body)
{
    append_user_text(message, body);

    if (message.error != RequestError::none || !is_ended(message.result)) {
        body += " (";
        append_reason(message, body);
        body += ')';
    }

    body += '\n';
}


// Values are words of ours, and canonical URLs, whose grammar has no byte that
// JSON would escape.
void append_member(std::string_view member, std::string_view value,
                   std::pmr::string& body)
{
    body += ",\"";
    body += member;
    body += "\":\"";
    body += value;
    body += '"';
}


void write_json(const Message& message, std::pmr::string& body)
{
    body += "{\"result\":\"";
    body += name(message.result);
    body += '"';

    if (message.error != RequestError::none) {
        append_member("error", name(message.error), body);
        append_member("error_description", explain_to_user(message.error),
                      body);
    }

    if (!message.parameter.empty()) {
        append_member("parameter", message.parameter, body);
    }

    if (!message.return_url.empty()) {
        append_member("return_url", message.return_url, body);
    }

    body += "}\n";
}

}  // namespace


std::string_view content_type(BodyFormat format)
{
    switch (format) {
    case BodyFormat::html:
        return "text/html; charset=utf-8";
    case BodyFormat::json:
        return "application/json";
    case BodyFormat::text:
        break;
    }

    return "text/plain; charset=utf-8";
}


void write_body(BodyFormat format, const Message& message,
                std::pmr::string& body)
{
    body.reserve(512);

    switch (format) {
    case BodyFormat::html:
        write_html(message, body);
        break;
    case BodyFormat::json:
        write_json(message, body);
        break;
    case BodyFormat::text:
        write_text(message, body);
        break;
    }
}

}  // namespace logout
