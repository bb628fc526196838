/// What the demo prints when it is up: what to open, and what to try.
enum DemoGreeting {
    /// The whole text.
    static func text(routeFile: String, port: Int) -> String {
        let url = "http://127.0.0.1:\(port)"
        return """
            The route file (demo.conf, SESSION_SECRET in the environment):

            \(indented(routeFile))

            Open  \(url)/  in a browser, or try with curl:

              # An API call: the session's cookie is cut out, the other one arrives.
              curl \(url)/api/hello -b 'demo_session=anything; theme=dark'

              # Sign in: the service answers with headers, the client gets a sealed cookie.
              curl -i -c jar -b jar -d name=Ada \(url)/sign-in

              # The page shows the message once; ask twice. (Messages are for pages: ask for HTML.)
              curl -s -c jar -b jar -H 'Accept: text/html' \(url)/ | grep -E 'flash|Signed in'

              # Nobody can speak for the gateway: this header never reaches the service.
              curl \(url)/api/hello -H 'X-Session: {"user_id":1}'

              # Another site makes the browser sign out: refused with 403 before the service sees it.
              curl -i -b jar -H 'Origin: https://evil.example' -d '' \(url)/sign-out

              # Sign out: the cookie is gone.
              curl -i -c jar -b jar -d '' \(url)/sign-out

            Ctrl-C stops it. Below is the access log.

            """
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "  \($0)" }
            .joined(separator: "\n")
    }
}
