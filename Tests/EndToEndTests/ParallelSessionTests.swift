import Testing

/// Requests of one browser that are under way at the same time, through two workers.
struct ParallelSessionTests {
    /// An origin that obeys its requests; those that say `Do-Wait` are answered once the gate is open.
    private struct Patient {
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
    }

    private static func request(_ jar: CookieJar, wait: Bool = false, _ orders: String...) -> String {
        let doing = orders.map { "Do: \($0)\r\n" }.joined() + (wait ? "Do-Wait: 1\r\n" : "")
        return "GET / HTTP/1.1\r\nHost: test\r\n\(doing)\(jar.line)\r\n"
    }

    private func withWorkers(_ body: (GatewayProcess, Patient, inout CookieJar) throws -> Void) throws {
        let patient = try Patient()
        let file = RouteFiles.session(patient.origin.url).replacing("workers: 1", with: "workers: 2")
        try withGateway(file) { gateway in
            var jar = CookieJar()
            jar.take(try gateway.connect().exchange(Self.request(jar, #"X-Session-Set: {"base":0}"#)))
            try body(gateway, patient, &jar)
        }
    }

    @Test func `eight answers at the same time lose nothing of each other's`() throws {
        try withWorkers { gateway, patient, jar in
            let wires = try (0..<8).map { _ in try gateway.connect() }
            for (number, wire) in wires.enumerated() {
                try wire.send(Self.request(jar, wait: true, #"X-Session-Set: {"k\#(number)":\#(number)}"#))
            }
            try patient.origin.waitForRequests(9)
            patient.gate.open()
            for wire in wires {
                let response = try wire.readResponse()
                #expect(response.setCookies.count == 1)
                jar.take(response)
            }
            _ = try gateway.connect().exchange(Self.request(jar))
            let seen = JSONValue(try patient.origin.lastRequest().field("x-session"))
            let all = (0..<8).reduce(into: ["base": JSONValue.number(0)]) { $0["k\($1)"] = .number(Double($1)) }
            #expect(seen == .object(all))
        }
    }

    @Test func `a sign-out is not undone by an answer that was slower`() throws {
        try withWorkers { gateway, patient, jar in
            let wires = try (0..<4).map { _ in try gateway.connect() }
            for wire in wires { try wire.send(Self.request(jar, wait: true, #"X-Session-Set: {"late":1}"#)) }
            try patient.origin.waitForRequests(5)
            let old = jar
            jar.take(try gateway.connect().exchange(Self.request(jar, "X-Session-Clear: 1")))
            patient.gate.open()
            for wire in wires { #expect(try wire.readResponse().setCookies.isEmpty) }
            _ = try gateway.logLine { $0["session"] == "gone" }
            // Nor by somebody who has kept the cookie.
            _ = try gateway.connect().exchange(Self.request(old))
            #expect(try patient.origin.lastRequest().field("x-session") == "{}")
        }
    }
}
