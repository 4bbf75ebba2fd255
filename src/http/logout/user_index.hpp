// The parameters all=, all_prefix=, all_max= and user_field= of logout_session:
// the index by which one logout ends all sessions of a user.

#ifndef NGX_HTTP_LOGOUT_INDEX_HPP
#define NGX_HTTP_LOGOUT_INDEX_HPP

#include "http/ngx.hpp"

#include "core/session/user_index.hpp"

#include <optional>
#include <string>
#include <string_view>

struct KeyVariables;
struct LogoutContext;


struct IndexRule {
    std::string text;  // of all=, as written
    std::string user_field;
    std::string member_prefix;
    std::size_t max = logout::session_index_default_max;

    // The index's key; with a user_field, what stands before and behind the
    // user in it.
    std::optional<ngx_http_complex_value_t> key;
    std::optional<ngx_http_complex_value_t> key_end;
};


// Reads one parameter. Returns false if its name is none of the four; `problem`
// is a sentence without a full stop, or empty.
bool ngx_http_logout_read_index_parameter(std::string_view name,
                                          std::string_view value,
                                          std::optional<IndexRule>& rule,
                                          std::string& problem);

// Judges what was read, and compiles it. Returns false if nginx must not start;
// the reason is logged.
bool ngx_http_logout_finish_index(ngx_conf_t* cf, IndexRule& rule);

// The command that ends the sessions of `own_keys` and of the index. Nothing if
// a variable in all= is empty, so that there is no index. Throws
// std::bad_alloc.
std::optional<std::pmr::vector<std::string_view>>
ngx_http_logout_index_command(LogoutContext& context, const IndexRule& rule,
                              const KeyVariables& variables,
                              const std::string_view* own_keys,
                              std::size_t count);

#endif
