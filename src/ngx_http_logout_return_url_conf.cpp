// The directives logout_return_url, logout_client and logout_federated: where
// browsers may be sent.

#include "ngx_http_logout_conf.hpp"
#include "ngx_http_logout_pool.hpp"

#include <exception>


namespace {

char* const conf_error = static_cast<char*>(NGX_CONF_ERROR);


// What the parser of one logout_client block fills.
struct ClientBlock {
    logout::Client client;
    FederatedUrl federated;
    std::size_t urls = 0;
};


bool add_urls(ngx_conf_t* cf, logout::Allowlist& urls)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const std::string_view entry = to_view(value[i]);

        if (!ngx_http_logout_report(cf, urls.add(entry), entry)) {
            return false;
        }
    }

    return true;
}


bool add_origins(ngx_conf_t* cf, logout::Client& client)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    for (ngx_uint_t i = 1; i < cf->args->nelts; ++i) {
        const auto problem = client.origins.add(to_view(value[i]));

        if (problem) {
            ngx_str_t message = to_ngx_str(*problem);

            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "origin \"%V\": %V",
                               &value[i], &message);
            return false;
        }
    }

    return true;
}


char* read_client_issuer(ngx_conf_t* cf, logout::Client& client)
{
    if (client.issuer != nullptr || cf->args->nelts != 3) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"jwks\" in logout_client takes FILE and"
                           " issuer=URL, once");
        return conf_error;
    }

    client.issuer = ngx_http_logout_read_issuer(cf);
    return client.issuer != nullptr ? NGX_CONF_OK : conf_error;
}


char* read_client_parameter(ngx_conf_t* cf, ClientBlock& block)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const std::string_view name = to_view(value[0]);

    if (name == "include") {
        return ngx_conf_include(cf, nullptr, nullptr);
    }

    if (cf->args->nelts < 2) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" in logout_client needs a value", &value[0]);
        return conf_error;
    }

    if (name == "return_url") {
        block.urls += cf->args->nelts - 1;
        return add_urls(cf, block.client.return_urls) ? NGX_CONF_OK
                                                      : conf_error;
    }

    if (name == "origin") {
        return add_origins(cf, block.client) ? NGX_CONF_OK : conf_error;
    }

    if (name == "federated") {
        if (block.federated.value != nullptr || cf->args->nelts != 2) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"federated\" takes one URL, once");
            return conf_error;
        }

        return ngx_http_logout_read_federated(cf, &value[1], block.federated)
                   ? NGX_CONF_OK
                   : conf_error;
    }

    if (name == "jwks" || name == "logout_jwks") {
        return read_client_issuer(cf, block.client);
    }

    return ngx_http_logout_unknown_parameter(
        cf, "logout_client", name,
        {"return_url", "origin", "federated", "jwks", "include"});
}


char* client_block_handler(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    try {
        return read_client_parameter(cf, *static_cast<ClientBlock*>(conf));

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_client: %s", e.what());
        return conf_error;
    }
}


char* parse_client_block(ngx_conf_t* cf, ClientBlock& block)
{
    const ngx_conf_t save = *cf;

    cf->handler = client_block_handler;
    cf->handler_conf = reinterpret_cast<char*>(&block);

    char* const rc = ngx_conf_parse(cf, nullptr);

    *cf = save;
    return rc;
}


bool finish_client(ngx_conf_t* cf, ClientBlock& block, ClientList& clients)
{
    if (!ngx_http_logout_report(
            cf, block.client.return_urls.compile(&clients.memory), {})) {
        return false;
    }

    if (block.federated.value != nullptr) {
        clients.federated.push_back(block.federated);
        block.client.tag = clients.federated.size();
    }

    const auto problem = clients.registry.add(std::move(block.client));
    if (problem) {
        ngx_str_t message = to_ngx_str(*problem);

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_client: %V", &message);
        return false;
    }

    return true;
}


char* read_client(ngx_conf_t* cf, ngx_http_logout_loc_conf_t* llcf)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    if (llcf->clients == nullptr) {
        llcf->clients = create_in_pool<ClientList>(cf->pool);
    }

    ClientBlock block;
    block.client.id = to_view(value[1]);

    char* const rc = parse_client_block(cf, block);
    if (rc != NGX_CONF_OK) {
        return rc;
    }

    return finish_client(cf, block, *llcf->clients) ? NGX_CONF_OK : conf_error;
}


// "https://host:port/", before anything that a variable could change.
std::string_view literal_origin(std::string_view url)
{
    const std::size_t host = url.find("://");
    if (host == url.npos) {
        return {};
    }

    const std::size_t end = url.find_first_of("/?#", host + 3);
    const std::string_view origin = url.substr(0, end);

    return origin.find('$') == origin.npos ? origin : std::string_view();
}


ngx_http_complex_value_t* compile_value(ngx_conf_t* cf, ngx_str_t* text)
{
    auto* const value = static_cast<ngx_http_complex_value_t*>(
        ngx_pcalloc(cf->pool, sizeof(ngx_http_complex_value_t)));
    if (value == nullptr) {
        return nullptr;
    }

    ngx_http_compile_complex_value_t ccv = {};
    ccv.cf = cf;
    ccv.value = text;
    ccv.complex_value = value;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? value : nullptr;
}

}  // namespace


bool ngx_http_logout_read_federated(ngx_conf_t* cf, ngx_str_t* text,
                                    FederatedUrl& federated)
{
    logout::UrlBuffer buffer;
    logout::Url url;

    const std::string_view origin = literal_origin(to_view(*text));
    const logout::UrlRule rule = parse_url(origin, buffer, url);

    if (origin.empty() || rule != logout::UrlRule::ok ||
        url.kind != logout::UrlKind::web) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "federated URL \"%V\" must begin with http:// or"
                           " https:// and a host, without variables up to the"
                           " path",
                           text);
        return false;
    }

    federated.origin = url.origin;
    federated.value = compile_value(cf, text);
    return federated.value != nullptr;
}


char* ngx_http_logout_return_url(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    try {
        if (llcf->return_urls == nullptr) {
            llcf->return_urls = create_in_pool<ReturnUrlList>(cf->pool);
        }

        llcf->return_urls->place = ConfPlace(cf);
        return add_urls(cf, llcf->return_urls->urls) ? NGX_CONF_OK : conf_error;

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_return_url: %s",
                           e.what());
        return conf_error;
    }
}


char* ngx_http_logout_client_block(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    try {
        return read_client(cf, static_cast<ngx_http_logout_loc_conf_t*>(conf));

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_client: %s", e.what());
        return conf_error;
    }
}


char* ngx_http_logout_federated(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    if (llcf->federated != nullptr) {
        return const_cast<char*>("is duplicate");
    }

    try {
        llcf->federated = create_in_pool<FederatedUrl>(cf->pool);
        return ngx_http_logout_read_federated(cf, &value[1], *llcf->federated)
                   ? NGX_CONF_OK
                   : conf_error;

    } catch (const std::exception& e) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "logout_federated: %s",
                           e.what());
        return conf_error;
    }
}
