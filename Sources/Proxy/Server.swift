import Glibc
public import LinuxIO
public import Logging
import Sessions

/// The running gateway: a worker for each core, each with its own listeners.
///
/// ```
/// let server = try Server(settings: settings, logger: logger)   // binds
/// server.start()                                                // serves
/// server.drain()                                                // finishes what is under way …
/// server.wait()                                                 // … and returns when that is done
/// ```
public final class Server {
    private enum Command: Sendable {
        case drain
        case adopt(Snapshot)
        case report(MetricsReport)
        case shareDenials
    }

    private struct Listening: Sendable {
        let descriptor: Int32
        let isShared: Bool
    }

    /// What the workers serve by, or will as soon as they look into their mailboxes.
    private var snapshot: Snapshot
    private let logger: Logger
    private let workerCount: Int
    /// For each worker the sockets it listens on.
    private let sockets: [[Listening]]
    /// The addresses bound, with the port that was chosen where the file said 0.
    public let addresses: [SocketAddress]
    private var threads: [WorkerThread] = []
    private var mailboxes: [Mailbox<Command>] = []
    private let control: ControlService
    private var controlServer: ControlServer?

    /// Binds every address of the settings.
    /// - Throws: `IOError` when an address cannot be bound.
    public init(settings: Settings, logger: Logger) throws(IOError) {
        snapshot = Snapshot(settings)
        self.logger = logger
        control = ControlService(settings.sessions, memory: snapshot.memory, logger: logger)
        workerCount =
            switch settings.workers {
            case .auto: CPUCount.usable()
            case .count(let count): count
            }
        var sockets = [[Listening]](repeating: [], count: workerCount)
        var addresses: [SocketAddress] = []
        for listen in settings.listen {
            addresses.append(try Self.bind(listen.address, for: workerCount, into: &sockets))
        }
        self.sockets = sockets
        self.addresses = addresses
        // Before anybody is served: what cannot listen must not take requests.
        if let address = settings.control { controlServer = try ControlServer(address, service: control) }
    }

    private static func bind(
        _ wanted: SocketAddress,
        for workers: Int,
        into sockets: inout [[Listening]]
    ) throws(IOError) -> SocketAddress {
        if !wanted.isUnix, wanted.port != 0 {
            // With SO_REUSEPORT a second gateway would quietly take half of the first one's connections: without it, it
            // hears of it.
            Sockets.close(try Sockets.listen(wanted, reusePort: false))
        }
        let first = try Sockets.listen(wanted, reusePort: !wanted.isUnix)
        // With port 0 the first socket chooses, and the others share its choice.
        let bound = wanted.isUnix ? wanted : Sockets.boundAddress(first) ?? wanted
        sockets[0].append(Listening(descriptor: first, isShared: wanted.isUnix))
        for worker in 1..<max(1, workers) where worker < workers {
            // One queue for all on a unix socket; each closes its own descriptor of it.
            let descriptor = wanted.isUnix ? dup(first) : try Sockets.listen(bound, reusePort: true)
            sockets[worker].append(Listening(descriptor: descriptor, isShared: wanted.isUnix))
        }
        return bound
    }

    /// Starts the workers.
    /// - Throws: `IOError` when a worker's event loop cannot be made.
    public func start() throws(IOError) {
        let output = LogOutput()
        let addressCounts = AddressCounts()
        for index in 0..<workerCount {
            let mailbox = try Mailbox<Command>()
            mailboxes.append(mailbox)
            let (snapshot, logger, listening, count) = (snapshot, logger, sockets[index], workerCount)
            threads.append(
                try WorkerThread(name: "worker-\(index)") {
                    Self.serve(
                        snapshot,
                        logger,
                        output,
                        listening,
                        mailbox,
                        addressCounts,
                        workers: count,
                        isFirst: index == 0
                    )
                }
            )
        }
        if let first = mailboxes.first {
            snapshot.memory.denyList.whenThereIsOneToShare { first.post(.shareDenials) }
        }
        for address in addresses {
            logger.notice("listening", metadata: ["address": "\(address)", "workers": "\(workerCount)"])
        }
    }

    private static func serve(
        _ snapshot: Snapshot,
        _ logger: Logger,
        _ output: LogOutput,
        _ sockets: [Listening],
        _ mailbox: Mailbox<Command>,
        _ addresses: AddressCounts,
        workers: Int,
        isFirst: Bool
    ) {
        do throws(IOError) {
            let worker = try Worker(
                snapshot: snapshot,
                logger: logger,
                output: output,
                workers: workers,
                addresses: addresses,
                carriesDenyLists: isFirst
            )
            let reader = try MailboxReader(mailbox, worker.loop) { [unowned worker] command in
                switch command {
                case .drain: worker.drain()
                case .adopt(let snapshot): worker.adopt(snapshot)
                case .report(let report): report.add(worker.metrics)
                case .shareDenials: worker.shareDenials()
                }
            }
            for socket in sockets { worker.listen(on: socket.descriptor, isShared: socket.isShared) }
            worker.run()
            // The loop holds the reader and the reader the loop: neither would end.
            reader.close()
        } catch {
            logger.critical("a worker cannot run", metadata: ["error": "\(error)"])
            exit(71)
        }
    }

    /// Serves new exchanges by other settings; those under way end by the ones they began with, and none is cut.
    ///
    /// Where to listen and how many workers there are stays as it was.
    ///
    /// - Parameter whenAdopted: called once on a worker's thread, as soon as no worker begins an exchange by the former
    ///   settings any more.
    /// - Returns: the settings that changed and take a restart, by their names in the route file.
    @discardableResult
    public func reload(_ settings: Settings, whenAdopted: @escaping @Sendable () -> Void = {}) -> [String] {
        var left: [String] = []
        if settings.listen != snapshot.settings.listen { left.append("listen") }
        if settings.workers != snapshot.settings.workers { left.append("workers") }
        if settings.control != snapshot.settings.control { left.append("control") }
        var settings = settings
        settings.control = snapshot.settings.control
        settings.listen = snapshot.settings.listen
        settings.workers = snapshot.settings.workers
        snapshot = Snapshot(settings, replacing: snapshot)
        control.adopt(settings.sessions)
        // A worker answers the question when it has done what was asked before.
        let report = MetricsReport(workers: mailboxes.count) { _ in whenAdopted() }
        for mailbox in mailboxes {
            mailbox.post(.adopt(snapshot))
            mailbox.post(.report(report))
        }
        return left
    }

    /// Has what all workers have counted written to standard error, as one line of JSON, as soon as each has answered.
    public func report() {
        let report = MetricsReport(workers: mailboxes.count) { metrics in
            var line = metrics.json(time: Int64(time(nil))) + "\n"
            line.withUTF8 { LogOutput(descriptor: STDERR_FILENO).write($0) }
        }
        for mailbox in mailboxes { mailbox.post(.report(report)) }
    }

    /// Stops to listen, closes idle connections and lets requests under way finish, up to `timeouts.drain`.
    ///
    /// Sockets with a path are removed at once: by the end there may be a successor's in their place.
    public func drain() {
        controlServer?.close()
        controlServer = nil
        for case let address in addresses where address.isUnix { unlink(address.path) }
        for mailbox in mailboxes { mailbox.post(.drain) }
    }

    /// Returns when every worker has stopped.
    public func wait() {
        for thread in threads { thread.join() }
    }
}
