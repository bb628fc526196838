import Testing

/// A service that obeys its requests; those that say `Do-Wait` are answered once the gate is open.
struct PatientOrigin {
    let gate = Gate(false)
    let origin: ScriptedOrigin

    init() throws {
        let gate = gate
        origin = try ScriptedOrigin { wire in
            while let request = try wire.nextRequest() {
                if request.has("do-wait") { try gate.pass() }
                try wire.send(Latin1.bytes(ObedientOrigin.answer(to: request)))
            }
        }
    }

    /// A request with a jar's cookies, and what it orders.
    static func request(_ jar: CookieJar, wait: Bool = false, _ orders: String...) -> String {
        let doing = orders.map { "Do: \($0)\r\n" }.joined() + (wait ? "Do-Wait: 1\r\n" : "")
        return "GET / HTTP/1.1\r\nHost: test\r\n\(doing)\(jar.line)\r\n"
    }

    /// A gateway of two workers before such a service, and a jar with a session in it.
    static func withWorkers(
        session: String = "",
        _ body: (GatewayProcess, PatientOrigin, inout CookieJar) throws -> Void
    ) throws {
        let patient = try PatientOrigin()
        let file = RouteFiles.session(patient.origin.url, session: session).replacing("workers: 1", with: "workers: 2")
        try withGateway(file) { gateway in
            var jar = CookieJar()
            jar.take(try gateway.connect().exchange(request(jar, #"X-Session-Set: {"base":0}"#)))
            try body(gateway, patient, &jar)
        }
    }
}
