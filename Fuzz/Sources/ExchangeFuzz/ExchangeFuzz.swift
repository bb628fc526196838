import Harness

/// An input is a play, step by step: a letter, mostly with a number behind it (one byte), some with bytes behind that.
///
/// | letter | step |
/// | --- | --- |
/// | `C` n …, `U` n … | the client, the service sends the n bytes that follow |
/// | `B` n, `V` n | the client, the service sends n thousand bytes more, up to 3 MB in all |
/// | `N` | another client connects, and is the one that acts from now on |
/// | `n` i, `o` i | the i-th client, the i-th connection to a service is the one that acts |
/// | `T` i | time passes: `pauses[i]` milliseconds |
/// | `h` `c`, `v` `u` | the client, the service says that no more comes; closes |
/// | `p`, `q` | the client, the service stops to read, or begins again |
/// | `J` | the client sends the cookies it was given, as a `Cookie` line |
/// | `D` | the worker is told to drain |
/// | `+` | the step before and the one behind it happen at once, for the worker |
///
/// Any other byte is nothing. Without `o` the newest connection to a service is meant.
struct Play {
    private static let pauses: [UInt64] = [1, 10, 1000, 3000, 11_000, 31_000, 61_000, 76_000]
    private static let filler = [UInt8](repeating: 0x78, count: 255_000)

    private let stage = Stage()
    private let script: [UInt8]
    private var place = 0
    private var client = 0
    /// Nil: the newest.
    private var upstream: Int?
    private var hasCookie = false
    private var fillerLeft = 3_000_000

    private init(_ script: [UInt8]) {
        self.script = script
        stage.connect()
    }

    /// Plays it.
    static func run(_ script: [UInt8]) -> Remains {
        var play = Play(script)
        play.run()
        return play.stage.remains
    }

    private mutating func run() {
        while place < script.count {
            step(take())
            if place < script.count, script[place] == UInt8(ascii: "+") { place += 1 } else { stage.settle() }
        }
        stage.finish()
        check()
    }

    private mutating func take() -> UInt8 {
        guard place < script.count else { return 0 }
        place += 1
        return script[place - 1]
    }

    private mutating func takeBytes() -> ArraySlice<UInt8> {
        let count = Int(take())
        let bytes = script[place..<min(place + count, script.count)]
        place += bytes.count
        return bytes
    }

    private mutating func takeFiller() -> ArraySlice<UInt8> {
        let bytes = Self.filler.prefix(min(Int(take()) * 1000, fillerLeft))
        fillerLeft -= bytes.count
        return bytes
    }

    private var serving: Peer? {
        guard !stage.upstreams.isEmpty else { return nil }
        guard let upstream else { return stage.upstreams.last }
        return stage.upstreams[upstream % stage.upstreams.count]
    }

    private mutating func step(_ letter: UInt8) {
        let asking = stage.clients[client]
        switch UnicodeScalar(letter) {
        case "C": asking.send(takeBytes())
        case "U": serving?.send(takeBytes())
        case "B": asking.send(takeFiller())
        case "V": serving?.send(takeFiller())
        case "N":
            guard stage.clients.count < 4 else { return }
            stage.connect()
            client = stage.clients.count - 1
        case "n": client = Int(take()) % stage.clients.count
        case "o": upstream = Int(take())
        case "T": stage.advance(milliseconds: Self.pauses[Int(take()) % Self.pauses.count])
        case "h": asking.finish()
        case "c": asking.close()
        case "v": serving?.finish()
        case "u": serving?.close()
        case "p": asking.isReading.toggle()
        case "q": serving?.isReading.toggle()
        case "J": showCookies(asking)
        case "D": stage.drain()
        default: break
        }
    }

    private mutating func showCookies(_ asking: Peer) {
        var pairs: [[UInt8]] = []
        for client in stage.clients {
            // Not in all of a large body: a play has to be quick.
            for line in client.received.suffix(20_000).split(separator: 0x0A)
            where line.starts(with: Array("Set-Cookie: sid".utf8)) {
                let pair = Array(line.dropFirst("Set-Cookie: ".utf8.count).prefix { $0 != 0x3B })
                if pair.last != 0x3D { pairs.append(pair) }
            }
        }
        guard !pairs.isEmpty else { return }
        hasCookie = true
        asking.send(Array("Cookie: ".utf8) + pairs.suffix(2).joined(separator: Array("; ".utf8)) + [0x0D, 0x0A])
    }

    private func check() {
        let asked = stage.clients.map { ClientConversation(sent: $0.sent) }
        for (client, conversation) in zip(stage.clients, asked) {
            conversation.check(answers: client.received, mayBreakOff: client.wasSlow || client.isClosed)
        }
        let served = stage.upstreams.map {
            ServiceConversation(received: $0.received, hasCookie: hasCookie, mayBreakOff: $0.wasSlow || $0.isClosed)
        }
        let wanted = asked.flatMap { $0.requests.map(\.name) }
        let reached = served.flatMap(\.requests)
        must(reached.count <= wanted.count * 2, "no request is sent more than twice")
        let post = Array("POST".utf8)
        must(reached.count { $0 == post } <= wanted.count { $0 == post }, "a POST is sent once")
    }
}

@c(LLVMFuzzerTestOneInput)
public func checkExchange(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let remains = Play.run([UInt8](UnsafeBufferPointer(start: start, count: count)))
    must(remains.areGone, "a worker ends with what it owns")
    return 0
}

@main
struct ExchangeFuzz {
    static func main() { fuzz(checkExchange) }
}
