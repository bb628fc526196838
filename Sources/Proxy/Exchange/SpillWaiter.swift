import LinuxIO
import Sessions

/// Waits for the store's answer to a save: it may say where the session lives from now on, which the other requests of its
/// browser go by, so that it is taken even when this one's client has left.
final class SpillWaiter: StoreWaiter {
    private let exchange: Exchange
    private let sessions: SpillSessions
    private let save: ServerSave

    init(_ exchange: Exchange, _ sessions: SpillSessions, _ save: ServerSave) {
        self.exchange = exchange
        self.sessions = sessions
        self.save = save
        super.init()
    }

    override func storeAnswered(_ answer: StoreAnswer, ticket: UInt32) {
        let answer = sessions.finish(save, answer, now: exchange.worker.loop.wallClock)
        // Which ignores it if it has gone on to something else.
        exchange.storeAnswered(answer, ticket: ticket)
    }
}
