#include "redis/error_words.hpp"

namespace logout::redis {

namespace {

struct KnownError {
    std::string_view beginning;
    const char* meaning;
};

constexpr const char* wrong_password = "the user's name or password is wrong";
constexpr const char* no_password_set =
    "a password is configured, and the server has none";
constexpr const char* proxy_without_server =
    "a proxy does not reach the server behind it";

constexpr KnownError known_errors[] = {
    {"READONLY", "it is a replica, which takes no writes"},
    {"MISCONF", "it cannot save to its disk, and takes no writes until it can"},
    {"NOREPLICAS", "it has fewer replicas than its min-replicas-to-write"},
    {"LOADING", "it is loading its data"},
    {"WRONGPASS", wrong_password},
    {"NOAUTH", "it wants a password, and none is configured"},
    {"NOPERM", "its access rules do not let this user do that"},
    {"OOM", "its memory is full"},
    {"BUSY", "a script keeps it busy"},
    {"MASTERDOWN", "it is a replica that has lost its master"},
    {"CLUSTERDOWN", "nobody in the cluster serves this key"},
    {"TRYAGAIN", "the key is being moved to another node"},
    {"CROSSSLOT", "the keys belong to several nodes of the cluster"},
    {"WRONGTYPE", "the key holds another kind of value"},
    {"UNKILLABLE", "a script keeps it busy"},
    {"ERR max number of clients",
     "it has as many clients as its maxclients allows"},
    {"ERR DB index is out of range", "it has no database of this number"},
    {"ERR invalid DB index", "it has no database of this number"},
    {"ERR SELECT is not allowed in cluster mode",
     "it is a node of a cluster, which has one database"},
    {"ERR AUTH <password> called without any password", no_password_set},
    {"ERR Client sent AUTH, but no password is set", no_password_set},
    {"ERR invalid password", wrong_password},
    {"ERR unknown command", "it does not know the command"},
    {"ERR This instance has cluster support disabled", "it is in no cluster"},
    {"ERR Connection refused", proxy_without_server},
    {"ERR Connection timed out", proxy_without_server},
    {"ERR Connection reset by peer", proxy_without_server},
    {"ERR Host is down", proxy_without_server},
    {"ERR No route to host", proxy_without_server},
    {"ERR Network is unreachable", proxy_without_server},
    {"no upstream host", proxy_without_server},
    {"upstream failure", proxy_without_server},
};


bool is_word_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}


// "BUSY" begins "BUSY Redis is busy", and not "BUSYKEY".
bool begins_with(std::string_view text, std::string_view beginning)
{
    return text.substr(0, beginning.size()) == beginning &&
           (text.size() == beginning.size() ||
            !is_word_character(text[beginning.size()]));
}

}  // namespace


std::string_view error_word(std::string_view text)
{
    std::size_t length = 0;

    while (length < text.size() && length < error_word_limit &&
           text[length] >= 'A' && text[length] <= 'Z') {
        length++;
    }

    return length == 0 ? std::string_view("ERR") : text.substr(0, length);
}


const char* error_meaning(std::string_view text)
{
    if (is_read_only(text)) {
        text = "READONLY";
    }

    for (const KnownError& error : known_errors) {
        if (begins_with(text, error.beginning)) {
            return error.meaning;
        }
    }

    return nullptr;
}


bool is_read_only(std::string_view error)
{
    constexpr std::string_view script = "ERR Error running script";

    return error_word(error) == "READONLY" ||
           (begins_with(error, script) &&
            error.find(" -READONLY ") != std::string_view::npos);
}

}  // namespace logout::redis
