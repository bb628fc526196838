import Glibc
import LinuxIO
public import Logging
import Sessions

extension Server {
    /// Serves until SIGTERM or SIGINT, drains, and says the process's exit code: 0, or 69 when an address cannot be
    /// bound.
    ///
    /// SIGHUP has the settings read again, SIGUSR1 the counters written to standard error.
    ///
    /// - Parameter reading: reads the settings again; nil, and why is said already, when they cannot be used.
    public static func run(settings: Settings, logger: Logger, reading: () -> Settings? = { nil }) -> Int32 {
        let signals = [SIGTERM, SIGINT, SIGHUP, SIGUSR1]
        Signals.ignoreBrokenPipe()
        DescriptorLimit.raise()
        // Before the workers start, so that they inherit it and only this thread hears the signals.
        Signals.block(signals)
        let server: Server
        do throws(IOError) {
            server = try Server(settings: settings, logger: logger)
            try server.start()
        } catch {
            logger.critical("cannot listen", metadata: ["error": "\(error)"])
            return 69
        }
        var signal = Signals.wait(for: signals)
        while signal == SIGHUP || signal == SIGUSR1 {
            if signal == SIGUSR1 { server.report() } else { server.reload(reading, logger) }
            signal = Signals.wait(for: signals)
        }
        logger.notice("draining", metadata: ["signal": "\(signal == SIGINT ? "SIGINT" : "SIGTERM")"])
        server.drain()
        server.wait()
        logger.notice("stopped")
        return 0
    }

    private func reload(_ reading: () -> Settings?, _ logger: Logger) {
        guard let settings = reading() else {
            logger.error("SIGHUP: the route file cannot be used; serving goes on by the one before")
            return
        }
        let keys = settings.sessions.map { session in
            "\(session.name): \(CookieSessions(session.settings).keyFingerprints.joined(separator: " "))"
        }
        let metadata: Logger.Metadata = [
            "routes": "\(settings.routes.count)", "keys": "\(keys.joined(separator: ", "))",
        ]
        let left = reload(settings) {
            logger.notice("SIGHUP: serving by the route file as it is now", metadata: metadata)
        }
        if !left.isEmpty {
            logger.warning("changed, and needs a restart", metadata: ["settings": "\(left.joined(separator: ", "))"])
        }
    }
}
