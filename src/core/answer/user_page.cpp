#include "core/answer/user_page.hpp"

#include "core/base/json_writer.hpp"

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


void write_json(const Message& message, std::pmr::string& body)
{
    JsonWriter json(body);

    json.open('{');
    json.member("result").text(name(message.result));

    if (message.error != RequestError::none) {
        json.member("error").text(name(message.error));
        json.member("error_description").text(explain_to_user(message.error));
    }

    if (!message.parameter.empty()) {
        json.member("parameter").text(message.parameter);
    }

    if (!message.return_url.empty()) {
        json.member("return_url").text(message.return_url);
    }

    json.close('}');
    body += '\n';
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
