// What the setters of this module's directives share.

#ifndef NGX_HTTP_LOGOUT_DIRECTIVE_HPP
#define NGX_HTTP_LOGOUT_DIRECTIVE_HPP

#include "http/ngx.hpp"
#include "http/pool.hpp"

#include <exception>
#include <initializer_list>
#include <string>
#include <vector>


// An argument NAME=VALUE, or NAME alone. Points into the argument.
struct Parameter {
    explicit Parameter(std::string_view argument);

    std::string_view name;
    std::string_view value;
    bool has_value;
};


// Says at "emerg" what is wrong with an argument. Returns false.
bool ngx_http_logout_refuse(ngx_conf_t* cf, std::string_view argument,
                            std::string_view problem);

// Says at "emerg" that `directive` has no such parameter, and which may be
// meant; `candidates` as for logout::unknown_parameter(). Returns false.
bool ngx_http_logout_unknown_parameter(
    ngx_conf_t* cf, std::string_view directive, std::string_view argument,
    std::initializer_list<std::string_view> candidates);

// Says at "emerg" that `directive` does not take `word`, and which it takes, or
// which may be meant. Returns false.
bool ngx_http_logout_unknown_word(ngx_conf_t* cf, std::string_view directive,
                                  std::string_view word,
                                  const std::vector<std::string_view>& words);


// What a setter returns: `read` says whether all is well, after saying what is
// not. No exception leaves, `directive` is named instead.
template <typename Read>
char* ngx_http_logout_set(ngx_conf_t* cf, std::string_view directive,
                          Read read) noexcept
{
    bool done = false;

    try {
        done = read();

    } catch (const std::exception& e) {
        ngx_str_t name = to_ngx_str(directive);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%V: %s", &name, e.what());
    }

    return done ? NGX_CONF_OK : static_cast<char*>(NGX_CONF_ERROR);
}


// The same for a directive that may stand once on a level, where `place` keeps
// what `read` fills.
template <typename Rule>
char* ngx_http_logout_set_once(ngx_conf_t* cf, const ngx_command_t* command,
                               Rule*& place,
                               bool (*read)(ngx_conf_t*, Rule&)) noexcept
{
    if (place != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    return ngx_http_logout_set(cf, to_view(command->name), [&] {
        place = create_in_pool<Rule>(cf->pool);
        return read(cf, *place);
    });
}


// The same for one that may be repeated: `place` keeps a list, to which `read`
// adds.
template <typename List>
char* ngx_http_logout_set_more(ngx_conf_t* cf, const ngx_command_t* command,
                               List*& place,
                               bool (*read)(ngx_conf_t*, List&)) noexcept
{
    return ngx_http_logout_set(cf, to_view(command->name), [&] {
        if (place == nullptr) {
            place = create_in_pool<List>(cf->pool);
        }

        return read(cf, *place);
    });
}

#endif
