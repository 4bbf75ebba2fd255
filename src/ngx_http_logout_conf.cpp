#include "ngx_http_logout_conf.hpp"


ConfPlace::ConfPlace(ngx_conf_t* cf)
    : file(cf->conf_file != nullptr
               ? std::string(to_view(cf->conf_file->file.name))
               : std::string()),
      line(cf->conf_file != nullptr ? cf->conf_file->line : 0)
{
}


void ngx_http_logout_conf_error(ngx_conf_t* cf, const ConfPlace& place,
                                const std::string& message)
{
    ngx_str_t text = to_ngx_str(message);
    ngx_str_t file = to_ngx_str(place.file);

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%V in %V:%ui", &text, &file,
                  place.line);
}


bool ngx_http_logout_report(ngx_conf_t* cf,
                            const std::vector<logout::AllowlistProblem>& list,
                            std::string_view entry)
{
    using Severity = logout::AllowlistProblem::Severity;

    bool acceptable = true;

    for (const logout::AllowlistProblem& problem : list) {
        const bool is_error = problem.severity == Severity::error;
        const ngx_uint_t level = is_error ? NGX_LOG_EMERG : NGX_LOG_WARN;
        ngx_str_t message = to_ngx_str(problem.message);
        ngx_str_t text = to_ngx_str(entry);

        if (entry.empty()) {
            ngx_conf_log_error(level, cf, 0, "return URLs: %V", &message);
        } else {
            ngx_conf_log_error(level, cf, 0, "return URL \"%V\": %V", &text,
                               &message);
        }

        acceptable = acceptable && !is_error;
    }

    return acceptable;
}
