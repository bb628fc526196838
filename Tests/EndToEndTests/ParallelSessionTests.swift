import Testing

/// Requests of one browser that are under way at the same time, through two workers.
struct ParallelSessionTests {
    @Test func `eight answers at the same time lose nothing of each other's`() throws {
        try PatientOrigin.withWorkers { gateway, patient, jar in
            let wires = try (0..<8).map { _ in try gateway.connect() }
            for (number, wire) in wires.enumerated() {
                try wire.send(PatientOrigin.request(jar, wait: true, #"X-Session-Set: {"k\#(number)":\#(number)}"#))
            }
            try patient.origin.waitForRequests(9)
            patient.gate.open()
            for wire in wires {
                let response = try wire.readResponse()
                #expect(response.setCookies.count == 1)
                jar.take(response)
            }
            _ = try gateway.connect().exchange(PatientOrigin.request(jar))
            let seen = JSONValue(try patient.origin.lastRequest().field("x-session"))
            let all = (0..<8).reduce(into: ["base": JSONValue.number(0)]) { $0["k\($1)"] = .number(Double($1)) }
            #expect(seen == .object(all))
        }
    }

    @Test func `a sign-out is not undone by an answer that was slower`() throws {
        try PatientOrigin.withWorkers { gateway, patient, jar in
            let wires = try (0..<4).map { _ in try gateway.connect() }
            for wire in wires { try wire.send(PatientOrigin.request(jar, wait: true, #"X-Session-Set: {"late":1}"#)) }
            try patient.origin.waitForRequests(5)
            let old = jar
            jar.take(try gateway.connect().exchange(PatientOrigin.request(jar, "X-Session-Clear: 1")))
            patient.gate.open()
            for wire in wires { #expect(try wire.readResponse().setCookies.isEmpty) }
            _ = try gateway.logLine { $0["session"] == "gone" }
            // Nor by somebody who has kept the cookie.
            _ = try gateway.connect().exchange(PatientOrigin.request(old))
            #expect(try patient.origin.lastRequest().field("x-session") == "{}")
        }
    }
}
