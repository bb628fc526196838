import Foundation
import Glibc
import Testing

/// Floods, and peers that are slow on purpose: each costs a bounded time and a bounded memory, and others are served
/// meanwhile.
struct AbuseTests {
    private static let mebibyte = 1 << 20

    // MARK: Connections

    @Test func `over limits-connections each client gets a whole 503, though it had sent its request`() throws {
        try withProxy(top: "limits: { connections: 5 }") { gateway, _ in
            let inside = try (0..<5).map { _ in try gateway.connect() }
            for client in inside { #expect(try client.get().status == 200) }
            for round in 0..<50 {
                let client = try gateway.connect()
                // Bytes nobody reads must not turn the answer into a reset.
                try? client.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 20000\r\n\r\n")
                try? client.send([UInt8](repeating: 0x61, count: round * 400))
                let response = try client.readResponse()
                #expect(response.status == 503)
                #expect(response.field("retry-after") == "1" && response.fields("connection") == ["close"])
                try client.expectClosed()
                #expect(client.end == .closed)
            }
            for client in inside { #expect(try client.get().status == 200) }
            inside[0].close()
            let deadline = Deadline()
            while try gateway.get().status == 503, deadline.milliseconds > 0 {}
            let response = try gateway.get()
            #expect(response.status == 200)
        }
    }

    @Test func `over limits-per_address a client gets 429, trusted proxies and unix sockets never do`() throws {
        let origin = try ScriptedOrigin.responding(ok())
        let directory = try TemporaryDirectory()
        let file = RouteFiles.null(origin.url, top: "limits: { per_address: 3 }")
            .replacing("- address: 127.0.0.1:0", with: "- address: 127.0.0.1:0\n  - address: unix:\(directory.path)/s")
            .replacing("workers: 1", with: "workers: 3")
        try withGateway(file, listeners: 2) { gateway in
            let inside = try (0..<3).map { _ in try gateway.connect() }
            for client in inside { #expect(try client.get().status == 200) }
            for _ in 0..<10 {
                let response = try gateway.get()
                #expect(response.status == 429 && response.field("retry-after") == "1")
            }
            let local = try (0..<10).map { _ in try gateway.connect(1) }
            for client in local { #expect(try client.get().status == 200) }
            inside[1].reset()
            let deadline = Deadline()
            while try gateway.get().status == 429, deadline.milliseconds > 0 {}
            #expect(deadline.milliseconds > 0)
        }
        try withGateway(file.replacing("workers:", with: "trusted_proxies: [127.0.0.0/8]\nworkers:"), listeners: 2) {
            gateway in
            let clients = try (0..<10).map { _ in try gateway.connect() }
            for client in clients { #expect(try client.get().status == 200) }
        }
    }

    @Test func `a gateway without descriptors neither spins nor fills its log`() throws {
        let origin = try ScriptedOrigin.responding(ok())
        let directory = try TemporaryDirectory()
        let file = try directory.write("gateway.conf", RouteFiles.null(origin.url))
        let gateway = try GatewayProcess(command: ["run", "--config", file], descriptors: 40, in: directory)
        let first = try gateway.connect()
        #expect(try first.get().status == 200)
        let crowd = try (0..<60).map { _ in try gateway.connect() }
        try gateway.logged("no descriptor left")
        let before = gateway.child.processorSeconds
        #expect(!first.isReadable(within: .milliseconds(1500)))
        #expect(gateway.child.processorSeconds - before < 0.3)
        #expect(gateway.log.components(separatedBy: "no descriptor left").count == 2)
        for client in crowd { client.reset() }
        #expect(try gateway.get().status == 200)
        #expect(try gateway.stop() == .status(0))
    }

    // MARK: Memory

    @Test func `limits-memory holds: over it nothing new is begun, and later all is served again`() throws {
        let size = 32 * Self.mebibyte
        let gate = Gate(false)
        let large: ScriptedOrigin.Script = { wire in
            while let request = try wire.nextRequest() {
                guard request.target == "/large" else {
                    try wire.send(ok())
                    continue
                }
                try wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                _ = try wire.sendUntilBlocked(limit: size, patience: .milliseconds(100))
                try gate.pass()
                return
            }
        }
        try withProxy(top: "limits: { memory: 4MiB }", script: large) { gateway, _ in
            #expect(try gateway.get().status == 200)
            let before = gateway.child.residentBytes
            var deaf: [Wire] = []
            var refused = 0
            for _ in 0..<200 {
                let client = try gateway.connect(receiveBuffer: 4096)
                try client.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n")
                let head = try client.readHead()
                if head.status == 503 {
                    #expect(head.field("retry-after") == "1")
                    refused += 1
                } else {
                    #expect(head.status == 200)
                    deaf.append(client)
                }
            }
            #expect(refused > 0 && deaf.count > 10)
            // What the allocator and the objects of the connections take comes on top of the buffers.
            #expect(gateway.child.growth(since: before) < 10 * Self.mebibyte)
            for client in deaf { client.reset() }
            gate.open()
            let deadline = Deadline()
            while try gateway.get().status == 503, deadline.milliseconds > 0 {}
            let response = try gateway.get()
            #expect(response.status == 200)
        }
    }

    @Test func `heads that never end are bounded by limits-memory too`() throws {
        try withProxy(top: "limits: { memory: 2MiB }") { gateway, _ in
            #expect(try gateway.get().status == 200)
            let before = gateway.child.residentBytes
            let head =
                "GET / HTTP/1.1\r\nHost: test\r\n"
                + (0..<50).map { "X-\($0): \(String(repeating: "a", count: 1000))\r\n" }.joined()
            let clients = try (0..<100).map { _ in try gateway.connect() }
            for client in clients { try? client.send(head) }
            // Whoever came too late has its answer; the others wait for the end of their head.
            let refused = clients.filter { $0.isReadable(within: .milliseconds(20)) }
            #expect(!refused.isEmpty && refused.count < 100)
            for client in refused { #expect(try client.readResponse().status == 503) }
            #expect(gateway.child.growth(since: before) < 8 * Self.mebibyte)
            for client in clients { client.reset() }
            let deadline = Deadline()
            while try gateway.get().status == 503, deadline.milliseconds > 0 {}
            let response = try gateway.get()
            #expect(response.status == 200)
        }
    }

    // MARK: Floods on one connection

    @Test func `a body in two hundred thousand tiny chunks, in either direction`() throws {
        let count = 200_000
        let chunks = String(repeating: "1;x=y\r\na\r\n", count: 1000)
        let deadline = Deadline(after: Deadline.patience * 3)
        let flooding: ScriptedOrigin.Script = { wire in
            guard try wire.readRequest(deadline).body.count == count else { return }
            try wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<(count / 1000) { try wire.send(Array(chunks.utf8), deadline) }
            try wire.send("0\r\n\r\n")
        }
        try withProxy(script: flooding) { gateway, origin in
            let before = gateway.child.residentBytes
            let client = try gateway.connect()
            try client.send("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<(count / 1000) { try client.send(Array(chunks.utf8), deadline) }
            try client.send("0\r\n\r\n")
            let response = try client.readResponse(to: "POST", deadline)
            #expect(response.status == 200 && response.body.count == count)
            #expect(gateway.child.growth(since: before) < 6 * Self.mebibyte)
            #expect(origin.failures.isEmpty)
        }
    }

    @Test func `pipelined requests whose answers nobody reads stop to be read`() throws {
        try withProxy(
            routes: "- { path: /own, respond: { status: 200, body: \"\(String(repeating: "x", count: 500))\" } }"
        ) {
            gateway,
            origin in
            for target in ["/own", "/upstream"] {
                let client = try gateway.connect(receiveBuffer: 4096)
                let before = gateway.child.residentBytes
                let requests = String(repeating: "GET \(target) HTTP/1.1\r\nHost: test\r\n\r\n", count: 1000)
                let sent = try client.sendUntilBlocked(Array(requests.utf8), limit: 64 * Self.mebibyte)
                #expect(sent < 64 * Self.mebibyte)
                #expect(gateway.child.growth(since: before) < 4 * Self.mebibyte)
                // Others are served, and so is this one when it reads.
                #expect(try gateway.get("/other").status == 200)
                for _ in 0..<2000 { #expect(try client.readResponse().status == 200) }
                client.reset()
            }
        }
    }

    @Test func `heads over their limits are refused as soon as they are over`() throws {
        try withProxy { gateway, origin in
            let before = gateway.child.residentBytes
            for line in [
                "X: \(String(repeating: "a", count: 1000))\r\n", "a:b\r\n", "\(String(repeating: "n", count: 1000))",
            ] {
                let client = try gateway.connect()
                try client.send("GET / HTTP/1.1\r\nHost: test\r\n")
                // Never complete: the answer comes before the head's end.
                let part = Array(String(repeating: line, count: 20).utf8)
                var sent = 0
                while !client.isReadable(within: .zero), sent < 64 * Self.mebibyte {
                    do { try client.send(part) } catch { break }
                    sent += part.count
                }
                #expect(sent < 16 * Self.mebibyte)
                #expect([400, 431].contains(try client.readResponse().status))
            }
            #expect(gateway.child.growth(since: before) < 4 * Self.mebibyte)
            #expect(origin.requests.isEmpty)
        }
    }

    // MARK: Slow on purpose

    @Test func `a crowd of slow heads, slow bodies and slow readers costs little, and is gone in time`() throws {
        let size = 4 * Self.mebibyte
        let large: ScriptedOrigin.Script = { wire in
            while let request = try wire.nextHead() {
                if request.target == "/large" {
                    try wire.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                    try wire.send([UInt8](repeating: 0x61, count: size))
                } else if request.method == "POST" {
                    _ = try wire.readUntilClose()
                } else {
                    try wire.send(ok())
                }
            }
        }
        let times = "timeouts: { request_head: 1s, request_body: 1s, send: 1s }"
        try withProxy(top: times, script: large) { gateway, _ in
            #expect(try gateway.get().status == 200)
            let before = (gateway.child.residentBytes, gateway.child.openDescriptors)
            var crowd: [Wire] = []
            var readers: [Wire] = []
            for _ in 0..<50 {
                let head = try gateway.connect()
                try head.send("GET / HTTP/1.1\r\nHost: te")
                let body = try gateway.connect()
                try body.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\na")
                let reader = try gateway.connect(receiveBuffer: 4096)
                try reader.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n")
                crowd += [head, body]
                readers.append(reader)
                let response = try gateway.get()
                #expect(response.status == 200)
            }
            // Fifty readers hold two times 64 KiB at most.
            #expect(gateway.child.growth(since: before.0) < 16 * Self.mebibyte)
            for client in crowd { _ = try client.readUntilClose() }
            let cut = gateway.child.wait(gateway.child.standardOutput) { lines -> Bool? in
                lines.filter { $0.contains("timeouts.send") }.count == 50 ? true : nil
            }
            #expect(cut == true)
            #expect(readers.count == 50)
            let deadline = Deadline()
            while gateway.child.openDescriptors > before.1 + 4, deadline.milliseconds > 0 {
                #expect(try gateway.get("/", "Connection: close\r\n").status == 200)
            }
            #expect(gateway.child.openDescriptors <= before.1 + 4)
        }
    }
}
