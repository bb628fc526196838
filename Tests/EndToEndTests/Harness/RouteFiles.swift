/// Route files most tests need.
///
/// What a caller adds is indented as its place wants it; its own indentation comes on top.
enum RouteFiles {
    /// Everything goes to one upstream, on a Null route.
    static func null(
        _ url: String,
        top: String = "",
        upstream: String = "",
        route: String = "",
        routes: String = ""
    ) -> String {
        """
        listen:
          - address: 127.0.0.1:0
        workers: 1
        \(top)
        upstreams:
          app:
            servers: ["\(url)"]
        \(indented(upstream, 4))
        routes:
          - path: /*
            upstream: app
        \(indented(route, 4))
        \(indented(routes, 2))
        """
    }

    /// Everything goes to one upstream, on a route with a cookie session called `browser`; paths under `/api/` are Null.
    static func session(
        _ url: String,
        top: String = "",
        session: String = "",
        route: String = "",
        routes: String = "",
        upstream: String = ""
    ) -> String {
        """
        listen:
          - address: 127.0.0.1:0
        workers: 1
        \(top)
        sessions:
          browser:
            secret: ${SESSION_SECRET}
        \(indented(SessionStores.complete(session), 4))
        upstreams:
          app:
            servers: ["\(url)"]
        \(indented(upstream, 4))
        routes:
          - path: /*
            upstream: app
            session: browser
        \(indented(route, 4))
          - path: /api/*
            upstream: app
        \(indented(routes, 2))
        """
    }

    private static func indented(_ text: String, _ spaces: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String(repeating: " ", count: spaces) + $0 }
            .joined(separator: "\n")
    }
}
