internal import Sessions

extension SettingsReader {
    /// Reads a session's `sign`: by which key services can tell what the gateway says.
    ///
    /// Messages never show the key.
    func readHandOver(_ section: SectionReader, into session: inout SessionSettings) {
        guard let node = section.node("sign") else { return }
        guard case .mapping = node.kind else {
            // What stands here may be the key.
            problems.error(
                "`sign` is a mapping of `key`, `algorithm` and `kid`",
                at: node.place,
                hint: Self.how(.hs256)
            )
            return
        }
        guard let sign = SectionReader(node, "`sign`", names: ["key", "algorithm", "kid"], problems: problems)
        else { return }
        let algorithm =
            sign.choice("algorithm", ["HS256": .hs256, "EdDSA": HandOverSettings.Algorithm.edDSA]) ?? .hs256
        let keyID = sign.text("kid")
        if let keyID, keyID.isEmpty || keyID.utf8.count > 256 {
            problems.error("`kid` is a name of 1 to 256 bytes", at: sign.place(of: "kid"))
            return
        }
        guard let pair = sign.all.first(where: { $0.key == "key" }) else {
            if !sign.seemsToHave("key") {
                problems.error("`sign` needs a `key`", at: node.place, hint: Self.how(algorithm))
            }
            return
        }
        if case .list = pair.value.kind {
            problems.error("`key` is one key; services are given the next before the gateway is", at: pair.place)
            return
        }
        guard let given = secretsGiven(pair, hint: Self.how(algorithm)), !given.hasUnknown else { return }
        // A PEM has several lines.
        let text = given.texts.joined(separator: "\n")
        if text.isEmpty {
            if dev {
                problems.warning("there is no key to sign with: services are sent no signature", at: pair.place)
            } else {
                problems.error("`sign` needs a `key`", at: pair.place, hint: Self.how(algorithm))
            }
            return
        }
        do throws(HandOverKeyError) {
            session.handOver = try HandOverSettings(algorithm, key: text, keyID: keyID)
        } catch {
            problems.error("`key` \(error)", at: pair.place, hint: Self.how(algorithm))
        }
    }

    private static func how(_ algorithm: HandOverSettings.Algorithm) -> String {
        switch algorithm {
        case .hs256: "make one with `gateway secret`, and give it by the environment: `key: ${SIGN_KEY}`"
        case .edDSA: "make one with `gateway secret --ed25519`, and give it by a file: `key: { file: sign.jwk }`"
        }
    }
}
