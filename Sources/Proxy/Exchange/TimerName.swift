/// The times the route file limits, so that whatever one of them ends says which.
enum TimerName: UInt8, CaseIterable {
    case requestHead, requestBody, halfClosed, send, keepAlive, tunnel, drain
    /// An upstream's own.
    case connect, firstByte, idle

    /// The setting that says how long.
    var setting: StaticString {
        switch self {
        case .requestHead: "timeouts.request_head"
        case .requestBody: "timeouts.request_body"
        case .halfClosed: "timeouts.half_closed"
        case .send: "timeouts.send"
        case .keepAlive: "timeouts.keep_alive"
        case .tunnel: "timeouts.tunnel"
        case .drain: "timeouts.drain"
        case .connect: "timeouts.connect"
        case .firstByte: "timeouts.first_byte"
        case .idle: "timeouts.idle"
        }
    }
}
