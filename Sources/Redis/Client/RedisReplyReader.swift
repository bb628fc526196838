import CHiredis

/// Makes replies of what comes from Redis, in whatever pieces: hiredis' reader, with bounds of ours.
public final class RedisReplyReader {
    /// What the bytes read so far come to.
    public enum Progress: Sendable, Equatable {
        /// A whole reply stands in `reply`, until the next call.
        case reply
        /// It goes on with bytes still to come.
        case incomplete
        /// This is not the protocol, or exceeds a bound; nothing more can be read.
        case broken(String)
    }

    /// How many values one array may have.
    static let mostElements = 65_536

    /// The last reply.
    public let reply = RedisReply()
    private let largest: Int
    /// Bytes that came and do not belong to a reply already given.
    private var waiting = 0
    private let reader: UnsafeMutablePointer<redisReader>

    /// hiredis asks for these for its whole life: made once.
    private static let functions = {
        let functions = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        var table = redisReplyObjectFunctions()
        // Each returns anything that is not NULL: what was read stands in `reply`.
        table.createString = { task, start, count in
            RedisReplyReader.reply(of: task) { reply, type in
                let kind: RedisReply.Kind =
                    switch type {
                    case REDIS_REPLY_STATUS: .status
                    case REDIS_REPLY_ERROR: .error
                    default: .string
                    }
                reply.append(kind, UnsafeRawBufferPointer(start: start, count: Int(count)))
                return true
            }
        }
        table.createArray = { task, count in
            RedisReplyReader.reply(of: task) { reply, _ in
                guard (0...RedisReplyReader.mostElements).contains(Int(count)) else { return false }
                reply.append(.array, Int(count))
                return true
            }
        }
        table.createInteger = { task, number in
            RedisReplyReader.reply(of: task) { reply, _ in
                reply.append(.integer, Int(number))
                return true
            }
        }
        table.createNil = { task in
            RedisReplyReader.reply(of: task) { reply, _ in
                reply.append(.null)
                return true
            }
        }
        table.freeObject = { _ in }
        functions.initialize(to: table)
        return UInt(bitPattern: functions)
    }()

    /// A reader at the start of a connection.
    ///
    /// - Parameter largest: how many bytes a reply may have on the wire.
    public init(largest: Int) {
        self.largest = largest
        guard let reader = redisReaderCreateWithFunctions(UnsafeMutablePointer(bitPattern: Self.functions)) else {
            fatalError("no memory for a reader")
        }
        self.reader = reader
        reader.pointee.privdata = Unmanaged.passUnretained(reply).toOpaque()
    }

    deinit { redisReaderFree(reader) }

    /// Takes what has come; then `next` says what it comes to.
    public func feed(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        waiting += bytes.count
        redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }

    /// Reads one reply.
    public func next() -> Progress {
        // The parts of a reply that came before stay; a whole one was given away.
        if reader.pointee.ridx < 0 { reply.clear() }
        var object: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &object) == REDIS_OK else { return .broken(words) }
        // What is read and not yet given away is in `reply`, the rest in hiredis' buffer.
        if object != nil {
            waiting = reader.pointee.len - reader.pointee.pos
            return .reply
        }
        if waiting == 0 { return .incomplete }
        return waiting > largest ? .broken("a reply of more than \(largest) bytes") : .incomplete
    }

    private var words: String {
        withUnsafeBytes(of: reader.pointee.errstr) { text in
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func reply(
        of task: UnsafePointer<redisReadTask>?,
        _ add: (RedisReply, Int32) -> Bool
    ) -> UnsafeMutableRawPointer? {
        guard let task, let context = task.pointee.privdata else { return nil }
        let added = Unmanaged<RedisReply>.fromOpaque(context)._withUnsafeGuaranteedRef { add($0, task.pointee.type) }
        return added ? context : nil
    }
}
