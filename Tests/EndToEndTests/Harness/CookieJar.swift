/// What a browser remembers between two requests to one site.
struct CookieJar {
    private var cookies: [(name: String, value: String)] = []

    /// Takes over what a response sets and deletes.
    mutating func take(_ response: Message) {
        for cookie in response.setCookies {
            cookies.removeAll { $0.name == cookie.name }
            if !cookie.isDeletion { cookies.append((cookie.name, cookie.value)) }
        }
    }

    /// The value of a cookie.
    subscript(_ name: String) -> String? { cookies.first { $0.name == name }?.value }

    /// The `Cookie` field line with its CRLF; nothing when the jar is empty.
    var line: String {
        cookies.isEmpty ? "" : "Cookie: \(cookies.map { "\($0.name)=\($0.value)" }.joined(separator: "; "))\r\n"
    }
}
