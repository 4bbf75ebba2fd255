#include "redis/tls.hpp"

#include "redis/conf.hpp"

#if (NGX_SSL)

#include <openssl/x509v3.h>

#include <cstring>
#include <initializer_list>

namespace logout::redis {

namespace {

constexpr std::size_t pool_size = 1024;


// The name as OpenSSL wants it; false if it does not fit.
bool terminated(const ngx_str_t& name, char (&text)[256])
{
    if (name.len >= sizeof(text)) {
        return false;
    }

    ngx_memcpy(text, name.data, name.len);
    text[name.len] = '\0';

    return true;
}


bool is_address(const char* name)
{
    u_char address[16];

    return ngx_inet_addr(reinterpret_cast<u_char*>(const_cast<char*>(name)),
                         std::strlen(name)) != INADDR_NONE ||
           inet_pton(AF_INET6, name, address) == 1;
}


bool matches_address(ngx_connection_t* connection, const char* address)
{
    X509* certificate = SSL_get_peer_certificate(connection->ssl->connection);

    if (certificate == nullptr) {
        return false;
    }

    bool matches = X509_check_ip_asc(certificate, address, 0) == 1;

    X509_free(certificate);

    return matches;
}


bool matches(ngx_connection_t* connection, const ngx_str_t& name)
{
    char text[256];

    if (!terminated(name, text)) {
        return false;
    }

    if (is_address(text)) {
        return matches_address(connection, text);
    }

    ngx_str_t copy = name;

    return ngx_ssl_check_host(connection, &copy) == NGX_OK;
}


// A server that was announced by a name and an address is either.
bool is_the_one(ngx_connection_t* connection, const TlsConf& tls,
                const Endpoint& server)
{
    if (tls.name.len != 0) {
        return matches(connection, tls.name);
    }

    return matches(connection, server.host) ||
           (server.other_name.len != 0 &&
            matches(connection, server.other_name));
}


// RFC 8446, section 6: an alert is two bytes, its level and what it says.
void note_alert(int sent, int /* version */, int type, const void* bytes,
                std::size_t length, SSL* /* connection */, void* alert)
{
    constexpr int certificate_required = 116;  // unknown to OpenSSL 3.0

    if (sent != 0 || type != SSL3_RT_ALERT || length != 2) {
        return;
    }

    int description = static_cast<const unsigned char*>(bytes)[1];

    *static_cast<const char**>(alert) =
        description == certificate_required
            ? "certificate required"
            : SSL_alert_desc_string_long(description);
}


// RFC 6066, section 3: no literal addresses in SNI.
bool announce(ngx_connection_t* connection, const TlsConf& tls,
              const Endpoint& server)
{
    char text[256];

    for (const ngx_str_t* const name :
         {&tls.name, &server.host, &server.other_name}) {
        if (!terminated(*name, text)) {
            return false;
        }
        if (name->len != 0 && !is_address(text)) {
            return SSL_set_tlsext_host_name(connection->ssl->connection,
                                            text) == 1;
        }
    }

    return true;
}

}  // namespace


TlsSession::~TlsSession()
{
    forget();
}


void TlsSession::forget()
{
    if (session_ != nullptr) {
        ngx_ssl_free_session(session_);
        session_ = nullptr;
    }
}


void TlsSession::keep(ngx_connection_t* connection)
{
    ngx_ssl_session_t* session = ngx_ssl_get_session(connection);

    if (session == nullptr) {
        return;
    }

    forget();
    session_ = session;
}


void TlsSession::offer(ngx_connection_t* connection) const
{
    if (session_ != nullptr) {
        // a session that cannot be used costs a full handshake, no more
        (void) ngx_ssl_set_session(connection, session_);
    }
}


ngx_int_t start_tls(ngx_connection_t* connection, const TlsConf& tls,
                    const Endpoint& server, TlsSession& session,
                    const char** alert, ngx_connection_handler_pt handler,
                    ngx_connection_handler_pt save_session)
{
    connection->pool = ngx_create_pool(pool_size, connection->log);

    if (connection->pool == nullptr ||
        ngx_ssl_create_connection(tls.context, connection, NGX_SSL_CLIENT) !=
            NGX_OK ||
        !announce(connection, tls, server)) {
        return NGX_ERROR;
    }

    // what could not be written may be elsewhere when it is tried again
    SSL_set_mode(connection->ssl->connection,
                 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);

    SSL_set_msg_callback(connection->ssl->connection, note_alert);
    SSL_set_msg_callback_arg(connection->ssl->connection, alert);

    session.offer(connection);
    connection->ssl->save_session = save_session;

    ngx_int_t result = ngx_ssl_handshake(connection);

    if (result == NGX_AGAIN) {
        connection->ssl->handler = handler;
    }

    return result;
}


const char* judge_tls(ngx_connection_t* connection, const TlsConf& tls,
                      const Endpoint& server)
{
    if (connection->ssl == nullptr || !connection->ssl->handshaked) {
        return "TLS handshake failed";
    }

    if (tls.verify == TlsVerify::nothing) {
        return nullptr;
    }

    long result = SSL_get_verify_result(connection->ssl->connection);

    if (result != X509_V_OK) {
        return X509_verify_cert_error_string(result);
    }

    if (tls.verify == TlsVerify::all && !is_the_one(connection, tls, server)) {
        return "its certificate is for another name";
    }

    return nullptr;
}


void end_tls(ngx_connection_t* connection)
{
    if (connection->ssl != nullptr) {
        connection->ssl->no_wait_shutdown = 1;
        connection->ssl->no_send_shutdown = 1;
        (void) ngx_ssl_shutdown(connection);
    }
}

}  // namespace logout::redis

#else

namespace logout::redis {

// Without nginx's TLS the configuration cannot ask for it: none of these is
// ever called.

TlsSession::~TlsSession() = default;


void TlsSession::forget() {}


void TlsSession::keep(ngx_connection_t*) {}


ngx_int_t start_tls(ngx_connection_t*, const TlsConf&, const Endpoint&,
                    TlsSession&, const char**, ngx_connection_handler_pt,
                    ngx_connection_handler_pt)
{
    return NGX_ERROR;
}


const char* judge_tls(ngx_connection_t*, const TlsConf&, const Endpoint&)
{
    return "nginx was built without TLS";
}


void end_tls(ngx_connection_t*) {}

}  // namespace logout::redis

#endif
