#include "http/conf/words.hpp"

#include "http/conf/directive.hpp"


namespace {

using Setter = decltype(&ngx_conf_set_enum_slot);


// `Entry` is what the table consists of, up to an entry without a name.
template <typename Entry>
std::vector<std::string_view> words_of(const ngx_command_t& command)
{
    std::vector<std::string_view> words;

    for (const auto* entry = static_cast<const Entry*>(command.post);
         entry->name.len > 0; ++entry) {
        words.push_back(to_view(entry->name));
    }

    return words;
}


// Without regard to case, as nginx' own setters compare them.
bool is_among(const ngx_str_t& argument,
              const std::vector<std::string_view>& words)
{
    for (const std::string_view word : words) {
        const ngx_str_t name = to_ngx_str(word);

        if (name.len == argument.len &&
            ngx_strncasecmp(name.data, argument.data, name.len) == 0) {
            return true;
        }
    }

    return false;
}


// Says at "emerg" which words there are, unless all arguments are among them.
bool check_words(ngx_conf_t* cf, std::string_view directive,
                 const std::vector<std::string_view>& words)
{
    const auto* const value = static_cast<const ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        if (!is_among(value[i], words)) {
            return ngx_http_logout_unknown_word(cf, directive,
                                                to_view(value[i]), words);
        }
    }

    return true;
}


template <typename Entry>
char* set_slot(ngx_conf_t* cf, ngx_command_t* cmd, void* conf,
               Setter setter) noexcept
{
    const std::string_view directive = to_view(cmd->name);
    char* const rc = ngx_http_logout_set(cf, directive, [&] {
        return check_words(cf, directive, words_of<Entry>(*cmd));
    });

    return rc == NGX_CONF_OK ? setter(cf, cmd, conf) : rc;
}

}  // namespace


char* ngx_http_logout_set_word(ngx_conf_t* cf, ngx_command_t* cmd, void* conf)
{
    return set_slot<ngx_conf_enum_t>(cf, cmd, conf, ngx_conf_set_enum_slot);
}


char* ngx_http_logout_set_words(ngx_conf_t* cf, ngx_command_t* cmd, void* conf)
{
    return set_slot<ngx_conf_bitmask_t>(cf, cmd, conf,
                                        ngx_conf_set_bitmask_slot);
}
