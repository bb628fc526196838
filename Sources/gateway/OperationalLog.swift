import Logging

/// The gateway's own messages: text on standard error, apart from the access log.
enum OperationalLog {
    /// Makes the logger of this process; call it once.
    static func make() -> Logger {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        return Logger(label: "gateway")
    }
}
