#include "core/request/jsonp.hpp"

#include <algorithm>
#include <charconv>

namespace logout {

namespace {

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}


bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}


bool is_name_start(char c)
{
    return is_letter(c) || c == '_' || c == '$';
}


bool is_name_character(char c)
{
    return is_name_start(c) || is_digit(c) || c == '.';
}


bool is_host_character(char c)
{
    return is_letter(c) || is_digit(c) || c == '-' || c == '.';
}


void append_number(std::pmr::string& out, long long number)
{
    char digits[24];
    const std::to_chars_result end =
        std::to_chars(digits, digits + sizeof(digits), number);

    out.append(digits, end.ptr);
}


// "<" would end a script element into which somebody copies the answer.
void append_json_string(std::pmr::string& out, std::string_view text)
{
    out += '"';
    for (char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        if (static_cast<unsigned char>(c) < ' ' || c == '<') {
            c = ' ';
        }
        out += c;
    }
    out += '"';
}


void append_call(std::pmr::string& out, const JsonpAnswer& answer)
{
    out += "SPiD.Talk.response(\"";
    out += answer.callback;
    out += "\",";
}


void append_response(std::pmr::string& out, const JsonpAnswer& answer,
                     bool result)
{
    out += result ? "{\"result\":true,\"serverTime\":"
                  : "{\"result\":false,\"serverTime\":";
    append_number(out, answer.server_time);
    out += ",\"baseDomain\":\"";
    if (std::all_of(answer.base_domain.begin(), answer.base_domain.end(),
                    is_host_character)) {
        out += answer.base_domain;
    }
    out += "\"}";
}

}  // namespace


bool is_jsonp_callback(std::string_view name)
{
    return !name.empty() && name.size() <= jsonp_callback_max_length &&
           is_name_start(name.front()) &&
           std::all_of(name.begin(), name.end(), is_name_character);
}


std::pmr::string jsonp_logged_out(const JsonpAnswer& answer,
                                  std::pmr::memory_resource* memory)
{
    std::pmr::string out(memory);

    append_call(out, answer);
    append_response(out, answer, true);
    out += ");\n";

    return out;
}


std::pmr::string jsonp_failed(const JsonpAnswer& answer, int status,
                              std::string_view result,
                              std::string_view description,
                              std::pmr::memory_resource* memory)
{
    std::pmr::string out(memory);

    append_call(out, answer);
    out += "{\"error\":{\"code\":";
    append_number(out, status);
    out += ",\"type\":";
    append_json_string(out, result);
    out += ",\"description\":";
    append_json_string(out, description);
    out += "},\"response\":";
    append_response(out, answer, false);
    out += "});\n";

    return out;
}

}  // namespace logout
