/// What `gateway init` writes.
enum StarterFile {
    /// For a web app: a cookie session, and Null for its API.
    static let web = """
        # The route file of the gateway. `gateway check` reads it and tells what is wrong,
        # `gateway explain GET /api/users` tells what would become of a request.

        listen:
          - address: 0.0.0.0:8080

        sessions:
          browser:                          # a cookie session; routes call it by this name
            secret: ${SESSION_SECRET}       # make one: export SESSION_SECRET=$(gateway secret)
            renew_on: [user_id]             # a new session id at sign-in and sign-out
            expose: { X-User-Id: user_id }  # the service finds who is signed in in this header

        upstreams:
          app: { servers: ["http://127.0.0.1:3000"] }

        routes:
          - path: /*                        # pages: the session travels in X-Session
            upstream: app
            session: browser
          - path: /api/*                    # the API: no cookie of a session gets in or out
            upstream: app
            session: null
          - path: /healthz
            respond: { body: "ok" }

        """

    /// For APIs: every route is Null.
    static let api = """
        # The route file of the gateway. `gateway check` reads it and tells what is wrong,
        # `gateway explain GET /users/42` tells what would become of a request.

        listen:
          - address: 0.0.0.0:8080

        upstreams:
          api: { servers: ["http://127.0.0.1:4000"] }

        routes:                             # without `session` a route is Null: no session's cookie gets in or out
          - path: /*
            upstream: api
          - path: /users/{id}
            methods: [GET, PUT, DELETE]
            upstream: api
            max_body: 1MiB
          - path: /healthz
            respond: { body: "ok" }

        """
}
