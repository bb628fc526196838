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

    /// Whether the server has said that it sends no more: an end without that is a cut (RFC 8446 §6.1).
    var hasFarewell: Bool { tls_has_farewell(session) != 0 }

    /// Sends close_notify; false when the socket has no room for it yet.
    func sayFarewell(on descriptor: Int32) -> Bool { tls_say_farewell(session, descriptor) != 0 }

    /// Closing will not send close_notify.
    func omitFarewell() { tls_omit_farewell(session) }
}
