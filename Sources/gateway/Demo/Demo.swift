import Glibc
import LinuxIO
import Logging
import Proxy
import Sessions

/// `gateway demo`: a small service and the gateway in front of it, in one process, for a first look.
///
/// The service is an ordinary HTTP server on a port of its own; the gateway reaches it over a socket as it would any other.
enum Demo {
    /// Serves until SIGTERM or SIGINT, and says the process's exit code: 0, or 69 when a port cannot be had.
    ///
    /// - Parameter port: where the gateway listens on 127.0.0.1; 0 is any free port.
    static func run(port: Int, logger: Logger) -> Int32 {
        let signals = [SIGTERM, SIGINT]
        Signals.ignoreBrokenPipe()
        // Before any thread starts, so that all inherit it and only this one hears the signals.
        Signals.block(signals)
        do throws(IOError) {
            let service = try DemoServer(answer: DemoService.answer)
            try service.start()
            let file = DemoRouteFile(gatewayPort: port, servicePort: service.port)
            guard let settings = settings(of: file, logger) else { return 70 }
            try makeSure(settings.listen.map(\.address))
            let server = try Server(settings: settings, logger: logger)
            try server.start()
            greet(file, on: server.addresses.first.map { Int($0.port) } ?? port)
            _ = Signals.wait(for: signals)
            // The service's threads end with the process; the gateway's finish what they are at first.
            server.drain()
            server.wait()
            return 0
        } catch {
            logger.critical("the demo cannot run", metadata: ["error": "\(error)"])
            return 69
        }
    }

    /// Refuses a port that another demo has: workers share their ports, so that two gateways of one user could share one too,
    /// and each would get a part of the connections.
    private static func makeSure(_ addresses: [SocketAddress]) throws(IOError) {
        for address in addresses { Sockets.close(try Sockets.listen(address, reusePort: false)) }
    }

    private static func settings(of file: DemoRouteFile, _ logger: Logger) -> Settings? {
        var random = SystemRandom()
        let secret = Secret.generate(random: &random)
        switch RouteFile.read(file.text, file: "demo.conf", environment: ["SESSION_SECRET": secret]) {
        case .settings(let settings, _):
            return settings
        case .problems(let problems):
            for problem in problems { logger.critical("\(problem)") }
            return nil
        }
    }

    private static func greet(_ file: DemoRouteFile, on port: Int) {
        // The access log follows on the same stream: nothing of this may stay behind in a buffer.
        print(DemoGreeting.text(routeFile: file.text, port: port))
        fflush(nil)
    }
}
