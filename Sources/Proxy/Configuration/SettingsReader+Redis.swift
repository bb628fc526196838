internal import Redis
internal import Sessions

extension SettingsReader {
    private static let redisForms = "redis://[user:password@]host[:port][/database], rediss://… with TLS, or unix:/path"

    /// Reads `redis`, a URL or a mapping; nil when the session lives elsewhere, or what is wrong was said.
    ///
    /// No message repeats the URL: there may be a password in it.
    func readRedis(
        _ section: SectionReader,
        _ session: SessionSettings,
        _ denyList: DenyListPlace
    ) -> RedisStoreSettings? {
        let user: StaticString? =
            session.store == .redis
            ? "store" : session.spill == .redis ? "spill" : denyList == .redis ? "deny_list" : nil
        guard let user else {
            if section.node("redis") != nil {
                problems.error(
                    "`redis` is for `store: redis`, `spill: redis` and `deny_list: redis`",
                    at: section.place(of: "redis"),
                    hint: "write one of them: all sessions, those too large for a cookie, those that are revoked"
                )
            }
            return nil
        }
        let place = section.place(of: section.has("redis") ? "redis" : "\(user)")
        guard let node = section.node("redis") else {
            let isReported = section.seemsToHave("redis") && !section.has("redis")
            if !isReported, !section.all.contains(where: { $0.key == "redis" && $0.value.isUnknown }) {
                problems.error("`\(user): redis` needs `redis`, the URL of one", at: place, hint: Self.redisForms)
            }
            return nil
        }
        switch node.kind {
        case .text(let url, _):
            return address(url, at: place).map { complete(RedisSettings(address: $0), nil, session, section) }
        case .mapping:
            return readRedisMapping(node, session, section)
        default:
            problems.error("`redis` is a URL, or a mapping with one as `url`", at: place, hint: Self.redisForms)
            return nil
        }
    }

    private func readRedisMapping(
        _ node: RouteFileNode,
        _ session: SessionSettings,
        _ outer: SectionReader
    ) -> RedisStoreSettings? {
        let names = ["url", "timeout", "prefix", "tls"]
        guard let section = SectionReader(node, "`redis`", names: names, problems: problems) else { return nil }
        guard let given = section.all.first(where: { $0.key == "url" }) else {
            if !section.seemsToHave("url") {
                problems.error("`redis` has no `url`", at: section.place, hint: Self.redisForms)
            }
            return nil
        }
        guard case .text(let url, _) = given.value.kind else {
            if !given.value.isUnknown { problems.error("`url` is a text", at: given.place, hint: Self.redisForms) }
            return nil
        }
        guard let address = address(url, at: given.place) else { return nil }
        var redis = RedisSettings(address: address)
        redis.timeout = section.duration("timeout") ?? redis.timeout
        if let node = section.node("tls"),
            let tls = SectionReader(node, "`tls` of `redis`", names: ["ca"], problems: problems)
        {
            redis.caFile = readCA(tls)
            if !address.usesTLS {
                problems.error("`tls` is for a `rediss://` URL", at: section.place(of: "tls"))
            }
        }
        let prefix = section.text("prefix")
        if let prefix, prefix.isEmpty || prefix.utf8.count > 128 || !prefix.utf8.allSatisfy(Self.isPrefixByte) {
            problems.error(
                "a prefix has 1 to 128 visible ASCII characters other than { and }",
                at: section.place(of: "prefix")
            )
        }
        return complete(redis, prefix, session, outer)
    }

    /// Braces are what a cluster chooses the slot by.
    private static func isPrefixByte(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "{") && byte != UInt8(ascii: "}")
    }

    private func address(_ url: String, at place: RouteFileNode.Place) -> RedisAddress? {
        do throws(RedisAddressError) {
            return try RedisAddress(parsing: url)
        } catch {
            problems.error("this is no URL of a Redis: \(error.reason)", at: place, hint: Self.redisForms)
            return nil
        }
    }

    private func complete(
        _ redis: RedisSettings,
        _ prefix: String?,
        _ session: SessionSettings,
        _ section: SectionReader
    ) -> RedisStoreSettings {
        let complete = RedisStoreSettings(redis: redis, prefix: prefix ?? RedisStore.prefix(cookie: session.name))
        let twin = settings.sessions.first {
            $0.redis?.redis.address == redis.address && $0.redis?.prefix == complete.prefix
        }
        if let twin {
            problems.error(
                "the session `\(twin.name)` has the same keys in the same Redis: who has one would have the other",
                at: section.place(of: "redis"),
                hint: "give each a `prefix` of its own"
            )
        }
        return complete
    }
}
