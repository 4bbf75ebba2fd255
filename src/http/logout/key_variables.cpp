#include "http/logout/key_variables.hpp"

#include "http/logout/context.hpp"

#include <new>


namespace {

ngx_uint_t variable_count(const ngx_http_request_t* r)
{
    const auto* const cmcf = static_cast<const ngx_http_core_main_conf_t*>(
        ngx_http_get_module_main_conf(r, ngx_http_core_module));

    return cmcf->variables.nelts;
}


// Marks the pool's cleanup, which all that happens to one request shares:
// subrequests and internal redirects have the same variables.
void early_use_marker(void*) {}

}  // namespace


KeyScope::KeyScope(LogoutContext& context, const KeyVariables& variables)
    : context_(context), count_(variable_count(context.r)),
      saved_(static_cast<ngx_http_variable_value_t*>(
          context.memory.allocate(count_ * sizeof(ngx_http_variable_value_t),
                                  alignof(ngx_http_variable_value_t))))
{
    save();
    context.key_variables = &variables;
}


KeyScope::~KeyScope()
{
    context_.key_variables = nullptr;
    restore();
}


void KeyScope::save()
{
    ngx_http_request_t* const r = context_.r;

    ngx_memcpy(saved_, r->variables, count_ * sizeof(*saved_));

#if (NGX_PCRE)
    ncaptures_ = r->ncaptures;
    captures_ = r->captures;
    captures_data_ = r->captures_data;
    realloc_captures_ = r->realloc_captures;
    r->realloc_captures = 1;
#endif
}


void KeyScope::restore()
{
    ngx_http_request_t* const r = context_.r;

    ngx_memcpy(r->variables, saved_, count_ * sizeof(*saved_));

#if (NGX_PCRE)
    r->ncaptures = ncaptures_;
    r->captures = captures_;
    r->captures_data = captures_data_;
    r->realloc_captures = realloc_captures_;
#endif
}


void ngx_http_logout_note_early_use(ngx_http_request_t* r)
{
    if (ngx_http_logout_was_used_early(r)) {
        return;
    }

    ngx_pool_cleanup_t* const marker = ngx_pool_cleanup_add(r->pool, 0);
    if (marker == nullptr) {
        throw std::bad_alloc();
    }

    marker->handler = early_use_marker;
}


bool ngx_http_logout_was_used_early(const ngx_http_request_t* r)
{
    for (const auto* cleanup = r->pool->cleanup; cleanup != nullptr;
         cleanup = cleanup->next) {
        if (cleanup->handler == early_use_marker) {
            return true;
        }
    }

    return false;
}


void ngx_http_logout_refuse_early_use(LogoutContext& context,
                                      std::size_t store) noexcept
{
    ngx_http_logout_note_failure(
        context, store,
        "$logout_session_id or one of its kind was used before the logout"
        " began, when it was empty");
}
