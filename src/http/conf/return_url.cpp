// The directives logout_return_url, logout_client and logout_federated: where
// browsers may be sent.

#include "http/conf.hpp"
#include "http/conf/directive.hpp"
#include "http/complex_value.hpp"


namespace {

// What the parser of one logout_client block fills.
struct ClientBlock {
    logout::Client client;
    logout::TokenIssuers* issuers = nullptr;  // the client's
    FederatedUrl federated;
    EntryPlaces places;
};


bool add_urls(ngx_conf_t* cf, logout::Allowlist& urls, EntryPlaces& places)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    places.add(cf, urls.size());

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


bool add_client_issuer(ngx_conf_t* cf, logout::Client& client,
                       logout::TokenIssuers*& issuers)
{
    if (issuers == nullptr) {
        issuers = create_in_pool<logout::TokenIssuers>(cf->pool);
        client.issuers = issuers;
    }

    return ngx_http_logout_add_issuer(cf, *issuers);
}


bool read_client_federated(ngx_conf_t* cf, FederatedUrl& federated)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    if (federated.value || cf->args->nelts != 2) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"federated\" takes one URL, once");
        return false;
    }

    return ngx_http_logout_read_federated(cf, &value[1], federated);
}


bool read_client_parameter(ngx_conf_t* cf, ClientBlock& block)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    const std::string_view name = to_view(value[0]);

    if (name == "include") {
        return ngx_conf_include(cf, nullptr, nullptr) == NGX_CONF_OK;
    }

    if (cf->args->nelts < 2) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" in logout_client needs a value", &value[0]);
        return false;
    }

    if (name == "return_url") {
        return add_urls(cf, block.client.return_urls, block.places);
    }

    if (name == "origin") {
        return add_origins(cf, block.client);
    }

    if (name == "federated") {
        return read_client_federated(cf, block.federated);
    }

    if (name == "jwks" || name == "logout_jwks") {
        return add_client_issuer(cf, block.client, block.issuers);
    }

    return ngx_http_logout_unknown_parameter(
        cf, "logout_client", name,
        {"return_url", "origin", "federated", "jwks", "include"});
}


char* client_block_handler(ngx_conf_t* cf, ngx_command_t*, void* conf)
{
    return ngx_http_logout_set(cf, "logout_client", [&] {
        return read_client_parameter(cf, *static_cast<ClientBlock*>(conf));
    });
}


bool parse_client_block(ngx_conf_t* cf, ClientBlock& block)
{
    const ngx_conf_t save = *cf;

    cf->handler = client_block_handler;
    cf->handler_conf = reinterpret_cast<char*>(&block);

    char* const rc = ngx_conf_parse(cf, nullptr);

    *cf = save;
    return rc == NGX_CONF_OK;
}


bool finish_client(ngx_conf_t* cf, ClientBlock& block, ClientList& clients)
{
    block.places.warn(cf, block.client.return_urls.compile(&clients.memory));

    if (block.federated.value) {
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


bool read_client(ngx_conf_t* cf, ClientList& clients)
{
    const auto* const value = static_cast<ngx_str_t*>(cf->args->elts);
    ClientBlock block;

    block.client.id = to_view(value[1]);

    return parse_client_block(cf, block) && finish_client(cf, block, clients);
}


bool read_return_urls(ngx_conf_t* cf, ReturnUrlList& list)
{
    return add_urls(cf, list.urls, list.places);
}


bool read_federated(ngx_conf_t* cf, FederatedUrl& federated)
{
    auto* const value = static_cast<ngx_str_t*>(cf->args->elts);

    return ngx_http_logout_read_federated(cf, &value[1], federated);
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


// Auth0's own endpoint does not look at the query of "returnTo".
bool is_return_url_compared(std::string_view text)
{
    constexpr std::string_view nested = "$logout_return_url";
    constexpr std::string_view auth0_name = "returnTo=";

    const std::size_t place = text.find(nested);
    if (place == text.npos) {
        return false;
    }

    const std::string_view before = text.substr(0, place);
    const bool is_auth0 =
        before.find("/v2/logout?") != before.npos &&
        before.size() > auth0_name.size() &&
        before.substr(before.size() - auth0_name.size()) == auth0_name;

    return !is_auth0;
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
    federated.return_url_compared = is_return_url_compared(to_view(*text));
    return ngx_http_logout_compile_value(cf, to_view(*text),
                                         federated.value.emplace());
}


char* ngx_http_logout_return_url(ngx_conf_t* cf, ngx_command_t* command,
                                 void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_more(cf, command, llcf->return_urls,
                                    read_return_urls);
}


char* ngx_http_logout_client_block(ngx_conf_t* cf, ngx_command_t* command,
                                   void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_more(cf, command, llcf->clients, read_client);
}


char* ngx_http_logout_federated(ngx_conf_t* cf, ngx_command_t* command,
                                void* conf)
{
    auto* const llcf = static_cast<ngx_http_logout_loc_conf_t*>(conf);

    return ngx_http_logout_set_once(cf, command, llcf->federated,
                                    read_federated);
}
