// OpenSSL's queue of errors, which the whole thread shares.

#ifndef LOGOUT_OPENSSL_ERRORS_HPP
#define LOGOUT_OPENSSL_ERRORS_HPP

#include <openssl/err.h>

namespace logout {

// What libcrypto reports while one of these lives is forgotten with it: nginx
// takes an error that is left behind for one of a TLS connection. What was
// reported before stays.
class OpensslErrorsForgotten {
public:
    OpensslErrorsForgotten() { ERR_set_mark(); }
    ~OpensslErrorsForgotten() { ERR_pop_to_mark(); }
    OpensslErrorsForgotten(const OpensslErrorsForgotten&) = delete;
    OpensslErrorsForgotten& operator=(const OpensslErrorsForgotten&) = delete;
};

}  // namespace logout

#endif
