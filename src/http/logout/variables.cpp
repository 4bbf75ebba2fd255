// The variables: $logout_result and its kin.

#include "http/logout/context.hpp"

#include "core/base/form_encoding.hpp"
#include "core/session/id_hash.hpp"

#include <exception>


namespace {

// What a variable shows of a logout. Empty: the variable is not there.
using Getter = std::string_view (*)(LogoutContext& context);


std::string_view result(LogoutContext& context)
{
    return context.response ? name(context.response->result)
                            : std::string_view();
}


std::string_view error(LogoutContext& context)
{
    return context.plan ? name(reported_error(*context.plan, context.outcome))
                        : std::string_view();
}


std::string_view client_id(LogoutContext& context)
{
    return context.plan && context.plan->client != nullptr
               ? std::string_view(context.plan->client->id)
               : std::string_view();
}


std::string_view return_url(LogoutContext& context)
{
    return context.plan ? context.plan->return_url : std::string_view();
}


std::string_view signal(LogoutContext& context)
{
    return context.plan ? context.plan->signal : std::string_view();
}


std::string_view keep(std::string_view text, LogoutContext& context)
{
    return to_view(copy_to_pool(context.r->pool, text));
}


std::string_view return_url_escaped(LogoutContext& context)
{
    return keep(logout::escape_component(return_url(context), &context.memory),
                context);
}


std::string_view session_hash(LogoutContext& context)
{
    if (!context.plan || context.plan->sessions.empty()) {
        return {};
    }

    return logout::session_hash(*ngx_http_logout_main_conf(context.r)->hash_key,
                                context.plan->sessions[0].session.id,
                                &context.memory);
}


std::string_view keys_deleted(LogoutContext& context)
{
    if (!context.response) {
        return {};
    }

    u_char text[NGX_INT_T_LEN];
    const u_char* const end = ngx_sprintf(text, "%uz", context.outcome.deleted);

    return keep(
        {reinterpret_cast<char*>(text), static_cast<std::size_t>(end - text)},
        context);
}


std::string_view redis_time(LogoutContext& context)
{
    if (!context.redis_time) {
        return {};
    }

    u_char text[NGX_TIME_T_LEN + 4];
    const u_char* const end = ngx_sprintf(
        text, "%T.%03M", static_cast<time_t>(*context.redis_time / 1000),
        *context.redis_time % 1000);

    return keep(
        {reinterpret_cast<char*>(text), static_cast<std::size_t>(end - text)},
        context);
}


struct Variable {
    std::string_view name;
    Getter getter;
};


const Variable variables[] = {
    {"logout_result", result},
    {"logout_error", error},
    {"logout_client_id", client_id},
    {"logout_return_url", return_url},
    {"logout_return_url_escaped", return_url_escaped},
    {"logout_signal", signal},
    {"logout_session_hash", session_hash},
    {"logout_keys_deleted", keys_deleted},
    {"logout_redis_time", redis_time},
};


struct KeyVariable {
    std::string_view name;
    std::string_view KeyVariables::*value;
};


const KeyVariable key_variables[] = {
    {"logout_session_id", &KeyVariables::session_id},
    {"logout_token", &KeyVariables::token},
    {"logout_sid", &KeyVariables::sid},
    {"logout_sub", &KeyVariables::sub},
    {"logout_iss", &KeyVariables::iss},
    {"logout_email", &KeyVariables::email},
};


void set_value(ngx_http_variable_value_t* v, std::string_view text)
{
    if (text.empty()) {
        v->not_found = 1;
        return;
    }

    v->len = text.size();
    v->data = reinterpret_cast<u_char*>(const_cast<char*>(text.data()));
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
}


ngx_int_t get_variable(ngx_http_request_t* r, ngx_http_variable_value_t* v,
                       uintptr_t data)
{
    LogoutContext* const context = ngx_http_logout_context(r);

    if (context == nullptr) {
        v->not_found = 1;
        return NGX_OK;
    }

    try {
        set_value(v, variables[data].getter(*context));
        return NGX_OK;

    } catch (const std::exception& e) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "logout: %s",
                      e.what());
        return NGX_ERROR;
    }
}


ngx_int_t get_key_variable(ngx_http_request_t* r, ngx_http_variable_value_t* v,
                           uintptr_t data)
{
    const LogoutContext* const context = ngx_http_logout_context(r);

    if (context != nullptr && context->key_variables != nullptr) {
        set_value(v, context->key_variables->*key_variables[data].value);
        return NGX_OK;
    }

    try {
        ngx_http_logout_note_early_use(r);
        v->not_found = 1;
        return NGX_OK;

    } catch (const std::exception&) {
        return NGX_ERROR;
    }
}


template <typename Table>
ngx_int_t add_variables(ngx_conf_t* cf, const Table& table,
                        ngx_http_get_variable_pt handler)
{
    uintptr_t index = 0;

    for (const auto& variable : table) {
        ngx_str_t variable_name = to_ngx_str(variable.name);
        ngx_http_variable_t* const v =
            ngx_http_add_variable(cf, &variable_name, NGX_HTTP_VAR_NOCACHEABLE);

        if (v == nullptr) {
            return NGX_ERROR;
        }

        v->get_handler = handler;
        v->data = index++;
    }

    return NGX_OK;
}

}  // namespace


ngx_int_t ngx_http_logout_add_variables(ngx_conf_t* cf)
{
    if (add_variables(cf, variables, get_variable) != NGX_OK) {
        return NGX_ERROR;
    }

    return add_variables(cf, key_variables, get_key_variable);
}
