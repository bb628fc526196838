/// A setting that cannot work as it stands.
public struct SettingProblem: Sendable, Equatable {
    /// The setting as the route file calls it, as `same_site`.
    public let setting: String
    /// What is wrong and what to do, one sentence without a full stop.
    public let message: String

    /// Says what is wrong with a setting.
    init(setting: String, message: String) {
        self.setting = setting
        self.message = message
    }
}
