/// Why bytes are not a gob of the kind gorilla/sessions writes, and where.
struct GobError: Error, Equatable {
    /// What is wrong.
    enum Reason: Equatable {
        /// The stream stops too early, or a length leads past its message.
        case truncated
        /// A number, a definition or a value that cannot stand where it does.
        case malformed
        /// A type nobody defined.
        case unknownType
        /// Values inside one another deeper than `GobReader.maximumDepth`.
        case tooDeep
        /// A gob of something other than `map[interface{}]interface{}`.
        case notASession
        /// Something follows the map.
        case trailingBytes
    }

    let reason: Reason
    /// The place, in bytes from the beginning.
    let offset: Int
}
