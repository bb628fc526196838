/// Who waits for the answer of a `WaitingStore`.
open class StoreWaiter {
    /// Waits for nothing yet.
    public init() {}

    /// The answer to the request that was made with this ticket.
    open func storeAnswered(_ answer: StoreAnswer, ticket: UInt32) {}
}
