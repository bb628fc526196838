internal import Sessions

extension SettingsReader {
    /// What was found where a secret, or a list of them, is to stand.
    struct GivenSecrets {
        /// Those that were found, in order; a file may hold several.
        var texts: [String] = []
        /// Whether one was left empty, or came from a variable or a file that may be missing with `--dev`.
        var hasEmpty = false
        /// Whether something was wrong, and said.
        var hasUnknown = false
    }

    private static let howToSecret =
        "make one with `gateway secret`, and give it by the environment: `secret: ${SESSION_SECRET}`"

    /// Reads `secret`, one or a list.
    ///
    /// Messages point at the key and tell lengths, never a value.
    mutating func readSecrets(_ section: SectionReader, _ pair: RouteFileNode.Pair, into session: inout SessionSettings)
    {
        let how = Self.howToSecret
        let found = section.all.first { $0.key == "secret" }
        if found?.value.isUnknown == true { return }
        let place = found?.place ?? pair.place
        guard let given = found.map({ secretsGiven($0, hint: how) }) ?? GivenSecrets() else { return }
        let texts = given.texts
        if texts.isEmpty {
            if found == nil, section.seemsToHave("secret") { return }
            if given.hasUnknown { return }
            if dev {
                problems.warning(
                    "the session `\(pair.key)` has no secret: a random one is used, sessions end when the gateway does",
                    at: place
                )
            } else {
                let what = session.store == .cookie ? "" : ", which its flash messages are sealed with"
                problems.error("the session `\(pair.key)` has no secret\(what)", at: place, hint: how)
            }
            return
        }
        if given.hasEmpty, !dev { problems.error("`secret` has an empty item", at: place, hint: how) }
        // Only gorilla's keys may be bytes that are no text: a sealed session's secret means the same in every version.
        let secrets = texts.map { session.format == .gorilla ? Secret.bytes(of: $0) : Array($0.utf8) }
        if secrets.contains(nil) {
            problems.error("`secret` is not in hexadecimal or base64, as it says", at: place)
            return
        }
        for (index, secret) in secrets.compactMap({ $0 }).enumerated() where secret.count < Secret.shortest {
            if session.isTooShort(secret, at: index) {
                problems.error("a secret of \(secret.count) bytes is too short: 32 are the least", at: place, hint: how)
            } else {
                problems.warning(
                    "a secret of \(secret.count) bytes can be guessed, and with it sessions be made: take it out soon",
                    at: place
                )
            }
        }
        if Set(texts).count < texts.count { problems.warning("`secret` has the same secret twice", at: place) }
        if texts.contains(Settings.exampleSecret) {
            problems.warning(
                "the secret is the one of gateway.conf.example, which everybody knows",
                at: place,
                hint: how
            )
        }
        session.secrets = secrets.compactMap { $0 }
    }

    /// Reads `block_keys`, one or a list; like secrets, they are not shown.
    mutating func readBlockKeys(_ section: SectionReader, into session: inout SessionSettings) {
        guard let found = section.all.first(where: { $0.key == "block_keys" }), !found.value.isUnknown else { return }
        if found.value.isNull, !dev {
            problems.error("`block_keys` is a text, `{ file: … }`, or a list of these", at: found.place)
            return
        }
        guard let given = secretsGiven(found, hint: nil) else { return }
        if given.hasEmpty, !dev { problems.error("`block_keys` has an empty item", at: found.place) }
        for text in given.texts {
            if let bytes = Secret.bytes(of: text) {
                session.blockKeys.append(bytes)
            } else {
                problems.error("a block key is not in hexadecimal or base64, as it says", at: found.place)
            }
        }
    }

    /// The secrets a setting names, here or in files; nil when it is of another kind, which is said.
    func secretsGiven(_ pair: RouteFileNode.Pair, hint: String?) -> GivenSecrets? {
        var given = GivenSecrets()
        let isList = if case .list = pair.value.kind { true } else { false }
        let nodes = if case .list(let items) = pair.value.kind { items } else { [pair.value] }
        for node in nodes {
            switch node.kind {
            case .text(let text, _): given.texts.append(text)
            // An item that is null came from a variable that may be unset with `--dev`, or was left empty.
            case .null: if isList { given.hasEmpty = true }
            case .unknown: given.hasUnknown = true
            case .mapping(let pairs) where pairs.map(\.key) == ["file"]:
                readSecretFile(pairs[0].value, into: &given)
            case .mapping, .list:
                problems.error(
                    "`\(pair.key)` is a text, `{ file: … }`, or a list of these",
                    at: pair.place,
                    hint: hint
                )
                return nil
            }
        }
        return given
    }

    private func readSecretFile(_ node: RouteFileNode, into given: inout GivenSecrets) {
        guard case .text(let path, _) = node.kind, !path.isEmpty else {
            if !node.isUnknown {
                problems.error("`file` is the path of a file that holds a secret", at: node.place)
            }
            given.hasUnknown = true
            return
        }
        do throws(SecretFiles.Failure) {
            let content = try files.content(of: path)
            given.texts += content.lines
            guard content.isWorldReadable else { return }
            problems.warning(
                "everybody on this machine can read `\(path)`",
                at: node.place,
                hint: "chmod 600, and give it to the user the gateway runs as"
            )
        } catch {
            // What is explained or tried out needs no secret.
            if dev {
                given.hasEmpty = true
                return
            }
            problems.error("`\(path)` \(error.message)", at: node.place)
            given.hasUnknown = true
        }
    }
}
