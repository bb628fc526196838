#pragma once
#include <openssl/err.h>
#include <openssl/ssl.h>

// What libcurl does not say of the TLS connections it makes with OpenSSL. Wrapped here, because several of these are
// macros, and because nothing else of OpenSSL is wanted.

/// Whether close_notify has come.
static inline int tls_has_farewell(void *session) {
    return (SSL_get_shutdown((SSL *)session) & SSL_RECEIVED_SHUTDOWN) != 0;
}
/// Sends close_notify: 1 when it is sent, 0 when the socket has no room for it yet.
///
/// Past libcurl, whose way to the socket is there only while it is called itself.
static inline int tls_say_farewell(void *session, int descriptor) {
    SSL *ssl = (SSL *)session;
    BIO *before = SSL_get_wbio(ssl), *direct = BIO_new_socket(descriptor, BIO_NOCLOSE);
    if (!before || !direct) return 1;
    BIO_up_ref(before);
    SSL_set0_wbio(ssl, direct);
    // What another connection left in the thread's queue would be taken for this one's.
    ERR_clear_error();
    int result = SSL_shutdown(ssl);
    int waits = result < 0 && SSL_get_error(ssl, result) == SSL_ERROR_WANT_WRITE;
    ERR_clear_error();
    SSL_set0_wbio(ssl, before);
    return !waits;
}
/// Closing will not send close_notify.
static inline void tls_omit_farewell(void *session) { SSL_set_quiet_shutdown((SSL *)session, 1); }
