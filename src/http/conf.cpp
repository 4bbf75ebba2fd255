#include "http/conf.hpp"

#include <algorithm>
#include <utility>


ConfPlace::ConfPlace(ngx_conf_t* cf)
    : file(cf->conf_file != nullptr
               ? std::string(to_view(cf->conf_file->file.name))
               : std::string()),
      line(cf->conf_file != nullptr ? cf->conf_file->line : 0)
{
}


void EntryPlaces::add(ngx_conf_t* cf, std::size_t first)
{
    ConfPlace place(cf);

    // most directives of a list are in one file
    if (files_.empty() || files_.back() != place.file) {
        files_.push_back(std::move(place.file));
    }

    directives_.push_back({first, files_.size() - 1, place.line});
}


void EntryPlaces::warn(
    ngx_conf_t* cf, const std::vector<logout::AllowlistProblem>& problems) const
{
    for (const logout::AllowlistProblem& problem : problems) {
        const auto next = std::find_if(
            directives_.begin() + 1, directives_.end(),
            [&](const Directive& each) { return each.first > problem.entry; });
        const Directive& directive = *(next - 1);

        ngx_str_t message = to_ngx_str(problem.message);
        ngx_str_t file = to_ngx_str(files_[directive.file]);

        ngx_log_error(NGX_LOG_WARN, cf->log, 0, "return URLs: %V in %V:%ui",
                      &message, &file, directive.line);
    }
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

        ngx_conf_log_error(level, cf, 0, "return URL \"%V\": %V", &text,
                           &message);
        acceptable = acceptable && !is_error;
    }

    return acceptable;
}
