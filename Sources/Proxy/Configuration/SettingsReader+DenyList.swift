internal import Sessions

extension SettingsReader {
    /// Reads `deny_list`; where nothing is said it is shared by those who share the sessions.
    func readDenyList(_ section: SectionReader, _ session: SessionSettings) -> DenyListPlace {
        section.choice("deny_list", ["memory": .memory, "redis": DenyListPlace.redis])
            ?? (session.store == .redis ? .redis : .memory)
    }
}
