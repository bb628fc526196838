/// Reads over the extensions of one chunk, which are checked and ignored (RFC 9112 section 7.1.1): many a request was
/// smuggled in one.
///
/// ```
/// beforeName ─▶ name ─▶ afterName ─▶ (next `;`) beforeName
///                            └▶ beforeValue ─┬▶ token ─▶ afterValue ─▶ (next `;`)
///                                            └▶ quoted ⇄ escape, then afterValue ─▶ (next `;`)
/// ```
struct ChunkExtensionScanner: Sendable {
    private enum State {
        case beforeName, name, afterName, beforeValue, token, quoted, escape, afterValue
    }

    private var state = State.beforeName
    private var count: UInt16 = 0

    /// The longest extensions of a chunk, in bytes.
    private static var limit: UInt16 { 1024 }

    /// Takes a byte behind the first `;`.
    ///
    /// True when it is the carriage return that ends the line.
    mutating func take(_ byte: UInt8) throws(FramingError) -> Bool {
        if byte == .carriageReturn {
            guard mayEnd else { throw .malformedChunkExtension }
            return true
        }
        count += 1
        guard count <= Self.limit else { throw .chunkExtensionTooLong }
        guard let next = state(after: byte) else { throw .malformedChunkExtension }
        state = next
        return false
    }

    private var mayEnd: Bool {
        switch state {
        case .name, .token, .afterValue: true
        case .beforeName, .afterName, .beforeValue, .quoted, .escape: false
        }
    }

    private func state(after byte: UInt8) -> State? {
        let isSemicolon = byte == 0x3B
        switch state {
        case .beforeName:
            return byte.isWhitespace ? .beforeName : byte.isToken ? .name : nil
        case .name:
            if byte.isToken { return .name }
            if isSemicolon { return .beforeName }
            return byte == 0x3D ? .beforeValue : byte.isWhitespace ? .afterName : nil
        case .afterName:
            if isSemicolon { return .beforeName }
            return byte == 0x3D ? .beforeValue : byte.isWhitespace ? .afterName : nil
        case .beforeValue:
            if byte.isToken { return .token }
            return byte == 0x22 ? .quoted : byte.isWhitespace ? .beforeValue : nil
        case .token:
            if byte.isToken { return .token }
            return isSemicolon ? .beforeName : nil
        case .quoted:
            guard byte.isFieldContent else { return nil }
            return byte == 0x22 ? .afterValue : byte == 0x5C ? .escape : .quoted
        case .escape:
            return byte.isFieldContent ? .quoted : nil
        case .afterValue:
            return isSemicolon ? .beforeName : nil
        }
    }
}
