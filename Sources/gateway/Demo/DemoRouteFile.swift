/// The route file the demo runs with, as one would write it for a service of one's own.
struct DemoRouteFile {
    /// The file's content.
    let text: String

    /// Routes everything to the service; the API without sessions.
    init(gatewayPort: Int, servicePort: UInt16) {
        text = """
            listen:
              - address: 127.0.0.1:\(gatewayPort)
            workers: 1

            sessions:
              browser:
                name: demo_session
                secret: ${SESSION_SECRET}       # the demo makes a random one; `gateway secret` prints one
                renew_on: [user_id]             # a new session id at sign-in
                expose: { X-User-Id: user_id }  # one value in a header of its own

            upstreams:
              service: { servers: ["http://127.0.0.1:\(servicePort)"] }

            routes:
              - path: /*                        # pages: with the session
                upstream: service
                session: browser
              - path: /api/*                    # the API: no session's cookie gets in or out
                upstream: service
                session: null
              - path: /healthz
                respond: { status: 200, body: "ok" }
            """
    }
}
