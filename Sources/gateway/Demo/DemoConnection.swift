import Glibc

/// One connection to the demo's service: requests and answers in turn, until either side has enough.
struct DemoConnection {
    private static let longestHead = 128 * 1024
    private static let longestBody = 64 * 1024

    private let descriptor: Int32
    /// What has come and is not read yet.
    private var buffer: [UInt8] = []

    /// Serves an accepted socket; closing it is the caller's.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        var patience = timeval(tv_sec: 60, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
    }

    /// Answers one request after another.
    mutating func serve(_ answer: (DemoRequest) -> DemoResponse) {
        while var request = receiveHead() {
            guard receiveBody(of: &request) else {
                // What follows cannot be told from a body that was not read: the connection ends here.
                _ = send(DemoResponse(status: 413, text: "too much\n").bytes(closes: true, isHead: false))
                return
            }
            let closes = request.field("connection")?.lowercased() == "close"
            let response = answer(request)
            guard send(response.bytes(closes: closes, isHead: request.method == "HEAD")), !closes else { return }
        }
    }

    private mutating func receiveHead() -> DemoRequest? {
        var searched = 0
        while true {
            if let end = endOfHead(from: searched) {
                let head = Array(buffer[..<end])
                buffer.removeSubrange(..<end)
                return DemoRequest(head: head)
            }
            searched = max(0, buffer.count - 3)
            guard buffer.count < Self.longestHead, receive() else { return nil }
        }
    }

    /// Where the first empty line ends.
    private func endOfHead(from start: Int) -> Int? {
        guard buffer.count >= 4 else { return nil }
        for index in start..<(buffer.count - 3) where buffer[index..<(index + 4)].elementsEqual([13, 10, 13, 10]) {
            return index + 4
        }
        return nil
    }

    /// Reads the body, if it is one of a known and modest length.
    private mutating func receiveBody(of request: inout DemoRequest) -> Bool {
        guard request.field("transfer-encoding") == nil else { return false }
        guard let text = request.field("content-length") else { return true }
        guard let length = Int(text), (0...Self.longestBody).contains(length) else { return false }
        if request.field("expect") != nil, buffer.count < length {
            guard send([UInt8]("HTTP/1.1 100 Continue\r\n\r\n".utf8)) else { return false }
        }
        while buffer.count < length {
            guard receive() else { return false }
        }
        request.body = Array(buffer[..<length])
        buffer.removeSubrange(..<length)
        return true
    }

    private mutating func receive() -> Bool {
        let descriptor = descriptor
        let part = [UInt8](unsafeUninitializedCapacity: 16 * 1024) { room, count in
            count = max(0, recv(descriptor, room.baseAddress, room.count, 0))
        }
        buffer += part
        return !part.isEmpty
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
