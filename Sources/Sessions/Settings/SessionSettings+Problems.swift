extension SessionSettings {
    /// The longest a browser keeps a cookie, in seconds: 400 days (RFC 6265bis section 5.5).
    static let longestMaxAge: Int64 = 400 * 86_400

    /// Everything about these settings that cannot work, in the order of the settings; empty: all is well.
    public var problems: [SettingProblem] {
        nameProblems + storeProblems + spillProblems + secretProblems + blockKeyProblems + timeProblems + chunkProblems
            + attributeProblems + keyProblems
    }

    private var nameProblems: [SettingProblem] {
        if name.isEmpty { return [SettingProblem(setting: "name", message: "a cookie needs a name")] }
        guard name.utf8.allSatisfy(isTokenByte) else {
            return [
                SettingProblem(
                    setting: "name",
                    message: "a cookie's name is made of letters, digits and !#$%&'*+-.^_`|~ only"
                )
            ]
        }
        // Name and value share 4096 bytes: a name this long leaves no room worth having.
        if name.utf8.count > 256 { return [SettingProblem(setting: "name", message: "a name over 256 bytes")] }
        return []
    }

    private var storeProblems: [SettingProblem] {
        if store == .cookie { return [] }
        var problems: [SettingProblem] = []
        if format == .gorilla {
            problems.append(
                .init(setting: "format", message: "gorilla's cookies hold the values: `store` must be cookie")
            )
        }
        if maxChunks > 1 {
            problems.append(
                .init(setting: "max_chunks", message: "a server store's cookie is one: the values are not in it")
            )
        }
        if store == .memory { problems += memoryProblems }
        return problems
    }

    private var memoryProblems: [SettingProblem] {
        memorySize < MemoryStore.smallestSize
            ? [.init(setting: "memory", message: "a memory store has at least 1MiB")] : []
    }

    private var spillProblems: [SettingProblem] {
        guard let spill else { return [] }
        if store != .cookie {
            return [.init(setting: "spill", message: "is for `store: cookie`: here all sessions are in a server store")]
        }
        if spill == .cookie {
            return [.init(setting: "spill", message: "what does not fit into a cookie goes to memory or redis")]
        }
        if format == .gorilla {
            return [.init(setting: "spill", message: "gorilla's cookies hold the values, and can hold nothing else")]
        }
        return spill == .memory ? memoryProblems : []
    }

    private var secretProblems: [SettingProblem] {
        if secrets.isEmpty {
            // A server store's sessions are sealed nowhere, but their flash messages are.
            let what = store == .cookie ? "a cookie session" : "a session's flash cookie"
            return [
                SettingProblem(
                    setting: "secret",
                    message: "\(what) needs a secret of at least 32 bytes; `gateway secret` makes one"
                )
            ]
        }
        return secrets.enumerated().filter { isTooShort($0.element, at: $0.offset) }.map(\.element).map {
            SettingProblem(
                setting: "secret",
                message: "a secret of \($0.count) bytes is too short, 32 are needed; `gateway secret` makes one"
            )
        }
    }

    /// Whether a secret is too short for its place among them.
    ///
    /// An application that moves behind the gateway may have had a short one: cookies of it are opened, never made.
    public func isTooShort(_ secret: [UInt8], at place: Int) -> Bool {
        format == .gorilla && place > 0 ? secret.isEmpty : secret.count < Secret.shortest
    }

    private var blockKeyProblems: [SettingProblem] {
        if blockKeys.isEmpty { return [] }
        if format != .gorilla {
            return [.init(setting: "block_keys", message: "is for `format: gorilla`; other sessions need none")]
        }
        var problems: [SettingProblem] = []
        if blockKeys.count != secrets.count {
            problems.append(.init(setting: "block_keys", message: "needs one key for each secret, in their order"))
        }
        for key in blockKeys where ![16, 24, 32].contains(key.count) {
            problems.append(
                .init(setting: "block_keys", message: "a key has 16, 24 or 32 bytes, not \(key.count)")
            )
        }
        return problems
    }

    private var timeProblems: [SettingProblem] {
        var problems: [SettingProblem] = []
        if idleTimeout <= 0 { problems.append(.init(setting: "idle_timeout", message: "must be at least 1s")) }
        if lifetime <= 0 { problems.append(.init(setting: "lifetime", message: "must be at least 1s")) }
        if idleTimeout > lifetime, lifetime > 0 {
            problems.append(
                .init(
                    setting: "idle_timeout",
                    message: "is longer than the lifetime of \(lifetime)s, after which a session ends anyway"
                )
            )
        }
        if let maxAge {
            if maxAge <= 0 { problems.append(.init(setting: "max_age", message: "must be at least 1s")) }
            if maxAge > SessionSettings.longestMaxAge {
                problems.append(.init(setting: "max_age", message: "browsers keep no cookie longer than 400d"))
            }
        }
        return problems
    }

    private var chunkProblems: [SettingProblem] {
        var problems: [SettingProblem] = []
        if !(1...CookieSessions.mostChunks).contains(maxChunks) {
            problems.append(.init(setting: "max_chunks", message: "is from 1 to \(CookieSessions.mostChunks)"))
        }
        if maxChunks > 1, format == .gorilla {
            problems.append(.init(setting: "max_chunks", message: "gorilla's cookies cannot be spread over several"))
        }
        return problems
    }

    private var attributeProblems: [SettingProblem] {
        var problems: [SettingProblem] = []
        if sameSite == .none, secure == .never {
            problems.append(.init(setting: "same_site", message: "`none` needs Secure: leave `secure` at auto"))
        }
        if partitioned, secure == .never {
            problems.append(.init(setting: "partitioned", message: "needs Secure: leave `secure` at auto"))
        }
        if let prefix = ["__Host-", "__Secure-", "__Http-"].first(where: hasPrefix), secure == .never {
            problems.append(
                .init(setting: "name", message: "a `\(prefix)` cookie needs Secure: leave `secure` at auto")
            )
        }
        if hasPrefix("__Host-") {
            if domain != nil { problems.append(.init(setting: "domain", message: "a `__Host-` cookie has none")) }
            if path != "/" { problems.append(.init(setting: "path", message: "a `__Host-` cookie has the path /")) }
        }
        if let domain, !SessionSettings.isDomain(domain) {
            problems.append(.init(setting: "domain", message: "`\(domain)` is not a domain's name"))
        }
        if !path.hasPrefix("/") {
            problems.append(.init(setting: "path", message: "must begin with /"))
        } else if path.utf8.contains(where: { $0 < 0x21 || $0 > 0x7E || $0 == UInt8(ascii: ";") }) {
            problems.append(.init(setting: "path", message: "holds a character that cannot stand in a cookie's path"))
        } else if path.utf8.count > 1024 {
            problems.append(.init(setting: "path", message: "browsers ignore attributes over 1024 bytes"))
        }
        return problems
    }

    private var keyProblems: [SettingProblem] {
        var problems: [SettingProblem] = []
        for name in renewOn where name.utf8.count > SessionChanges.longestName {
            problems.append(.init(setting: "renew_on", message: "no session's value has a name over 256 bytes"))
        }
        if let subject, subject.isEmpty || subject.utf8.count > SessionChanges.longestName {
            problems.append(.init(setting: "subject", message: "a value's name has from 1 to 256 bytes"))
        }
        for value in expose {
            if value.header.isEmpty || !value.header.utf8.allSatisfy(isTokenByte) {
                problems.append(.init(setting: "expose", message: "`\(value.header)` is not a header field's name"))
            }
            if value.key.utf8.count > SessionChanges.longestName {
                problems.append(.init(setting: "expose", message: "no session's value has a name over 256 bytes"))
            }
        }
        for origin in trustedOrigins where !SessionSettings.isOrigin(origin) {
            problems.append(
                .init(
                    setting: "trusted_origins",
                    message: "`\(origin)` is not an origin; it is written as https://example.com, without a path"
                )
            )
        }
        return problems
    }

    /// Labels of letters, digits and hyphens; browsers ignore a leading dot (RFC 6265 section 5.2.3).
    private static func isDomain(_ domain: String) -> Bool {
        let name = domain.hasPrefix(".") ? domain.dropFirst() : domain[...]
        return !name.isEmpty && name.utf8.count <= 253
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                !label.isEmpty && label.utf8.count <= 63 && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            }
    }

    /// Scheme, `://`, host and maybe a port: what browsers send as `Origin` (RFC 6454 section 7).
    private static func isOrigin(_ origin: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: origin.hasPrefix) else { return false }
        let rest = origin.dropFirst(scheme.count)
        return !rest.isEmpty
            && rest.utf8.allSatisfy {
                isAlphanumeric($0) || [0x2D, 0x2E, 0x3A, 0x5B, 0x5D, 0x5F].contains($0)
            }
    }
}

private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"):
        true
    default: false
    }
}

/// Whether a byte may stand in a token (RFC 9110 section 5.6.2).
private func isTokenByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
}
