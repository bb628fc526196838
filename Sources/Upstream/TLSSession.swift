import CCurl
import COpenSSL

/// OpenSSL's side of a connection that libcurl has secured.
///
/// Valid as long as the easy handle is, and from its first send or receive on: before, libcurl does not tell it.
struct TLSSession {
    private let session: UnsafeMutableRawPointer

    init?(_ easy: UnsafeMutableRawPointer) {
        guard let session = curl_easy_get_openssl(easy) else { return nil }
        self.session = session
    }

    /// Makes every connection of an easy handle treat an end without close_notify as a break (RFC 8446 §6.1).
    ///
    /// False when libcurl has no memory for it, or was built with another library than OpenSSL.
    static func demandFarewell(of easy: UnsafeMutableRawPointer) -> Bool {
        curl_easy_set_ssl_function(easy) { _, context, _ in
            tls_demand_farewell(context)
            return CURLE_OK
        } == CURLE_OK
    }

    /// Sends close_notify; false when the socket has no room for it yet.
    func sayFarewell(on descriptor: Int32) -> Bool { tls_say_farewell(session, descriptor) != 0 }

    /// Closing will not send close_notify.
    func omitFarewell() { tls_omit_farewell(session) }
}
