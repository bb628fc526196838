import LinuxIO
import Sessions

/// Waits for the store's answer to a save that is not its exchange's alone: it may say where the session lives from now on,
/// or end other sessions, so that it is taken even when this one's client has left.
final class SaveWaiter: StoreWaiter {
    private let exchange: Exchange
    private let finish: (StoreAnswer, _ now: Int64) -> StoreAnswer

    /// `finish` takes the store's answer, and says what the exchange is told.
    init(_ exchange: Exchange, finish: @escaping (StoreAnswer, _ now: Int64) -> StoreAnswer) {
        self.exchange = exchange
        self.finish = finish
        super.init()
    }

    override func storeAnswered(_ answer: StoreAnswer, ticket: UInt32) {
        let answer = finish(answer, exchange.worker.loop.wallClock)
        // Which ignores it if it has gone on to something else.
        exchange.storeAnswered(answer, ticket: ticket)
    }
}
