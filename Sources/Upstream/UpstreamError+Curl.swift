import CCurl
import Glibc

extension UpstreamError {
    /// What libcurl's result of dialling means.
    ///
    /// - Parameters:
    ///   - resolved: whether the name's address was known already.
    ///   - errno: the kernel's last reason; 0 when there was none.
    ///   - text: libcurl's own words.
    init(dialling code: CURLcode, resolved: Bool, errno: Int32, text: String) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .nameNotResolved
        case CURLE_OPERATION_TIMEDOUT: self = resolved ? .connectTimeout : .nameLookupTimeout
        case CURLE_COULDNT_CONNECT:
            switch errno {
            // A unix socket whose file is not there has nobody listening either.
            case ECONNREFUSED, ENOENT: self = .connectionRefused
            case ETIMEDOUT: self = .connectTimeout
            case EMFILE, ENFILE, EADDRNOTAVAIL: self = .unavailable(text)
            default: self = .connectFailed(errno)
            }
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            self = .tlsCertificate(text)
        case CURLE_SSL_CACERT_BADFILE, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: self = .unavailable(text)
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ENGINE_NOTFOUND:
            self = .tlsFailed(text)
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING: self = .connectionClosed
        default: self = .unavailable(text)
        }
    }
}
