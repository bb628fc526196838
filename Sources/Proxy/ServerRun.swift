import Glibc
import LinuxIO
public import Logging

extension Server {
    /// Serves until SIGTERM or SIGINT, drains, and says the process's exit code: 0, or 69 when an address cannot be
    /// bound.
    public static func run(settings: Settings, logger: Logger) -> Int32 {
        let signals = [SIGTERM, SIGINT, SIGHUP]
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
        while signal == SIGHUP {
            logger.warning("SIGHUP: this version reads its route file only when it starts; restart it to change routes")
            signal = Signals.wait(for: signals)
        }
        logger.notice("draining", metadata: ["signal": "\(signal == SIGINT ? "SIGINT" : "SIGTERM")"])
        server.drain()
        server.wait()
        logger.notice("stopped")
        return 0
    }
}
