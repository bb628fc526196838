/// What a sealed value is for; authenticated with it, so that a flash cookie never opens as a session.
enum SealPurpose: UInt8, Sendable {
    case session = 0x73
    case flash = 0x66
}
