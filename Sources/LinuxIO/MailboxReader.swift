/// The receiving end of a ``Mailbox``, on its loop.
public final class MailboxReader<Message: Sendable>: Watcher {
    private let mailbox: Mailbox<Message>
    private let loop: EventLoop
    private let receive: (Message) -> Void

    /// Receives from now on, also what was posted before; until `close()`.
    ///
    /// - Throws: ``IOError``, from `epoll_ctl`.
    public init(_ mailbox: Mailbox<Message>, _ loop: EventLoop, receive: @escaping (Message) -> Void) throws(IOError) {
        self.mailbox = mailbox
        self.loop = loop
        self.receive = receive
        super.init()
        try loop.watchLevel(self, descriptor: mailbox.descriptor, readable: true, writable: false)
    }

    /// Receives nothing any more.
    public func close() { loop.unwatch(self) }

    public override func ready(_ readiness: Readiness) {
        for message in mailbox.takeAll() { receive(message) }
    }
}
