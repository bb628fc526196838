/// Whole HTTP/1.1 messages, read as strictly as the gateway ought to write them.
extension Wire {
    /// Reads a head; throws when the peer ends the connection instead.
    func readHead(_ deadline: Deadline = Deadline()) throws(HarnessError) -> Message {
        guard let head = try nextHead(deadline) else { throw .closed("instead of a head") }
        return head
    }

    /// Reads a head; nil when the peer ended the connection between messages.
    func nextHead(_ deadline: Deadline = Deadline()) throws(HarnessError) -> Message? {
        guard let bytes = try read(through: Array("\r\n\r\n".utf8), deadline) else { return nil }
        let head = try Message(head: bytes)
        observer?(head)
        return head
    }

    /// Reads a request with its body.
    func readRequest(_ deadline: Deadline = Deadline()) throws(HarnessError) -> Message {
        guard let request = try nextRequest(deadline) else { throw .closed("instead of a request") }
        return request
    }

    /// Reads a request with its body; nil when the client ended the connection between requests.
    func nextRequest(_ deadline: Deadline = Deadline()) throws(HarnessError) -> Message? {
        guard var request = try nextHead(deadline) else { return nil }
        try readContent(into: &request, untilClose: false, deadline)
        return request
    }

    /// Reads interim responses and the final one with its body.
    func readResponse(to method: String = "GET", _ deadline: Deadline = Deadline()) throws(HarnessError) -> Message {
        var interim: [Message] = []
        while true {
            var response = try readHead(deadline)
            guard response.version == "HTTP/1.1" else { throw .malformed("status line \(response.startLine)") }
            if (100..<200).contains(response.status), response.status != 101 {
                interim.append(response)
                continue
            }
            response.interim = interim
            guard method != "HEAD", response.status != 204, response.status != 304, response.status != 101 else {
                return response
            }
            try readContent(into: &response, untilClose: true, deadline)
            return response
        }
    }

    /// Sends a request and reads its response.
    func exchange(_ request: String) throws(HarnessError) -> Message {
        try send(request)
        return try readResponse(to: String(request.prefix { $0 != " " }))
    }

    /// A `GET` of `target` with more field lines, each ending in CRLF.
    func get(_ target: String = "/", _ fields: String = "") throws(HarnessError) -> Message {
        try exchange("GET \(target) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n")
    }

    /// A `POST` to `target` with more field lines, each ending in CRLF.
    func post(_ target: String = "/", _ fields: String = "", body: String = "") throws(HarnessError) -> Message {
        try exchange(
            "POST \(target) HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
        )
    }

    private func readContent(into message: inout Message, untilClose: Bool, _ deadline: Deadline) throws(HarnessError) {
        let lengths = message.fields("content-length")
        let codings = message.fields("transfer-encoding")
        guard lengths.count + codings.count <= 1 else { throw .malformed("framed twice: \(Latin1.text(message.raw))") }
        if let coding = codings.first {
            guard coding == "chunked" else { throw .malformed("transfer coding \(coding)") }
            try readChunks(into: &message, deadline)
        } else if let length = lengths.first {
            guard let count = Int(length), count >= 0 else { throw .malformed("length \(length)") }
            message.body = try readExactly(count, deadline)
        } else if untilClose {
            message.body = try readUntilClose(deadline)
        }
    }

    private func readChunks(into message: inout Message, _ deadline: Deadline) throws(HarnessError) {
        let lineEnd = Array("\r\n".utf8)
        while true {
            guard let line = try read(through: lineEnd, deadline) else { throw .closed("instead of a chunk") }
            let digits = Latin1.text(line.dropLast(2))
            guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit), let size = Int(digits, radix: 16) else {
                throw .malformed("chunk size \(digits)")
            }
            guard size > 0 else { break }
            message.body += try readExactly(size, deadline)
            guard try readExactly(2, deadline) == lineEnd else { throw .malformed("chunk without CRLF") }
        }
        while true {
            guard let line = try read(through: lineEnd, deadline) else { throw .closed("in the trailer section") }
            if line == lineEnd { return }
            guard let text = try Message.lines(line[...]).first else { throw .malformed("trailer line") }
            message.trailers.append(try Message.field(text))
        }
    }
}
